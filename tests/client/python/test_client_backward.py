"""Client.backward and the hooks of requests on the wire: what is asked, and what is made of the answer."""
import numpy as np
import pytest
from fake_server import fake_server

import moduled
from moduled import tensors
from moduled.v1 import hooks_pb2, inference_pb2, introspection_pb2, tensor_pb2

REF = introspection_pb2.ModelRef(name="m", version="3")
X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def server():
    with fake_server() as fake:
        fake.answers["Backward"] = inference_pb2.BackwardResponse(model=REF, output=tensors.value_to_wire(X))
        yield fake


@pytest.fixture
def client(server):
    with moduled.Client(server.address) as connected:
        yield connected


def value(array):
    return tensors.value_to_wire(array)


# What is differentiated.


def test_without_an_objective_none_is_sent(server, client):
    client.backward("m", X)
    assert server.request.WhichOneof("objective") is None
    assert not server.request.HasField("grad_inputs") and not server.request.HasField("grad_parameters")


def test_one_gradient_is_sent_as_that_of_the_output(server, client):
    client.backward("m", X, grad_outputs=X)
    assert list(server.request.grad_outputs.values) == [value(X)]


def test_gradients_of_a_tuple_may_be_none(server, client):
    client.backward("m", X, grad_outputs=(None, [X]))
    assert list(server.request.grad_outputs.values) == [value(None), value([X])]


@pytest.mark.parametrize("given, sent", [(2, [2]), (np.int64(2), [2]), ([2, 0], [2, 0]), (np.array([1]), [1])])
def test_a_class_is_one_for_all_rows_or_one_for_each(given, sent, server, client):
    client.backward("m", X, class_index=given)
    assert list(server.request.class_index.indices) == sent
    assert not server.request.class_index.HasField("output")


def test_the_output_that_is_meant_is_sent(server, client):
    client.backward("m", X, class_index=0, output=1)
    client.backward("m", X, loss="sum", output=0)
    client.backward("m", X, loss=moduled.Loss("loss", X, output=2))
    assert [getattr(each, each.WhichOneof("objective")).output for each in server.requests] == [1, 0, 2]


def test_a_loss_layer_is_sent_with_its_targets(server, client):
    client.backward("m", X, loss=moduled.Loss("head.loss", (X, 2)))
    assert server.request.loss == inference_pb2.LossLayer(path="head.loss", targets=[value(X), value(2)])
    assert not server.request.loss.HasField("output")


@pytest.mark.parametrize(
    "objective, text",
    [
        ({"class_index": 1, "loss": "sum"}, "only one thing can be differentiated (got class_index and loss)"),
        ({"loss": "mean"}, 'loss: want "sum" or a moduled.Loss (got \'mean\')'),
    ],
)
def test_what_cannot_be_differentiated_is_not_sent(objective, text, server, client):
    with pytest.raises(ValueError) as caught:
        client.backward("m", X, **objective)
    assert str(caught.value) == text and not server.requests


# What is wanted.


@pytest.mark.parametrize("wanted", [[], [0, 2]])
def test_the_inputs_that_are_wanted_are_sent(wanted, server, client):
    client.backward("m", X, grad_inputs=wanted)
    assert server.request.HasField("grad_inputs") and list(server.request.grad_inputs.indices) == wanted


@pytest.mark.parametrize("wanted", [[], ["head.weight", "body.**"]])
def test_the_parameters_that_are_wanted_are_sent(wanted, server, client):
    client.backward("m", X, grad_parameters=wanted)
    assert server.request.HasField("grad_parameters") and list(server.request.grad_parameters.names) == wanted


def test_the_rest_of_the_call_is_sent(server, client):
    client.backward("m:3", X, kwargs={"mask": X}, request_id="mine", seed=0, hooks="head")
    request = server.request
    assert (request.model, request.request_id, request.seed, request.HasField("seed")) == (REF, "mine", 0, True)
    assert list(request.inputs) == [value(X)] and request.kwargs.entries[0].key == "mask"
    assert [hook.path for hook in request.hooks] == ["head"]


# What comes back.


def test_the_answer_mirrors_the_call(server, client):
    gradient = inference_pb2.NamedGradient(name="weight", grad=tensors.tensor_to_wire(X))
    response = inference_pb2.BackwardResponse(
        model=REF,
        request_id="r",
        output=value(X),
        loss=tensors.tensor_to_wire(np.float32(2)),
        grad_inputs=[value(None), value(X)],
        grad_parameters=[gradient, inference_pb2.NamedGradient(name="bias")],
        unfired=[hooks_pb2.UnfiredHook(hook=hooks_pb2.Hook(path="a"), path="a", reason="because")],
    )
    response.grad_kwargs.entries.add(key="mask").value.CopyFrom(value(X))
    server.answers["Backward"] = response
    result = client.backward("m", X)
    assert result.model == ("m", "3") and result.request_id == "r" and result.loss == 2
    assert result.grad_inputs[0] is None and np.array_equal(result.grad_inputs[1], X)
    assert list(result.grad_kwargs) == ["mask"]
    assert list(result.grad_parameters) == ["weight", "bias"] and result.grad_parameters["bias"] is None
    assert [each.reason for each in result.unfired] == ["because"]


def test_without_a_loss_layer_there_is_no_loss(client):
    assert client.backward("m", X).loss is None


EVENTS = {
    hooks_pb2.FORWARD: (None, None),
    hooks_pb2.FULL_BACKWARD_PRE: (None, 1),
    hooks_pb2.FULL_BACKWARD: (2, 1),
    hooks_pb2.TENSOR_GRAD: (None, 1),
}


@pytest.mark.parametrize("kind", EVENTS)
def test_events_have_the_gradients_of_their_kind(kind, server, client):
    event = hooks_pb2.HookEvent(model=REF, path="a", kind=kind)
    if kind != hooks_pb2.FORWARD:
        event.grad_output.append(value(X))
    if kind == hooks_pb2.FULL_BACKWARD:
        event.grad_input.extend([value(X), value(None)])
    server.answers["Backward"] = inference_pb2.BackwardResponse(model=REF, output=value(X), events=[event])
    (got,) = client.backward("m", X).events
    lengths = tuple(None if each is None else len(each) for each in (got.grad_input, got.grad_output))
    assert got.kind == hooks_pb2.HookKind.Name(kind).lower() and lengths == EVENTS[kind]


# Edits and transforms.

EDITS = [
    (moduled.Replace(X), hooks_pb2.Edit(replace=tensors.tensor_to_wire(X))),
    (moduled.Scale(2.0), hooks_pb2.Edit(scale=hooks_pb2.Operand(scalar=2))),
    (moduled.Scale(X, leaf=0), hooks_pb2.Edit(scale=hooks_pb2.Operand(tensor=tensors.tensor_to_wire(X)), leaf=0)),
    (moduled.Add(-1), hooks_pb2.Edit(add=hooks_pb2.Operand(scalar=-1))),
    (moduled.Zero(leaf=2), hooks_pb2.Edit(zero=True, leaf=2)),
    (moduled.Clamp(max=0.0), hooks_pb2.Edit(clamp=hooks_pb2.Clamp(max=0))),
    (moduled.Select(1, (0, -1)), hooks_pb2.Edit(select=hooks_pb2.Select(dim=1, indices=[0, -1]))),
]


@pytest.mark.parametrize("edit, message", EDITS, ids=lambda each: type(each).__name__)
def test_edits_are_sent_as_they_are_given(edit, message):
    assert list(moduled.Hook("a", edit=edit).to_wire().edits) == [message]
    assert len(moduled.Hook("a", edit=[edit, edit]).to_wire().edits) == 2


STEPS = [
    (
        moduled.Slice((slice(None), slice(1, -1, 2))),
        hooks_pb2.TransformStep(
            slice=hooks_pb2.SliceStep(dims=[hooks_pb2.DimRange(), hooks_pb2.DimRange(start=1, stop=-1, step=2)])
        ),
    ),
    (
        moduled.Slice(slice(3)),
        hooks_pb2.TransformStep(slice=hooks_pb2.SliceStep(dims=[hooks_pb2.DimRange(stop=3)])),
    ),
    (
        moduled.Reduce("mean", (2, 3), keepdim=True),
        hooks_pb2.TransformStep(
            reduce=hooks_pb2.ReduceStep(op=hooks_pb2.ReduceStep.MEAN, dims=[2, 3], keepdim=True)
        ),
    ),
    (
        moduled.Reduce("histogram", bins=4, range=(0, 1)),
        hooks_pb2.TransformStep(
            reduce=hooks_pb2.ReduceStep(op=hooks_pb2.ReduceStep.HISTOGRAM, bins=4, min=0, max=1)
        ),
    ),
    (moduled.Cast(np.float64), hooks_pb2.TransformStep(cast=hooks_pb2.CastStep(dtype=tensor_pb2.FLOAT64))),
    (moduled.Cast(moduled.BFLOAT16), hooks_pb2.TransformStep(cast=hooks_pb2.CastStep(dtype=tensor_pb2.BFLOAT16))),
]


@pytest.mark.parametrize("step, message", STEPS)
def test_transforms_are_sent_as_they_are_given(step, message):
    assert list(moduled.Hook("a", transform=step).to_wire().transform) == [message]


def test_a_hook_means_all_calls_unless_it_names_one():
    assert not moduled.Hook("a").to_wire().HasField("call_index")
    assert moduled.Hook("a", call_index=0).to_wire().HasField("call_index")
