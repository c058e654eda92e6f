"""What Client.backward differentiates and what it answers, against PyTorch."""
import pytest
import servers
import torch
from torch import nn
from values import as_leaves, compare, plain

import moduled

TOLERANCE = 1e-9
ROWS = 3


class Classifier(nn.Module):
    """Two outputs, a parameter that is frozen, one that nothing uses, and losses that the forward does not call."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 5)
        self.frozen = nn.Linear(5, 5).requires_grad_(False)
        self.head = nn.Linear(5, 3)
        self.unused = nn.Linear(2, 2)
        self.loss = nn.CrossEntropyLoss(label_smoothing=0.1)
        self.distance = nn.MSELoss()

    def forward(self, x, shift):
        features = self.frozen(torch.tanh(self.body(x))) + shift
        return self.head(features), features


def make():
    torch.manual_seed(2)
    return Classifier().double().eval()


def make_inputs():
    torch.manual_seed(3)
    return torch.randn(ROWS, 4, dtype=torch.float64), torch.randn(5, dtype=torch.float64)


TARGETS = torch.tensor([2, 0, 1])


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("backward")
    moduled.export(make(), directory, name="classifier", example_inputs=make_inputs())
    with servers.serving(directory) as server, moduled.Client(server.address, timeout=120) as connected:
        yield connected


# {name: (arguments of Client.backward, the number that PyTorch differentiates)}
OBJECTIVES = {
    "class": ({"class_index": 1, "output": 0}, lambda tree, scores, features: scores[:, 1].sum()),
    "class of each row": (
        {"class_index": [2, 0, 1], "output": 0}, lambda tree, scores, features: scores[range(ROWS), [2, 0, 1]].sum()
    ),
    "sum": ({"loss": "sum"}, lambda tree, scores, features: scores.sum() + features.sum()),
    "sum of one": ({"loss": "sum", "output": 1}, lambda tree, scores, features: features.sum()),
    "loss": (
        {"loss": moduled.Loss("loss", TARGETS, output=0)}, lambda tree, scores, features: tree.loss(scores, TARGETS)
    ),
    "loss of another output": (
        {"loss": moduled.Loss("distance", torch.ones(ROWS, 5, dtype=torch.float64), output=1)},
        lambda tree, scores, features: tree.distance(features, torch.ones(ROWS, 5, dtype=torch.float64)),
    ),
    "some outputs": (
        {"grad_outputs": (None, torch.full((ROWS, 5), 0.5, dtype=torch.float64))},
        lambda tree, scores, features: features.sum() / 2,
    ),
}


def torchs(objective):
    tree, inputs = make(), as_leaves(make_inputs())
    outputs = tree(*inputs)
    number = objective(tree, *outputs)
    number.backward()
    return tree, inputs, outputs, number


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_objective_has_pytorchs_gradients(client, name):
    options, objective = OBJECTIVES[name]
    tree, inputs, outputs, number = torchs(objective)
    result = client.backward("classifier", *make_inputs(), **options)
    compare(result.outputs, plain(outputs), TOLERANCE, "outputs")
    compare(result.grad_inputs, tuple(tensor.grad for tensor in inputs), TOLERANCE, "grad_inputs")
    # What is frozen is not asked for; what nothing uses has no gradient.
    want = {name: parameter.grad for name, parameter in tree.named_parameters() if parameter.requires_grad}
    compare(dict(result.grad_parameters), want, TOLERANCE, "grad_parameters")
    is_layer = isinstance(options.get("loss"), moduled.Loss)
    compare(result.loss, number.detach() if is_layer else None, TOLERANCE, "loss")


def test_inputs_by_name_have_gradients_by_name(client):
    x, shift = make_inputs()
    _, inputs, *_ = torchs(OBJECTIVES["sum"][1])
    result = client.backward("classifier", x, kwargs={"shift": shift}, loss="sum")
    compare(result.grad_inputs, (inputs[0].grad,), TOLERANCE, "grad_inputs")
    compare(result.grad_kwargs, {"shift": inputs[1].grad}, TOLERANCE, "grad_kwargs")


def test_only_the_gradients_that_are_wanted_are_answered(client):
    tree, inputs, *_ = torchs(OBJECTIVES["sum"][1])
    result = client.backward(
        "classifier", *make_inputs(), loss="sum", grad_inputs=[1], grad_parameters=["body.bias", "head.*"]
    )
    compare(result.grad_inputs, (None, inputs[1].grad), TOLERANCE, "grad_inputs")
    names = ["body.bias", "head.weight", "head.bias"]
    want = {name: tree.get_parameter(name).grad for name in names}
    compare(dict(result.grad_parameters), want, TOLERANCE, "grad_parameters")


def test_no_gradients_may_be_wanted(client):
    result = client.backward("classifier", *make_inputs(), loss="sum", grad_inputs=[], grad_parameters=["head.bias"])
    assert result.grad_inputs == (None, None) and list(result.grad_parameters) == ["head.bias"]


def test_a_frozen_parameter_has_no_gradient_to_ask_for(client):
    tree = make()
    with pytest.raises(RuntimeError) as torchs_error:
        torch.autograd.grad(tree(*make_inputs())[1].sum(), tree.frozen.weight)
    with pytest.raises(moduled.InvalidArgumentError, match=f"frozen.weight: {torchs_error.value}"):
        client.backward("classifier", *make_inputs(), loss="sum", grad_parameters=["frozen.weight"])


def test_gradients_do_not_add_up_over_requests(client):
    first, second = (client.backward("classifier", *make_inputs(), loss="sum") for _ in range(2))
    for name, gradient in first.grad_parameters.items():
        compare(second.grad_parameters[name], None if gradient is None else torch.tensor(gradient), 0, name)


def test_a_hook_in_the_loss_layer_fires(client):
    x, shift = make_inputs()
    result = client.backward(
        "classifier",
        x,
        shift,
        loss=moduled.Loss("loss", TARGETS, output=0),
        hooks=[moduled.Hook("loss"), moduled.Hook("loss", "full_backward")],
    )
    tree, _, (scores, _), number = torchs(OBJECTIVES["loss"][1])
    assert [event.kind for event in result.events] == ["forward", "full_backward"]
    compare(result.events[0].inputs, (scores, TARGETS), TOLERANCE, "inputs")
    compare(result.events[0].output, number, TOLERANCE, "output")
    wanted = torch.autograd.grad(tree.loss(leaf := scores.detach().requires_grad_(), TARGETS), leaf)
    compare(result.events[1].grad_input, (*wanted, None), TOLERANCE, "grad_input")
