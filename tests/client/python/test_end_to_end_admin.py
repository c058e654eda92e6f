"""Versions through the client: loading, unloading, new weights, and what a server does with them."""
import os
import shutil

import grpc
import numpy as np
import pytest
import servers
import torch
from nested import assert_close
from torch import nn

import moduled
from moduled.v1 import module_pb2

X = torch.rand(2, 4)


def linear():
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU()).eval()


@pytest.fixture
def repository(tmp_path):
    moduled.export(linear(), tmp_path, name="linear", example_inputs=X)
    return tmp_path


@pytest.fixture
def server(repository):
    with servers.serving(repository) as running:
        yield running


@pytest.fixture
def client(server):
    with moduled.Client(server.address, timeout=60) as connected:
        yield connected


def test_new_weights_become_the_next_version_and_the_old_one_stays(client, repository):
    module = linear()
    changed = {key: tensor + 1 for key, tensor in module.state_dict().items()}
    report = client.load_state_dict("linear", changed)
    assert repr(report) == "<All keys matched successfully>" and report.model == ("linear", "2")
    before = module(X)
    module.load_state_dict(changed)
    assert_close(client.forward("linear", X), module(X))
    assert_close(client.forward("linear:2", X), module(X))
    assert client.load_model("linear:1") == ("linear", "1")
    assert_close(client.forward("linear:1", X), before)
    assert versions(repository / "linear") == ["1", "2"]


def versions(folder):
    return sorted(entry for entry in os.listdir(folder) if entry.isdigit())


def test_the_errors_of_load_state_dict_are_torch_s_and_nothing_changes(client, repository):
    module, before = linear(), client.state_dict("linear")
    wrong = {"0.weight": torch.zeros(3, 5), "0.scale": torch.zeros(1)}
    with pytest.raises(RuntimeError) as expected:
        module.load_state_dict(wrong)
    with pytest.raises(moduled.InvalidArgumentError) as caught:
        client.load_state_dict("linear", wrong)
    assert str(expected.value) in caught.value.message
    after = client.state_dict("linear")
    assert all(after[key].tobytes() == before[key].tobytes() for key in before)
    assert versions(repository / "linear") == ["1"]


def test_missing_and_unexpected_keys_are_reported_where_they_are_allowed(client):
    report = client.load_state_dict("linear", {"0.bias": torch.zeros(3), "extra": torch.zeros(1)}, strict=False)
    assert report.missing_keys == ["0.weight"] and report.unexpected_keys == ["extra"]
    assert client.get_parameter("linear", "0.bias").tolist() == [0, 0, 0]
    assert client.get_parameter("linear", "0.weight").tobytes() == linear()[0].weight.detach().numpy().tobytes()


def test_a_description_sent_inline_is_initialised_from_its_seed(client):
    description = module_pb2.ModuleDescription(linear={"in_features": 4, "out_features": 2})
    first = client.load_model("inline", description=description, seed=1)
    assert first == ("inline", "1")
    weight = client.get_parameter("inline", "weight")
    assert weight.shape == (2, 4) and np.abs(weight).max() <= 0.5 and len(np.unique(weight)) == 8
    assert_close(client.forward("inline", X), X.numpy() @ weight.T + client.get_parameter("inline", "bias"), 1e-5)
    assert client.load_model("inline", description=description, seed=1) == ("inline", "2")
    assert client.get_parameter("inline:2", "weight").tobytes() == weight.tobytes()
    assert client.load_model("inline", description=description, seed=2) == ("inline", "3")
    assert client.get_parameter("inline", "weight").tobytes() != weight.tobytes()


def test_an_unloaded_model_is_not_found_until_it_is_loaded_again(client):
    assert client.unload_model("linear") == [("linear", "1")]
    with pytest.raises(moduled.NotFoundError, match="linear"):
        client.forward("linear", X)
    assert [each.state for each in client.models()] == ["unavailable"]
    assert client.load_model("linear") == ("linear", "1")
    assert_close(client.forward("linear", X), linear()(X))


def test_a_version_that_is_added_to_the_repository_is_loaded_when_asked_for(client, repository):
    module = nn.Sequential(nn.Linear(4, 6)).eval()
    moduled.export(module, repository, name="linear", example_inputs=X)
    assert client.load_model("linear") == ("linear", "2")
    assert_close(client.forward("linear", X), module(X))


def described(**layer):
    return module_pb2.ModuleDescription(**layer)


def composite(*nodes, children=()):
    description = module_pb2.ModuleDescription()
    description.composite.type = "Broken"
    for node in nodes:
        description.composite.graph.nodes.add(**node)
    for child in children:
        description.children.add(name=child).module.relu.SetInParent()
    return description


def sharing(path):
    return module_pb2.ModuleDescription(sequential={}, children=[{"name": "0", "shared": path}])


def convolution(**arguments):
    return described(conv2d={"in_channels": 3, "out_channels": 4, "kernel_size": [1], **arguments})


def calling(child, argument):
    return {"name": "a", "call_module": child, "args": [{"node": argument}]}


X_NODE = {"name": "x", "placeholder": {}}
OUTPUT = {"name": "output", "output": {}, "args": [{"node": "x"}]}

# {what is wrong: (the description, what the error names)}
MALFORMED = {
    "no layer": (described(), []),
    "missing child": (composite(X_NODE, calling("conv", "x"), OUTPUT), ["conv"]),
    "unknown node": (composite(X_NODE, calling("c", "b"), OUTPUT, children="c"), ["b"]),
    "later node": (composite(calling("c", "x"), X_NODE, OUTPUT, children="c"), ["x"]),
    "itself": (composite(X_NODE, calling("c", "a"), OUTPUT, children="c"), ["a"]),
    "unknown function": (composite(X_NODE, {"name": "a", "call_function": "frobnicate"}, OUTPUT), ["frobnicate"]),
    "no output": (composite(X_NODE), ["output"]),
    "a node twice": (composite(X_NODE, X_NODE, OUTPUT), ["x"]),
    "a child twice": (composite(X_NODE, OUTPUT, children="cc"), ["c"]),
    "a name with a dot": (composite(X_NODE, OUTPUT, children=["a.b"]), ["a.b"]),
    "shared with nobody": (sharing("later"), ["later"]),
    "shared with its parent": (sharing(""), []),
    "negative size": (described(linear={"in_features": -1, "out_features": 2}), ["in_features"]),
    "huge size": (described(linear={"in_features": 2**40, "out_features": 2**40}), []),
    "groups that do not divide": (convolution(groups=2), ["groups"]),
    "three sizes for two axes": (convolution(kernel_size=[1, 2, 3]), ["kernel_size"]),
}


@pytest.mark.parametrize("description, words", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_description_is_refused_and_writes_nothing(description, words, client, repository):
    with pytest.raises(moduled.InvalidArgumentError) as caught:
        client.load_model("broken", description=description)
    assert all(word in caught.value.message for word in words), caught.value.message
    assert not os.path.exists(repository / "broken") or os.listdir(repository / "broken") == []
    assert client.forward("linear", X).shape == (2, 3)


def test_a_description_10000_levels_deep_is_refused(server, client):
    """Written byte by byte: Python's protobuf does not build such a message either."""

    def field(number, content):
        length, size = len(content), b""
        while length > 127:
            size, length = size + bytes([length & 127 | 128]), length >> 7
        return bytes([number << 3 | 2]) + size + bytes([length]) + content

    description = b"\x92\x03\x00"  # relu {}
    for _ in range(10_000):
        description = field(1, field(1, b"0") + field(2, description)) + field(11, b"")
    request = field(1, field(1, b"deep")) + field(2, description)
    with grpc.insecure_channel(server.address) as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/moduled.v1.Admin/LoadModel")(request)
    assert caught.value.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.INTERNAL)
    assert client.forward("linear", X).shape == (2, 3)


def test_weights_that_are_cut_short_make_a_version_unavailable_and_leave_the_others(client, repository):
    shutil.copytree(repository / "linear/1", repository / "linear/2")
    weights = (repository / "linear/2/model.safetensors").read_bytes()
    (repository / "linear/2/model.safetensors").write_bytes(weights[:-1])
    with pytest.raises(moduled.Error) as caught:
        client.load_model("linear")
    assert caught.value.code.name in ("FAILED_PRECONDITION", "INVALID_ARGUMENT", "DATA_LOSS")
    assert str(repository) not in caught.value.message
    assert client.forward("linear:1", X).shape == (2, 3)


def test_the_server_ends_cleanly_when_it_is_asked_to(server, client):
    assert client.forward("linear", X).shape == (2, 3)
    assert server.terminate() == 0


def test_the_bundled_repository_is_served_as_it_is():
    with servers.serving(servers.MODELS) as server, moduled.Client(server.address, timeout=60) as client:
        assert ("fashion_mnist", "1", "ready", "") in client.models()
        assert client.forward("fashion_mnist", np.zeros((1, 1, 28, 28), "f4")).shape == (1, 10)
