"""Calls that losses, distances and look-ups refuse: in PyTorch's words, with the module in front."""
import re

import pytest
import servers
import torch
from torch import nn

import moduled
from moduled.exporter.export import describe_module

torch.manual_seed(0)
ROWS = torch.randn(4, 5)
IMAGES = torch.randn(2, 3, 4, 5)
SEQUENCES = torch.randn(6, 2, 4).log_softmax(2)
FEATURES = torch.randn(4, 16)


def ints(*values):
    return torch.tensor(values)


def zeros(*shape):
    return torch.zeros(shape, dtype=torch.int64)


LABELS = ints([1, 2], [1, 2])
LENGTHS = ints(6, 6), ints(2, 2)

# The module, arguments that it takes, and some that it does not.
CALLS = {
    "embedding": (nn.Embedding(5, 3), (ints(1, 2),), [(ints(1, 5),), (ints(-1, 2),), (ROWS,)]),
    "bag": (
        nn.EmbeddingBag(5, 3, mode="max"),
        (ints(1, 2), ints(0, 1)),
        [
            (ints(1, 5), ints(0, 1)),
            (ints(1, -1), ints(0, 1)),
            (ints(1, 2), ints(1, 1)),
            (ints(1, 2), ints(0, 3)),
            (ints(1, 2), ints([0])),
            (ints([1, 2]), ints(0)),
            (ints([[1, 2]]),),
            (ROWS,),
        ],
    ),
    "weighted_bag": (nn.EmbeddingBag(5, 3, mode="sum"), (LABELS,), [(LABELS, None, ROWS)]),
    "nll": (
        nn.NLLLoss(),
        (ROWS, ints(0, 1, 2, 3)),
        [(ROWS, ints(0, 1, 2, 5)), (ROWS, ints(0, 1, -2, 3)), (ROWS, ints(0, 1)), (ROWS, ROWS), (ROWS[0, 0], ints(1))],
    ),
    "images": (
        nn.NLLLoss(), (IMAGES, zeros(2, 4, 5)), [(IMAGES, zeros(2, 4, 5) + 3), (IMAGES[..., 0], zeros(2, 3))]
    ),
    "cross_entropy": (
        nn.CrossEntropyLoss(),
        (ROWS, ints(0, 1, 2, 3)),
        [(ROWS, ints(0, 1, 2, 5)), (ROWS, ints(0, -1, 2, 4)), (ROWS, ints(0, 1)), (ROWS, IMAGES), (ROWS, ROWS[:, :4])],
    ),
    "smooth": (nn.CrossEntropyLoss(label_smoothing=0.1), (ROWS, ints(0, 1, 2, 3)), [(ROWS, ints(0, 1, 2, 5))]),
    "weighted": (
        nn.CrossEntropyLoss(weight=torch.ones(4)),
        (ROWS[:, :4], ints(0, 1, 2, 3)),
        [(ROWS, ints(0, 1, 2, 3)), (ROWS, ROWS)],
    ),
    "ignoring": (nn.CrossEntropyLoss(ignore_index=1), (ROWS, ints(0, 1, 2, 3)), [(ROWS, ROWS)]),
    "multi_margin": (
        nn.MultiMarginLoss(),
        (ROWS, ints(0, 1, 2, 3)),
        [(ROWS, ints(0, 1, 2, 5)), (ROWS, ints(0, 1, 2, -1)), (ROWS, ints(0, 1)), (IMAGES, ints(0, 1))],
    ),
    "multi_label": (
        nn.MultiLabelMarginLoss(),
        (ROWS, zeros(4, 5)),
        [(ROWS, zeros(4, 5) + 5), (ROWS, zeros(4, 5) - 2), (ROWS, zeros(4, 4)), (IMAGES, zeros(2, 3, 4, 5))],
    ),
    "entropy": (nn.BCELoss(), (ROWS.sigmoid(), ROWS.sigmoid()), [(ROWS, ROWS.sigmoid()), (ROWS.sigmoid(), ROWS[0])]),
    "logits": (nn.BCEWithLogitsLoss(), (ROWS, ROWS), [(ROWS, ROWS[0])]),
    "gaussian": (
        nn.GaussianNLLLoss(), (ROWS, ROWS, ROWS.exp()), [(ROWS, ROWS, -ROWS.exp()), (ROWS, ROWS, torch.ones(3))]
    ),
    "ranking": (nn.MarginRankingLoss(), (ROWS, ROWS, ROWS), [(ROWS, ROWS, ROWS[0]), (ROWS, ROWS[:, :4], ROWS)]),
    "cosine": (
        nn.CosineEmbeddingLoss(),
        (ROWS, ROWS, torch.ones(4)),
        [(ROWS, ROWS, ROWS), (ROWS, ROWS, torch.ones(3)), (ROWS[0], ROWS[0], torch.ones(1))],
    ),
    "triplet": (nn.TripletMarginLoss(), (ROWS, ROWS, ROWS), [(ROWS, ROWS, ROWS[0]), (ROWS, ROWS, ROWS[:, :4])]),
    "similarity": (nn.CosineSimilarity(), (ROWS, ROWS), [(ROWS, ROWS[:, :4]), (ROWS[0], ROWS[0])]),
    "distance": (nn.PairwiseDistance(), (ROWS, ROWS), [(ROWS, ROWS[:, :4])]),
    "ctc": (
        nn.CTCLoss(),
        (SEQUENCES, LABELS, *LENGTHS),
        [
            (SEQUENCES, LABELS, ints(6, 7), ints(2, 2)),
            (SEQUENCES, LABELS, ints(6, 6), ints(2, 3)),
            (SEQUENCES, LABELS, ints(6), ints(2, 2)),
            (SEQUENCES, LABELS, ints(6, 6), ints(2)),
            (SEQUENCES, ints(1, 2, 1), *LENGTHS),
            (SEQUENCES, LABELS, torch.ones(2), ints(2, 2)),
        ],
    ),
    "adaptive": (
        nn.AdaptiveLogSoftmaxWithLoss(16, 10, [3, 6]),
        (FEATURES, ints(1, 2, 3, 9)),
        [
            (FEATURES, ints(1, 2, 3, 10)),
            (FEATURES, ints(1, 2, 3, -1)),
            (FEATURES, ints(1, 2)),
            (FEATURES, ints([1])),
            (FEATURES, torch.ones(4)),
        ],
    ),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with servers.serving(tmp_path_factory.mktemp("values")) as server, moduled.Client(server.address) as connected:
        for name, (module, good, _) in CALLS.items():
            description = describe_module(module.eval(), good)
            description.ClearField("signature")  # Which would refuse other shapes before the module sees them.
            connected.load_model(name, description=description)
        yield connected


@pytest.mark.parametrize(
    "name, bad", [pytest.param(name, bad, id=name) for name, (_, _, calls) in CALLS.items() for bad in calls]
)
def test_calls_are_refused_in_torchs_words(client, name, bad):
    module, good, _ = CALLS[name]
    with pytest.raises((RuntimeError, ValueError, IndexError)) as torchs:
        module(*bad)
    with pytest.raises(moduled.InvalidArgumentError) as caught:
        client.forward(name, *bad)
    assert re.match(rf".*\({type(module).__name__}\): ", caught.value.message)
    assert str(torchs.value).splitlines()[0] in caught.value.message
    client.forward(name, *good)


@pytest.mark.parametrize("label", [4, -1])
def test_labels_that_torch_reads_beyond_its_memory_for_are_refused(client, label):
    text = rf"targets: a label is no class \(got {label}, want at least 0 and less than 4\)"
    with pytest.raises(moduled.InvalidArgumentError, match=text):
        client.forward("ctc", SEQUENCES, ints([1, 2], [1, label]), *LENGTHS)


@pytest.mark.parametrize("which", [0, 1])
def test_negative_lengths_are_refused(client, which):
    lengths = [ints(6, 6), ints(2, 2)]
    lengths[which] = ints(2, -1)
    text = ["input_lengths must not be negative", "target_lengths must not be negative"][which]
    with pytest.raises(moduled.InvalidArgumentError, match=text):
        client.forward("ctc", SEQUENCES, LABELS, *lengths)
