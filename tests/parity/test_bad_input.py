"""Backward passes and edits that cannot be: refused in PyTorch's words where it has some; the next call is not."""
import re

import pytest
import servers
import torch
from torch import nn

import moduled

INDICES = torch.tensor([1, 2])
ROWS = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.2, -0.3]])
FEATURES = torch.tensor([[0.5, -1.0, 2.0, 0.1], [1.5, 0.2, -0.3, 0.4]])


class Mixed(nn.Module):
    """Returns what can be differentiated, and what cannot: a bool tensor and places."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 3)

    def forward(self, indices, x):
        return self.embedding(indices) * x, x > 0, x.argmax(-1)


class Scores(nn.Module):
    """Scores of classes, and a loss that the forward does not call."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 3)
        self.loss = nn.CrossEntropyLoss()

    def forward(self, x):
        return self.head(x)


class Steps(nn.Module):
    """A way without gradients."""

    def forward(self, x):
        return (x > 0).to(torch.float32)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("refusals")
    for name, module, inputs in (
        ("mixed", Mixed(), (INDICES, ROWS)), ("scores", Scores(), FEATURES), ("steps", Steps(), FEATURES)
    ):
        moduled.export(module.eval(), directory, name=name, example_inputs=inputs)
    with servers.serving(directory) as server, moduled.Client(server.address, timeout=120) as connected:
        yield connected


def refused(client, text, *arguments, error=moduled.InvalidArgumentError, **options):
    """The call fails with this text, and the next one does not."""
    with pytest.raises(error, match=re.escape(text)):
        client.backward(*arguments, **options)
    assert client.backward("scores", FEATURES, loss="sum").grad_inputs[0].shape == (2, 4)


def torchs_error(call):
    with pytest.raises((RuntimeError, IndexError)) as caught:
        call()
    return str(caught.value)


def test_gradients_of_integer_inputs(client):
    text = torchs_error(lambda: torch.tensor([1, 2], requires_grad=True))
    text = text.replace("Only", "only")  # A path stands before it.
    refused(client, f"input 0: {text}", "mixed", INDICES, ROWS, grad_inputs=[0], loss="sum", output=0)


def test_gradients_of_inputs_that_there_are_not(client):
    text = "there is no such tensor among the arguments (got 7, want less than 2)"
    refused(client, text, "mixed", INDICES, ROWS, grad_inputs=[7], loss="sum", output=0)


@pytest.mark.parametrize("output", [1, 2])
def test_outputs_without_gradients(client, output):
    text = torchs_error(lambda: Mixed()(INDICES, ROWS)[output].sum().backward())
    refused(client, text, "mixed", INDICES, ROWS, loss="sum", output=output)


def test_ways_without_gradients(client):
    text = torchs_error(lambda: Steps()(FEATURES.clone().requires_grad_()).sum().backward())
    refused(client, text, "steps", FEATURES, loss="sum")


def test_outputs_of_several_elements_without_an_objective(client):
    refused(client, torchs_error(lambda: Scores()(FEATURES).backward()), "scores", FEATURES)


@pytest.mark.parametrize("index", [3, -1])
def test_classes_out_of_range(client, index):
    text = f"index {index} is out of bounds for dimension 1 with size 3"
    refused(client, text, "scores", FEATURES, class_index=index)


def test_classes_for_other_rows(client):
    refused(client, "wrong number of classes (got 3, want 1 or 2)", "scores", FEATURES, class_index=[0, 1, 2])


def test_outputs_that_there_are_not(client):
    text = "output: out of range (got 7, want less than 3)"
    refused(client, text, "mixed", INDICES, ROWS, loss="sum", output=7)


def test_one_of_several_outputs_must_be_named(client):
    refused(client, "there are 3 tensors in the result", "mixed", INDICES, ROWS, class_index=0)


def test_gradients_of_another_shape(client):
    said = torchs_error(lambda: Scores()(FEATURES).backward(torch.ones(2, 4)))
    assert said.startswith("Mismatch in shape: grad_output[0] has a shape of torch.Size([2, 4])")
    text = "Mismatch in shape: it has a shape of torch.Size([2, 4]) and the output has a shape of torch.Size([2, 3])"
    refused(client, text, "scores", FEATURES, grad_outputs=torch.ones(2, 4))


def test_gradients_of_another_type(client):
    gradients = torch.ones(2, 3, dtype=torch.float64)
    refused(client, "wrong element type (got float64, want float32)", "scores", FEATURES, grad_outputs=gradients)


@pytest.mark.parametrize("targets", [[1, 3], [-1, 0]])
def test_targets_out_of_range(client, targets):
    targets = torch.tensor(targets)
    text = torchs_error(lambda: nn.CrossEntropyLoss()(ROWS, targets))
    refused(client, f"loss (CrossEntropyLoss): {text}", "scores", FEATURES, loss=moduled.Loss("loss", targets))


def test_losses_and_parameters_that_there_are_not(client):
    loss = moduled.Loss("los", INDICES)
    refused(client, 'no module "los"; did you mean "loss"?', "scores", FEATURES, loss=loss, error=moduled.NotFoundError)
    refused(
        client,
        'grad_parameters.names[0]: the model has no parameter "head.weigth"; did you mean "head.weight"?',
        "scores",
        FEATURES,
        loss="sum",
        grad_parameters=["head.weigth"],
        error=moduled.NotFoundError,
    )


def test_two_objectives_do_not_leave_the_client(client):
    with pytest.raises(ValueError, match="only one thing can be differentiated"):
        client.backward("scores", FEATURES, class_index=0, loss="sum")


# Edits. The value at head: [2, 3]; the gradient of its input: [2, 4].

EDITS = {
    "replace": (moduled.Replace(torch.ones(3, 3)), "(got float32[3, 3], want float32[2, {last}])"),
    "scale": (moduled.Scale(torch.ones(5)), str(torchs_error(lambda: torch.ones(2, 3) * torch.ones(5)))),
    "larger": (
        moduled.Add(torch.ones(6, 2, 1)),
        torchs_error(lambda: torch.ones(2, 3).add_(torch.ones(6, 2, 1))).replace("3]", "{last}]"),
    ),
    "type": (moduled.Add(torch.ones(5, dtype=torch.int64)), "wrong element type (got int64, want float32)"),
    "dimension": (
        moduled.Select(2, [0]), "Dimension out of range (expected to be in range of [-2, 1], but got 2)"
    ),
    "index": (moduled.Select(1, [9]), "index 9 is out of bounds for dimension 1 with size {last}"),
    "clamp": (moduled.Clamp(), "torch.clamp: At least one of 'min' or 'max' must not be None"),
    "leaf": (moduled.Scale(1.0, leaf=4), "there is no such tensor in the value (got 4)"),
}


@pytest.mark.parametrize(
    "kind, last", [("forward", 3), ("tensor_grad", 3), ("full_backward_pre", 3), ("full_backward", 4)]
)
@pytest.mark.parametrize("name", EDITS)
def test_edits_that_do_not_fit(client, name, kind, last):
    edit, text = EDITS[name]
    text = text.replace("{last}", str(last)).replace("tensor a (3)", f"tensor a ({last})")
    refused(client, text, "scores", FEATURES, loss="sum", hooks=moduled.Hook("head", kind, edit=edit))


def test_edits_of_modules_that_there_are_not(client):
    hook = moduled.Hook("hed", edit=moduled.Zero())
    text = 'hooks[0].path: the model has no module "hed"; did you mean "head"?'
    refused(client, text, "scores", FEATURES, loss="sum", hooks=hook, error=moduled.NotFoundError)
