"""Client.apply, train and requires_grad_ against PyTorch: the same numbers from the same seed, in the same order."""
import os

import numpy as np
import pytest
import servers
import torch
from nested import assert_close
from torch import nn

import moduled
from moduled import functions
from moduled.v1 import admin_pb2

SEED = 11


class Tree(nn.Module):
    """A shared module, a composite with a parameter of its own, buffers, a frozen part."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6), nn.ReLU())
        self.scale = nn.Parameter(torch.rand(6))
        self.again = nn.ModuleList([self.stem[0]])
        self.head = nn.Linear(6, 5, bias=False).requires_grad_(False)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.head(self.drop(self.again[0](self.stem(x) * self.scale)))


def tree():
    torch.manual_seed(2)
    return Tree().eval()


def convolutions():
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(4, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 2, groups=2, bias=False)).eval()


X = {"tree": torch.rand(8, 6), "convolutions": torch.rand(2, 4, 8, 8)}
MAKERS = {"tree": tree, "convolutions": convolutions}


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    directory = tmp_path_factory.mktemp("apply")
    for name, make in MAKERS.items():
        moduled.export(make(), directory, name=name, example_inputs=X[name])
    return directory


@pytest.fixture(scope="module")
def client(repository):
    with servers.serving(repository) as server, moduled.Client(server.address, timeout=120) as connected:
        yield connected


def parameters_of(module, type_name, names):
    """What a function of moduled.functions is for, of one module."""
    if type_name in (None, type(module).__name__):
        yield from (part for name, part in module.named_parameters(recurse=False) if not names or name in names)


def applied(module, function, type_name=None, names=(), seed=SEED):
    """Module.apply with a function of one tensor."""
    torch.manual_seed(seed)
    with torch.no_grad():
        module.apply(lambda each: [function(part) for part in parameters_of(each, type_name, names)])
    return module


def assert_state(client, ref, module, tolerance):
    got, expected = client.state_dict(ref), module.state_dict()
    assert list(got) == list(expected)
    for key, tensor in expected.items():
        if tolerance == 0:
            assert got[key].tobytes() == tensor.numpy().tobytes(), key
        else:
            assert_close(got[key], tensor, tolerance)


init = nn.init
WEIGHT = {"names": ("weight",)}
LINEAR = {"type": "Linear", "names": ("weight",)}
CONV = {"type": "Conv2d", "names": ("weight",)}

# (model, the function, torch's, what it is for, by how much they may differ)
INITIALISERS = [
    ("tree", functions.uniform_, init.uniform_, {}, {}, 0),
    ("tree", functions.uniform_, init.uniform_, {"a": -2.0, "b": 0.5}, WEIGHT, 0),
    ("tree", functions.normal_, init.normal_, {}, {}, 1e-6),
    ("tree", functions.normal_, init.normal_, {"mean": 3.0, "std": 0.1}, LINEAR, 1e-6),
    ("tree", functions.constant_, init.constant_, {"val": 0.3}, {"names": ("bias",)}, 0),
    ("tree", functions.ones_, init.ones_, {}, {"type": "Tree"}, 0),
    ("tree", functions.zeros_, init.zeros_, {}, {}, 0),
    ("tree", functions.eye_, init.eye_, {}, LINEAR, 0),
    ("convolutions", functions.dirac_, init.dirac_, {}, CONV, 0),
    ("convolutions", functions.dirac_, init.dirac_, {"groups": 2}, CONV, 0),
    ("tree", functions.xavier_uniform_, init.xavier_uniform_, {}, LINEAR, 0),
    ("convolutions", functions.xavier_uniform_, init.xavier_uniform_, {"gain": 2.0}, WEIGHT, 0),
    ("tree", functions.xavier_normal_, init.xavier_normal_, {"gain": 0.5}, LINEAR, 1e-6),
    ("convolutions", functions.kaiming_uniform_, init.kaiming_uniform_, {}, WEIGHT, 0),
    ("tree", functions.kaiming_uniform_, init.kaiming_uniform_, {"a": 5**0.5}, LINEAR, 0),
    ("convolutions", functions.kaiming_normal_, init.kaiming_normal_,
     {"mode": "fan_out", "nonlinearity": "relu"}, WEIGHT, 1e-6),
    ("tree", functions.trunc_normal_, init.trunc_normal_, {"std": 0.5, "a": -0.3, "b": 0.6}, {}, 1e-6),
    ("tree", functions.orthogonal_, init.orthogonal_, {}, LINEAR, 1e-5),
    ("convolutions", functions.orthogonal_, init.orthogonal_, {"gain": 2}, WEIGHT, 1e-5),
    ("tree", functions.sparse_, init.sparse_, {"sparsity": 0.4}, LINEAR, 1e-6),
    ("tree", functions.scale, lambda x, factor: x.mul_(factor), {"factor": -1.5}, {}, 0),
    ("tree", functions.clamp, lambda x, min, max: x.clamp_(min, max), {"min": -0.1, "max": 0.2}, WEIGHT, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    "model, function, torchs, arguments, meant, tolerance",
    INITIALISERS,
    ids=[f"{each[1].__name__}-{each[0]}-{each[3]}" for each in INITIALISERS],
)
def test_a_seed_gives_pytorch_s_numbers(model, function, torchs, arguments, meant, tolerance, client):
    result = client.apply(f"{model}:1", function(**arguments, **meant), seed=SEED)
    module = applied(
        MAKERS[model](), lambda x: torchs(x, **arguments), meant.get("type"), meant.get("names", ())
    )
    assert_state(client, result.model, module, tolerance)


def test_a_clamp_may_have_one_bound(client):
    model = client.apply("tree:1", functions.clamp(min=0.0)).model
    assert_state(client, model, applied(tree(), lambda x: x.clamp_(min=0.0)), 0)


def test_reset_parameters_is_that_of_each_layer(client):
    for name, make in MAKERS.items():
        result = client.apply(f"{name}:1", functions.reset_parameters(), seed=SEED)
        module = make()
        torch.manual_seed(SEED)
        module.apply(lambda each: each.reset_parameters() if hasattr(each, "reset_parameters") else None)
        assert_state(client, result.model, module, 0)


@pytest.mark.parametrize("dtype", [np.float64, np.float16, moduled.BFLOAT16], ids=["float64", "float16", "bfloat16"])
def test_cast_is_module_to(dtype, client):
    names = {np.float64: torch.float64, np.float16: torch.float16, moduled.BFLOAT16: torch.bfloat16}
    got, expected = client.state_dict(client.apply("tree:1", functions.cast(dtype)).model), tree().to(names[dtype])
    for key, tensor in expected.state_dict().items():
        raw = tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor
        assert got[key].tobytes() == raw.numpy().tobytes(), key


def test_the_visits_are_those_of_module_apply(client):
    module, order = tree(), []
    names = {id(each): path for path, each in module.named_modules()}
    module.apply(lambda each: order.append((names[id(each)], type(each).__name__)))
    visited = client.apply("tree:1", functions.zeros_(names=("weight",))).visited
    first_names = {"again.0": "stem.0"}
    assert [(first_names.get(each.path, each.path), each.type) for each in visited] == order
    assert [each.path for each in visited if each.changed] == ["stem.0", "stem.1", "again.0", "head"]
    assert {name for each in visited for name in each.changed} == {"weight"}


def test_functions_come_in_order_and_a_path_says_where(client):
    both = [functions.normal_(type="Linear"), functions.scale(2.0), functions.constant_(1.0, names=("bias",))]
    result = client.apply("tree:1", *both, path="stem", seed=SEED)
    module = tree()
    torch.manual_seed(SEED)

    def function(each):
        if isinstance(each, nn.Linear):
            for part in each.parameters():
                init.normal_(part)
        for name, part in each.named_parameters(recurse=False):
            part.mul_(2.0)
            if name == "bias":
                init.constant_(part, 1.0)

    with torch.no_grad():
        module.stem.apply(function)
    assert_state(client, result.model, module, 2e-6)
    assert [each.path for each in result.visited] == ["stem.0", "stem.1", "stem.2", "stem"]


def test_named_buffers_can_be_changed(client):
    model = client.apply("tree:1", functions.constant_(0.25, names=("running_mean",))).model
    module = tree()
    module.stem[1].running_mean.fill_(0.25)
    assert_state(client, model, module, 0)
    assert_close(client.forward(model, X["tree"]), module(X["tree"]), 1e-6)


def test_the_next_version_is_served_and_the_old_one_stays(client, repository):
    before = client.forward("tree:1", X["tree"])
    result = client.apply("tree:1", functions.zeros_())
    newest = max(int(entry) for entry in os.listdir(repository / "tree") if entry.isdigit())
    assert result.model == ("tree", str(newest))
    assert not client.forward("tree", X["tree"]).any()
    assert client.load_model("tree:1") == ("tree", "1")
    assert client.forward("tree:1", X["tree"]).tobytes() == before.tobytes()


def test_train_is_module_train(client):
    module = tree()
    ref = client.train("tree:1", path="stem")
    module.stem.train()
    assert {path: info.training for path, info in client.named_modules(ref)} == {
        path: each.training for path, each in module.named_modules()
    }
    assert client.get_submodule(ref, "stem.1").training and not client.get_submodule(ref, "drop").training
    # In training the statistics are those of the batch.
    with torch.no_grad():
        expected = module(X["tree"])
    assert_close(client.forward(ref, X["tree"]), expected, 1e-6)
    evaluated = client.train(ref, False)
    assert not any(info.training for _, info in client.named_modules(evaluated))
    assert_close(client.forward(evaluated, X["tree"]), tree()(X["tree"]), 1e-6)


def test_training_drops_out_and_a_seed_repeats_it(client):
    ref = client.train("tree:1", path="drop")
    first, again = (client.forward(ref, X["tree"], seed=1) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    event = client.forward(ref, X["tree"], seed=1, hooks=["drop"]).events[0]
    kept = event.output != 0
    assert 0 < kept.sum() < kept.size
    assert_close(event.output[kept], 2 * event.inputs[0][kept], 0)


def test_train_may_be_applied_to_one_type(client):
    result = client.apply("tree:1", functions.train(type="Dropout"))
    assert [path for path, info in client.named_modules(result.model) if info.training] == ["drop"]
    assert [(each.path, each.changed) for each in result.visited if each.changed] == [("drop", ["training"])]


def test_requires_grad_is_module_requires_grad(client):
    module = tree()
    ref = client.requires_grad_("tree:1", False, path="stem")
    module.stem.requires_grad_(False)

    def wanted(ref):
        return {path: info.requires_grad for path, info in client.named_parameters(ref)}

    assert wanted(ref) == {path: each.requires_grad for path, each in module.named_parameters()}
    assert all(wanted(client.requires_grad_(ref)).values())
    applied_ref = client.apply("tree:1", functions.requires_grad(False, names=("bias",))).model
    assert [path for path, on in wanted(applied_ref).items() if not on] == ["stem.0.bias", "stem.1.bias", "head.weight"]


def error_of(call):
    with pytest.raises(Exception) as caught:
        call()
    return str(caught.value)


REFUSED = {
    "eye_ of a vector": (functions.eye_(type="BatchNorm1d"), lambda: init.eye_(torch.zeros(6))),
    "dirac_ of a matrix": (functions.dirac_(type="Linear", names=("weight",)), lambda: init.dirac_(torch.zeros(6, 6))),
    "xavier_uniform_ of a vector": (functions.xavier_uniform_(names=("bias",)),
                                    lambda: init.xavier_uniform_(torch.zeros(6))),
    "orthogonal_ of a vector": (functions.orthogonal_(names=("bias",)), lambda: init.orthogonal_(torch.zeros(6))),
    "kaiming_ in an unknown mode": (functions.kaiming_uniform_(mode="fan", names=("weight",), type="Linear"),
                                    lambda: init.kaiming_uniform_(torch.zeros(6, 6), mode="fan")),
    "kaiming_ of an unknown function": (functions.kaiming_normal_(nonlinearity="x", names=("weight",), type="Linear"),
                                        lambda: init.kaiming_normal_(torch.zeros(6, 6), nonlinearity="x")),
    "normal_ with a negative width": (functions.normal_(std=-1.0), lambda: init.normal_(torch.zeros(6), std=-1.0)),
    "clamp without bounds": (functions.clamp(), lambda: torch.zeros(6).clamp_()),
    "cast to integers": (functions.cast(np.int64), lambda: nn.ReLU().to(torch.int64)),
}  # fmt: skip


@pytest.mark.parametrize("function, torchs", REFUSED.values(), ids=REFUSED)
def test_what_pytorch_refuses_is_refused_in_its_words_and_writes_nothing(function, torchs, client, repository):
    before = sorted(os.listdir(repository / "tree"))
    with pytest.raises(moduled.InvalidArgumentError) as caught:
        client.apply("tree:1", function)
    assert error_of(torchs) in caught.value.message
    assert sorted(os.listdir(repository / "tree")) == before
    assert_close(client.forward("tree:1", X["tree"]), tree()(X["tree"]), 1e-6)


def test_functions_must_make_sense(client):
    with pytest.raises(moduled.InvalidArgumentError, match="functions"):
        client.apply("tree:1")
    whole = functions.ApplyFunction(admin_pb2.ApplyFunction(names=["bias"], train=True))
    with pytest.raises(moduled.InvalidArgumentError, match="names: train is for whole modules"):
        client.apply("tree:1", whole)
    with pytest.raises(ValueError, match="training mode is expected to be boolean"):
        client.train("tree:1", 1)


@pytest.mark.parametrize("method", ["apply", "train", "requires_grad_"])
def test_models_and_modules_that_there_are_not_are_not_found(method, client):
    arguments = [functions.zeros_()] if method == "apply" else []
    with pytest.raises(moduled.NotFoundError, match="stemm"):
        getattr(client, method)("tree:1", *arguments, path="stemm")
    with pytest.raises(moduled.NotFoundError, match="nothing"):
        getattr(client, method)("nothing", *arguments)
    assert_close(client.forward("tree:1", X["tree"]), tree()(X["tree"]), 1e-6)
