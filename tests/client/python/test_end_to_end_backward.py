"""Client.backward against torch.autograd: every objective, every choice of gradients, and torch's errors."""
import threading

import numpy as np
import pytest
import served
import servers
import torch
from nested import assert_close
from torch import nn

import moduled

TOLERANCE = 1e-5


class Classifier(nn.Module):
    """Scores and features; losses of the tree that the forward does not call; a frozen part, an unused one."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(5, 8)
        self.act = nn.Tanh()
        self.fc = nn.Linear(8, 4)
        self.frozen = nn.Linear(5, 8, bias=False).requires_grad_(False)
        self.unused = nn.Linear(2, 2)
        self.criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
        self.distances = nn.MSELoss(reduction="none")

    def forward(self, x, shift):
        features = self.act(self.stem(x) + self.frozen(shift))
        return self.fc(features), features


class Scalar(nn.Module):
    """One element."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(x).square().sum()


class Lookup(nn.Module):
    """Takes integers; what does not depend on a parameter is returned too."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(7, 3)

    def forward(self, index, x):
        return self.table(index) * x, index


class Forgetful(nn.Module):
    """Takes what it does not use."""

    def forward(self, x, unused):
        return x * 2


class Nested(nn.Module):
    """Takes and returns a dict with a list inside."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)

    def forward(self, pair):
        return {"sum": self.fc(pair["a"]) + pair["rest"][0], "all": [pair["a"] * 2, pair["rest"][1]]}


def made(cls):
    torch.manual_seed(4)
    return cls().eval()


X, SHIFT = torch.randn(6, 5), torch.randn(6, 5)
INDEX, FACTOR = torch.tensor([3, 0, 3, 6]), torch.randn(4, 3)
ROW = torch.randn(1, 3)
INPUTS = {"classifier": (X, SHIFT), "scalar": (ROW,), "lookup": (INDEX, FACTOR), "forgetful": (X, X)}
MODULES = {"classifier": Classifier, "scalar": Scalar, "lookup": Lookup, "forgetful": Forgetful}
PAIR = {"a": torch.randn(2, 3), "rest": [torch.randn(2, 3), torch.randn(2, 3)]}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    directory = tmp_path_factory.mktemp("backward")
    for name, cls in MODULES.items():
        moduled.export(made(cls), directory, name=name, example_inputs=INPUTS[name])
    moduled.export(made(Nested), directory, name="nested", example_inputs=(PAIR,))
    moduled.export(served.resnet18(), directory, name="resnet18", example_inputs=torch.rand(1, 3, 224, 224))
    with servers.serving(directory) as server:
        yield server.address


def leaves(tensors):
    return [each.clone().requires_grad_(each.is_floating_point()) for each in tensors]


def differentiated(name, objective):
    """The module, its leaves and its output in PyTorch, after backward() of objective(module, output)."""
    module, inputs = made(MODULES[name]), leaves(INPUTS[name])
    output = module(*inputs)
    objective(module, output)
    return module, inputs, output


def grads(inputs):
    return tuple(each.grad for each in inputs)


def assert_gradients(result, module, inputs, output):
    assert_close(result.outputs, output, TOLERANCE)
    assert_close(result.grad_inputs, grads(inputs), TOLERANCE)
    wanted = {name: part.grad for name, part in module.named_parameters() if part.requires_grad}
    assert_close(dict(result.grad_parameters), wanted, TOLERANCE)


# What is differentiated.

G_SCORES, G_FEATURES = torch.randn(6, 4), torch.randn(6, 8)
TARGETS = torch.tensor([0, 3, 1, 1, 2, 0])
PROBABILITIES = torch.rand(6, 4).softmax(1)

OBJECTIVES = {
    "both gradients": (
        {"grad_outputs": (G_SCORES, G_FEATURES)},
        lambda module, output: torch.autograd.backward(output, (G_SCORES, G_FEATURES)),
    ),
    "None for one": ({"grad_outputs": (G_SCORES, None)}, lambda module, output: output[0].backward(G_SCORES)),
    "None for the other": ({"grad_outputs": (None, G_FEATURES)}, lambda module, output: output[1].backward(G_FEATURES)),
    "one class": ({"class_index": 2, "output": 0}, lambda module, output: output[0][:, 2].sum().backward()),
    "a class for each row": (
        {"class_index": TARGETS.tolist(), "output": 0},
        lambda module, output: output[0].gather(1, TARGETS[:, None]).sum().backward(),
    ),
    "classes in an array": (
        {"class_index": TARGETS.numpy(), "output": 0},
        lambda module, output: output[0].gather(1, TARGETS[:, None]).sum().backward(),
    ),
    "the sum of one": ({"loss": "sum", "output": 1}, lambda module, output: output[1].sum().backward()),
    "the sum of all": ({"loss": "sum"}, lambda module, output: (output[0].sum() + output[1].sum()).backward()),
}


@pytest.fixture
def client(address):
    with moduled.Client(address, timeout=120) as connected:
        yield connected


@pytest.mark.parametrize("options, objective", OBJECTIVES.values(), ids=OBJECTIVES)
def test_objectives_are_torch_s(options, objective, client):
    result = client.backward("classifier", X, SHIFT, **options)
    assert_gradients(result, *differentiated("classifier", objective))
    assert result.loss is None and result.events == [] and result.model == ("classifier", "1")


def test_a_scalar_output_needs_no_gradient(client):
    want = differentiated("scalar", lambda module, output: output.backward())
    assert_gradients(client.backward("scalar", ROW), *want)


@pytest.mark.parametrize("wrapped", [False, True])
def test_one_output_takes_one_gradient(wrapped, client):
    gradient = torch.tensor(-2.5)
    want = differentiated("scalar", lambda module, output: output.backward(gradient))
    assert_gradients(client.backward("scalar", ROW, grad_outputs=(gradient,) if wrapped else gradient), *want)


@pytest.mark.parametrize("targets", [TARGETS, PROBABILITIES], ids=["classes", "probabilities"])
def test_a_loss_layer_of_the_tree_is_differentiated(targets, client):
    losses = []

    def objective(module, output):
        losses.append(module.criterion(output[0], targets))
        losses[0].backward()

    want = differentiated("classifier", objective)
    result = client.backward("classifier", X, SHIFT, loss=moduled.Loss("criterion", targets, output=0))
    assert_gradients(result, *want)
    assert_close(result.loss, losses[0], TOLERANCE)


# Which gradients are answered.


def test_inputs_and_parameters_can_be_chosen(client):
    module, inputs, _ = differentiated("classifier", lambda module, output: output[0].sum().backward())
    result = client.backward(
        "classifier", X, SHIFT, loss="sum", output=0, grad_inputs=[1], grad_parameters=["fc.*", "stem.weight"]
    )
    assert_close(result.grad_inputs, (None, inputs[1].grad), TOLERANCE)
    assert list(result.grad_parameters) == ["stem.weight", "fc.weight", "fc.bias"]
    for name, gradient in result.grad_parameters.items():
        assert_close(gradient, module.get_parameter(name).grad, TOLERANCE)


def test_no_inputs_and_no_parameters_can_be_chosen(client):
    result = client.backward("classifier", X, SHIFT, loss="sum", grad_inputs=[])
    assert result.grad_inputs == (None, None) and result.grad_parameters["fc.bias"] is not None
    result = client.backward("classifier", X, SHIFT, loss="sum", grad_parameters=[])
    assert result.grad_parameters == {} and result.grad_inputs[0] is not None


def test_what_is_unused_has_no_gradient_and_what_is_frozen_is_not_answered(client):
    parameters = client.backward("classifier", X, SHIFT, loss="sum", output=0).grad_parameters
    assert parameters["unused.weight"] is None and "frozen.weight" not in parameters
    module = made(Classifier)
    assert list(parameters) == [name for name, part in module.named_parameters() if part.requires_grad]
    chosen = ["unused.bias", "fc.*"]
    parameters = client.backward("classifier", X, SHIFT, loss="sum", output=1, grad_parameters=chosen).grad_parameters
    assert parameters == {"fc.weight": None, "fc.bias": None, "unused.bias": None}


def test_integers_have_no_gradients_and_keep_their_place(client):
    gradient = torch.randn(4, 3)
    want = differentiated("lookup", lambda module, output: output[0].backward(gradient))
    result = client.backward("lookup", INDEX, FACTOR, grad_outputs=(gradient, None))
    assert_gradients(result, *want)
    assert result.grad_inputs[0] is None


def test_keyword_arguments_have_gradients_of_their_own(client):
    _, inputs, _ = differentiated("classifier", lambda module, output: output[0].sum().backward())
    result = client.backward("classifier", X, kwargs={"shift": SHIFT}, loss="sum", output=0)
    assert_close(result.grad_inputs, (inputs[0].grad,), TOLERANCE)
    assert_close(result.grad_kwargs, {"shift": inputs[1].grad}, TOLERANCE)


def test_gradients_have_the_structure_of_the_inputs(client):
    module, a, first, second = made(Nested), *leaves([PAIR["a"], *PAIR["rest"]])
    gradients = {"sum": torch.randn(2, 3), "all": [torch.randn(2, 3), None]}
    output = module({"a": a, "rest": [first, second]})
    torch.autograd.backward([output["sum"], output["all"][0]], [gradients["sum"], gradients["all"][0]])
    result = client.backward("nested", PAIR, grad_outputs=gradients)
    assert_close(result.outputs, output, TOLERANCE)
    assert_close(result.grad_inputs, ({"a": a.grad, "rest": [first.grad, None]},), TOLERANCE)


def test_nothing_stays_behind(client):
    first = client.backward("classifier", X, SHIFT, loss="sum")
    second = client.backward("classifier", X, SHIFT, loss="sum")
    for name, gradient in first.grad_parameters.items():
        assert gradient is None or second.grad_parameters[name].tobytes() == gradient.tobytes()


def test_the_gradients_of_resnet18_are_torch_s(client):
    module, x = served.resnet18(), torch.rand(2, 3, 224, 224)
    (leaf,) = leaves([x])
    module(leaf)[:, 17].sum().backward()
    names = ["conv1.weight", "layer3.0.downsample.0.weight", "layer4.1.bn2.bias", "fc.weight"]
    result = client.backward("resnet18", x, class_index=17, grad_parameters=names)
    assert list(result.grad_parameters) == names
    for got, want in [
        (result.grad_inputs[0], leaf.grad),
        *((result.grad_parameters[name], module.get_parameter(name).grad) for name in names),
    ]:
        assert_close(got, want, 1e-4 * want.abs().max().item())


# Errors.


def right(client):
    """The server answers as it did before."""
    want = differentiated("classifier", lambda module, output: output[0][:, 1].sum().backward())
    assert_gradients(client.backward("classifier", X, SHIFT, class_index=1, output=0), *want)


def torchs_error(call):
    with pytest.raises(Exception) as caught:
        call()
    return str(caught.value)


def scores(x=X):
    return made(Classifier)(x, SHIFT)[0]


IN_TORCHS_WORDS = {
    "an integer input": (
        "lookup", {"loss": "sum", "output": 0, "grad_inputs": [0]},
        lambda: setattr(INDEX.clone(), "requires_grad", True),
    ),
    "more than one element": ("resnet18", {}, lambda: torch.rand(1, 2, requires_grad=True).exp().backward()),
    "an output that does not require grad": (
        "lookup", {"grad_outputs": (None, INDEX)}, lambda: torch.rand(1).sum().backward()
    ),
    "a frozen parameter": (
        "classifier", {"loss": "sum", "grad_parameters": ["frozen.weight"]},
        lambda: torch.autograd.grad(scores().sum(), made(Classifier).frozen.weight),
    ),
    "an input without a use": (
        "forgetful", {"loss": "sum", "grad_inputs": [0, 1]},
        lambda: torch.autograd.grad(scores().sum(), X.clone().requires_grad_()),
    ),
    "a loss of many elements": (
        "classifier", {"loss": moduled.Loss("distances", torch.zeros(6, 4), output=0)},
        lambda: nn.MSELoss(reduction="none")(scores(), torch.zeros(6, 4)).backward(),
    ),
    "a target out of range": (
        "classifier", {"loss": moduled.Loss("criterion", TARGETS + 2, output=0)},
        lambda: nn.CrossEntropyLoss(label_smoothing=0.1)(scores(), TARGETS + 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("model, options, torchs", IN_TORCHS_WORDS.values(), ids=IN_TORCHS_WORDS)
def test_errors_are_in_torch_s_words(model, options, torchs, client):
    inputs = INPUTS.get(model, (torch.rand(1, 3, 224, 224),))
    with pytest.raises(moduled.InvalidArgumentError) as caught:
        client.backward(model, *inputs, **options)
    assert torchs_error(torchs) in caught.value.message
    right(client)


REFUSED = {
    "a gradient of another shape": (
        {"grad_outputs": (torch.zeros(6, 3), None)}, r"Mismatch in shape.*\[6, 3\].*\[6, 4\]"
    ),
    "a gradient of another type": ({"grad_outputs": (G_SCORES.double(), None)}, "float64.*float32"),
    "too many gradients": ({"grad_outputs": (G_SCORES, G_FEATURES, None)}, "got 3, want 2"),
    "no gradient at all": ({"grad_outputs": (None, None)}, "does not require grad"),
    "a class that there is not": ({"class_index": 4, "output": 0}, "4"),
    "a class for too few rows": ({"class_index": [0, 1], "output": 0}, "2.*6"),
    "no class": ({"class_index": [], "output": 0}, "class_index"),
    "a class of one of two outputs": ({"class_index": 0}, "output"),
    "an output that there is not": ({"loss": "sum", "output": 2}, "out of range.*2"),
    "an input that there is not": ({"loss": "sum", "grad_inputs": [2]}, "grad_inputs.*2"),
    "a loss without its target": ({"loss": moduled.Loss("criterion", (), output=0)}, "criterion"),
    "an edit of another shape": (
        {"loss": "sum", "hooks": moduled.Hook("stem", edit=moduled.Replace(torch.zeros(6, 7)))}, r"\[6, 7\].*\[6, 8\]"
    ),
    "an edit of another type": (
        {"loss": "sum", "hooks": moduled.Hook("stem", "full_backward", edit=moduled.Replace(np.zeros((6, 5))))},
        "float64",
    ),
    "a factor that does not broadcast": (
        {"loss": "sum", "hooks": moduled.Hook("fc", "full_backward_pre", edit=moduled.Scale(torch.zeros(5)))}, "5"
    ),
}  # fmt: skip


@pytest.mark.parametrize("options, words", REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_with_the_reason(options, words, client):
    with pytest.raises(moduled.InvalidArgumentError, match=words):
        client.backward("classifier", X, SHIFT, **options)
    right(client)


NOT_FOUND = {
    "a parameter": ({"loss": "sum", "grad_parameters": ["stem.wieght"]}, "stem.weight"),
    "parameters of a pattern": ({"loss": "sum", "grad_parameters": ["layer*"]}, "layer"),
    "a loss layer": ({"loss": moduled.Loss("criterio", TARGETS)}, "criterion"),
    "a module of a hook": ({"loss": "sum", "hooks": "stam"}, "stem"),
}


@pytest.mark.parametrize("options, words", NOT_FOUND.values(), ids=NOT_FOUND)
def test_what_there_is_not_is_named_with_what_may_be_meant(options, words, client):
    with pytest.raises(moduled.NotFoundError, match=words):
        client.backward("classifier", X, SHIFT, **options)
    right(client)


def test_objectives_exclude_each_other_before_anything_is_sent(client):
    with pytest.raises(ValueError, match="grad_outputs and class_index"):
        client.backward("classifier", X, SHIFT, grad_outputs=(G_SCORES, None), class_index=1)
    with pytest.raises(ValueError, match="output: "):
        client.backward("classifier", X, SHIFT, grad_outputs=(G_SCORES, None), output=1)
    with pytest.raises(ValueError, match='want "sum"'):
        client.backward("classifier", X, SHIFT, loss="mean")


# Others.


def test_what_a_request_edits_no_other_request_sees(address, client):
    """Eight clients at once: every second one changes features and gradients, the others must not notice."""
    want = client.backward("classifier", X, SHIFT, loss="sum", output=0)
    zeros = moduled.Hook("act", edit=moduled.Scale(0.0))
    larger = moduled.Hook("stem", "full_backward", edit=moduled.Scale(3))
    start, results = threading.Barrier(8), [[] for _ in range(8)]

    def run(place):
        with moduled.Client(address, timeout=120) as own:
            start.wait()
            for _ in range(10):
                hooks = [zeros, larger] if place % 2 else None
                results[place].append(own.backward("classifier", X, SHIFT, loss="sum", output=0, hooks=hooks))

    threads = [threading.Thread(target=run, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bias = made(Classifier).fc.bias
    for place, answers in enumerate(results):
        assert len(answers) == 10
        for answer in answers:
            if place % 2:
                assert_close(answer.outputs[0], bias.expand(6, 4), TOLERANCE)
                assert not answer.grad_parameters["fc.weight"].any()
            else:
                assert_close(answer.outputs[0], torch.from_numpy(want.outputs[0].copy()), TOLERANCE)
                for name in ("fc.weight", "stem.weight"):
                    assert_close(
                        answer.grad_parameters[name], torch.from_numpy(want.grad_parameters[name].copy()), TOLERANCE
                    )
            assert [event.kind for event in answer.events] == (["forward", "full_backward"] if place % 2 else [])


def test_a_subscription_sees_the_gradients_of_others(address, client):
    gradients = moduled.Hook("fc", "full_backward")
    with moduled.Client(address) as watcher, watcher.subscribe("classifier", [gradients, "fc"]) as subscription:
        client.backward("classifier", X, SHIFT, loss="sum", output=0, request_id="mine")
        forward, backward = next(subscription), next(subscription)
    assert [forward.kind, backward.kind] == ["forward", "full_backward"]
    assert backward.request_id == "mine"
    np.testing.assert_array_equal(backward.grad_output[0], np.ones((6, 4), "f4"))
