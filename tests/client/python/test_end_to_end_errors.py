"""Bad requests get the right status and a message that names what is wrong, and the server goes on serving."""
import subprocess

import grpc
import numpy as np
import pytest
import served
import servers
import torch
from nested import assert_close

import moduled
from moduled.v1 import inference_pb2, inference_pb2_grpc, tensor_pb2

X = np.zeros((1, 1, 28, 28), "f4")


@pytest.fixture(autouse=True)
def still_serves(client):
    yield
    assert client.forward("fashion_mnist", X).shape == (1, 10)


CALLS = {
    "describe": lambda client, model: client.describe(model),
    "named_modules": lambda client, model: client.named_modules(model),
    "named_children": lambda client, model: client.named_children(model),
    "get_submodule": lambda client, model: client.get_submodule(model, ""),
    "named_parameters": lambda client, model: client.named_parameters(model),
    "get_parameter": lambda client, model: client.get_parameter(model, "stem.conv.weight"),
    "named_buffers": lambda client, model: client.named_buffers(model),
    "get_buffer": lambda client, model: client.get_buffer(model, "stem.bn.running_mean"),
    "state_dict": lambda client, model: client.state_dict(model),
    "forward": lambda client, model: client.forward(model, X),
    "forward_stream": lambda client, model: client.forward_stream(model, X).result(),
    "subscribe": lambda client, model: client.subscribe(model, "**"),
    "load_model": lambda client, model: client.load_model(model),
    "unload_model": lambda client, model: client.unload_model(model),
    "load_state_dict": lambda client, model: client.load_state_dict(model, {"a": np.zeros(1, "f4")}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("model, named", [("fashion_mist", "fashion_mist"), ("fashion_mnist:7", "7")])
def test_a_model_or_version_that_is_not_there_is_not_found(call, model, named, client):
    with pytest.raises(moduled.NotFoundError) as caught:
        call(client, model)
    assert named in caught.value.message


def test_near_names_are_offered_for_a_model_that_is_not_there(client):
    with pytest.raises(moduled.NotFoundError, match="fashion_mnist"):
        client.describe("fashion_mist")


@pytest.mark.parametrize(
    "call, named",
    [
        (lambda client: client.named_modules("resnet18", "layer9"), "layer9"),
        (lambda client: client.named_children("resnet18", "layer1.7"), "7"),
        (lambda client: client.get_submodule("resnet18", "layer1.0.conv3"), "conv3"),
        (lambda client: client.named_parameters("resnet18", "layer1..0"), "layer1..0|``"),
        (lambda client: client.get_parameter("resnet18", "layer1.0.conv1.bais"), "bais"),
        (lambda client: client.get_parameter("resnet18", "bn1.running_mean"), "running_mean"),
        (lambda client: client.get_buffer("resnet18", "bn1.weight"), "weight"),
        (lambda client: client.state_dict("resnet18", "nowhere"), "nowhere"),
        (lambda client: client.forward("resnet18", np.zeros((1, 3, 224, 224), "f4"), hooks="layer1.0.conv3"), "conv3"),
        (lambda client: client.subscribe("resnet18", "nowhere"), "nowhere"),
    ],
)
def test_a_path_that_is_not_there_is_not_found(call, named, client):
    with pytest.raises(moduled.NotFoundError, match=named):
        call(client)


def test_torch_s_words_are_used_for_a_missing_attribute(client):
    module = served.resnet18()
    with pytest.raises(AttributeError) as expected:
        module.get_submodule("layer1.0.conv3")
    with pytest.raises(moduled.NotFoundError) as caught:
        client.get_submodule("resnet18", "layer1.0.conv3")
    assert str(expected.value) in caught.value.message


@pytest.mark.parametrize(
    "inputs, words",
    [
        ([np.zeros((1, 1, 28, 27), "f4")], ["x", "27", "28"]),
        ([np.zeros((1, 28, 28), "f4")], ["x", "28"]),
        ([np.zeros((1, 3, 28, 28), "f4")], ["x", "3"]),
        ([X.astype("f8")], ["x", "float64", "float32"]),
        ([X.astype("u1")], ["x", "uint8", "float32"]),
        ([], ["x"]),
        ([X, X], []),
        ([3], ["x"]),
        ([[X]], ["x"]),
        ([None], ["x"]),
    ],
)
def test_inputs_that_the_model_does_not_take_are_refused(inputs, words, client):
    with pytest.raises(moduled.InvalidArgumentError) as caught:
        client.forward("fashion_mnist", *inputs)
    assert all(word.lower() in caught.value.message.lower() for word in words), caught.value.message


def test_an_unknown_keyword_is_refused(client):
    with pytest.raises(moduled.InvalidArgumentError, match="y"):
        client.forward("fashion_mnist", kwargs={"x": X, "y": X})


def test_a_batch_of_no_pictures_gives_no_logits(client):
    assert client.forward("fashion_mnist", X[:0]).shape == (0, 10)


BROKEN_TENSORS = [
    (tensor_pb2.Tensor(dtype=tensor_pb2.FLOAT32, shape=[1, 1, 28, 28], data=b"\0" * 3135), ["3135", "3136"]),
    (tensor_pb2.Tensor(dtype=tensor_pb2.FLOAT32, shape=[1, 1, 28, 28], data=b"\0" * 3137), ["3137", "3136"]),
    (tensor_pb2.Tensor(dtype=tensor_pb2.FLOAT32, shape=[-1, 1, 28, 28], data=b""), ["-1"]),
    (tensor_pb2.Tensor(dtype=tensor_pb2.FLOAT32, shape=[2**62, 2**62], data=b""), []),
    (tensor_pb2.Tensor(shape=[1], data=b"\0"), []),
    (tensor_pb2.Tensor(dtype=99, shape=[1], data=b"\0"), ["99"]),
    (tensor_pb2.Tensor(dtype=tensor_pb2.BOOL, shape=[1], data=b"\2"), []),
]


@pytest.mark.parametrize("tensor, words", BROKEN_TENSORS)
def test_a_tensor_that_contradicts_itself_is_refused(tensor, words, address):
    request = inference_pb2.ForwardRequest(inputs=[tensor_pb2.Value(tensor=tensor)])
    request.model.name = "fashion_mnist"
    refuses(address, request, words)


def refuses(address, request, words=()):
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError) as caught:
        inference_pb2_grpc.InferenceStub(channel).Forward(request)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert all(word in caught.value.details() for word in words), caught.value.details()


def test_a_value_without_a_kind_is_refused(address):
    request = inference_pb2.ForwardRequest(inputs=[tensor_pb2.Value()])
    request.model.name = "fashion_mnist"
    refuses(address, request)


def test_a_hook_without_a_selector_is_refused(address):
    request = inference_pb2.ForwardRequest(inputs=[])
    request.model.name = "fashion_mnist"
    request.hooks.add()
    refuses(address, request)


def test_a_regular_expression_that_is_none_is_refused(client):
    with pytest.raises(moduled.InvalidArgumentError, match=r"\("):
        client.forward("fashion_mnist", X, hooks=moduled.Hook("(", by="regex"))


def test_a_subscription_without_hooks_is_refused(client):
    with pytest.raises(moduled.InvalidArgumentError, match="hooks"):
        client.subscribe("fashion_mnist", [])


def test_a_deadline_that_passes_ends_the_call(client):
    with pytest.raises(moduled.DeadlineExceededError):
        client.forward("resnet18", np.zeros((16, 3, 224, 224), "f4"), timeout=0.02)


def test_a_subscriber_that_never_reads_does_not_stop_requests(address, client):
    x, module = torch.rand(1, 3, 224, 224), served.resnet18()
    with moduled.Client(address) as watcher:
        sleeper = watcher.subscribe("resnet18", "**", queue_size=4)
        for _ in range(8):
            output = client.forward("resnet18", x)
        (info,) = [each for each in client.list_subscriptions() if each.id == sleeper.id]
        assert info.queued <= 4 and info.dropped > 0
        sleeper.close()
    with torch.no_grad():
        assert_close(output, module(x))


# The process.


def run(*arguments):
    return subprocess.run([servers.MODULED, *arguments], capture_output=True, text=True, timeout=60)


def test_a_repository_that_does_not_exist_is_an_exit_status(tmp_path):
    ended = run("--repository", str(tmp_path / "nowhere"), "--listen", "127.0.0.1:0")
    assert ended.returncode != 0 and "nowhere" in ended.stderr


def test_a_port_in_use_is_an_exit_status(address, repository):
    ended = run("--repository", str(repository), "--http", "", "--listen", address)
    assert ended.returncode != 0 and address in ended.stderr
