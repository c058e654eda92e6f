"""The client against a server that answers what it is told: what is asked, and what is made of the answers."""
import threading

import grpc
import numpy as np
import pytest
from fake_server import fake_server

import moduled
from moduled import tensors
from moduled.client import model_ref
from moduled.v1 import (
    admin_pb2,
    hooks_pb2,
    inference_pb2,
    introspection_pb2,
    model_config_pb2,
    module_pb2,
    tensor_pb2,
)

REF = introspection_pb2.ModelRef(name="m", version="3")


@pytest.fixture
def server():
    with fake_server() as fake:
        yield fake


@pytest.fixture
def client(server):
    with moduled.Client(server.address) as connected:
        yield connected


def spec(*shape, dtype=tensor_pb2.FLOAT32):
    return tensor_pb2.TensorSpec(dtype=dtype, shape=shape)


def event(path="a", sequence=0, dropped=0, **fields):
    return hooks_pb2.HookEvent(
        model=REF,
        path=path,
        called_as=path,
        type="ReLU",
        kind=hooks_pb2.FORWARD,
        inputs=[tensors.value_to_wire(np.ones(2))],
        output=tensors.value_to_wire(np.zeros(2)),
        sequence=sequence,
        dropped=dropped,
        **fields,
    )


# Naming models.


@pytest.mark.parametrize(
    "model, version, expected",
    [
        ("m", None, ("m", "")),
        ("m:2", None, ("m", "2")),
        (("m", "2"), None, ("m", "2")),
        (("m", 2), None, ("m", "2")),
        (("m", None), None, ("m", "")),
        ("m", "2", ("m", "2")),
        ("m", 2, ("m", "2")),
        ("m:2", 2, ("m", "2")),
        (moduled.results.ModelVersion("m", "2"), None, ("m", "2")),
    ],
)
def test_a_model_is_named_with_or_without_its_version(model, version, expected):
    ref = model_ref(model, version)
    assert (ref.name, ref.version) == expected


def test_two_versions_at_once_are_refused():
    with pytest.raises(ValueError, match=r"two versions of m are asked for \(1 and 2\)"):
        model_ref("m:1", 2)


# Introspection.


def test_models_are_listed_with_their_state(server, client):
    server.answers["ListModels"] = introspection_pb2.ListModelsResponse(
        models=[
            introspection_pb2.ModelStatus(name="m", version="1", state=introspection_pb2.READY),
            introspection_pb2.ModelStatus(name="n", state=introspection_pb2.UNAVAILABLE, reason="no versions"),
        ]
    )
    assert client.models() == [("m", "1", "ready", ""), ("n", "", "unavailable", "no versions")]


def test_a_model_is_described(server, client):
    description = module_pb2.ModuleDescription(training=True)
    server.answers["DescribeModel"] = introspection_pb2.DescribeModelResponse(
        model=REF, description=description, repr="Net()", parameter_count=7, parameter_bytes=28
    )
    described = client.describe("m:3")
    assert server.request.model == REF
    assert (described.name, described.version, described.repr) == ("m", "3", "Net()")
    assert described.description == description and described.parameter_count == 7
    assert described.precision == "default" and described.deviation is None


def test_a_fast_model_says_how_far_it_is_from_exact(server, client):
    server.answers["DescribeModel"] = introspection_pb2.DescribeModelResponse(
        model=REF, precision=model_config_pb2.ModelConfig.FAST, deviation=0.0
    )
    described = client.describe("m:3")
    assert described.precision == "fast" and described.deviation == 0.0


def test_a_plan_comes_step_by_step(server, client):
    spec = tensor_pb2.TensorSpec(dtype=tensor_pb2.FLOAT32, shape=[1, 8])
    step = introspection_pb2.PlanStep(
        op="linear",
        absorbed=["relu"],
        algorithm="gemm",
        layout=introspection_pb2.PlanStep.CHANNELS_LAST,
        path="fc",
        outputs=[spec],
        scratch_bytes=64,
        time_ns=1500,
    )
    answer = introspection_pb2.DescribePlanResponse(
        model=REF, precision=model_config_pb2.ModelConfig.EXACT, threads=2, inputs=[spec], steps=[step], runs=3,
        time_ns=1500, arena_bytes=32, result_bytes=16,
    )
    server.answers["DescribePlan"] = answer
    plan = client.describe_plan("m:3", [(1, 8), np.zeros(2, np.int64)], threads=2, runs=3, observed="fc")
    request = server.request
    assert (request.model, request.threads, request.runs, list(request.observed)) == (REF, 2, 3, ["fc"])
    assert [(each.dtype, list(each.shape)) for each in request.inputs] == [
        (tensor_pb2.FLOAT32, [1, 8]),
        (tensor_pb2.INT64, [2]),
    ]
    types = ((np.dtype(np.float32), (1, 8)),)
    assert plan.steps == [
        moduled.results.PlanStep("linear", ("relu",), "gemm", "channels_last", "fc", types, 64, 1.5e-6)
    ]
    assert (plan.precision, plan.threads, plan.inputs, plan.runs) == ("exact", 2, types, 3)
    assert (plan.arena_bytes, plan.result_bytes, plan.seconds) == (32, 16, 1.5e-6)



def test_a_plan_that_was_not_run_has_no_times(server, client):
    server.answers["DescribePlan"] = introspection_pb2.DescribePlanResponse(steps=[introspection_pb2.PlanStep()])
    plan = client.describe_plan("m", runs=0)
    assert plan.seconds is None and plan.steps[0].seconds is None
    client.describe_plan("m")
    first, second = server.requests
    assert first.HasField("runs") and not first.inputs
    assert not second.HasField("runs"), "the server's own number"


def test_modules_are_named_by_their_paths(server, client):
    infos = [introspection_pb2.ModuleInfo(path=path, type="Block", children=["x"]) for path in ("a", "a.b")]
    server.answers["NamedModules"] = introspection_pb2.NamedModulesResponse(model=REF, modules=infos)
    modules = client.named_modules("m", "a", remove_duplicate=False)
    assert next(modules) == ("a", moduled.results.ModuleInfo("a", "Block", "", False, 0, ("x",)))
    assert next(modules)[0] == "a.b"
    assert server.request.path == "a" and server.request.remove_duplicate is False


def test_children_are_named_by_their_own_names(server, client):
    infos = [introspection_pb2.ModuleInfo(path=path) for path in ("a.b.conv1", "a.b.0")]
    server.answers["NamedChildren"] = introspection_pb2.NamedChildrenResponse(model=REF, modules=infos)
    children = dict(client.named_children("m", "a.b"))
    assert list(children) == ["conv1", "0"] and children["conv1"].path == "a.b.conv1"


def test_a_submodule_comes_with_its_repr(server, client):
    server.answers["GetSubmodule"] = introspection_pb2.GetSubmoduleResponse(
        model=REF, module=introspection_pb2.ModuleInfo(path="a", type="ReLU", extra_repr="inplace=True"), repr="ReLU(…)"
    )
    info = client.get_submodule("m", "a")
    assert (info.type, info.extra_repr, info.repr) == ("ReLU", "inplace=True", "ReLU(…)")


def test_parameters_and_buffers_are_listed_with_their_types(server, client):
    server.answers["NamedParameters"] = introspection_pb2.NamedParametersResponse(
        parameters=[introspection_pb2.ParameterInfo(path="a.weight", tensor=spec(2, 3), requires_grad=True)]
    )
    server.answers["NamedBuffers"] = introspection_pb2.NamedBuffersResponse(
        buffers=[introspection_pb2.BufferInfo(path="a.count", tensor=spec(dtype=tensor_pb2.INT64), persistent=True)]
    )
    ((name, info),) = client.named_parameters("m", recurse=False)
    assert name == "a.weight" and (info.shape, info.dtype, info.requires_grad) == ((2, 3), np.dtype("f4"), True)
    ((name, info),) = client.named_buffers("m")
    assert name == "a.count" and (info.shape, info.dtype, info.persistent) == ((), np.dtype("i8"), True)
    assert [request.recurse for request in server.requests] == [False, True]


def test_the_elements_of_a_parameter_and_a_buffer_are_arrays(server, client):
    tensor = tensors.tensor_to_wire(np.arange(3.0))
    server.answers["GetParameter"] = introspection_pb2.GetParameterResponse(tensor=tensor)
    server.answers["GetBuffer"] = introspection_pb2.GetBufferResponse(tensor=tensor)
    assert client.get_parameter("m", "a.weight").tolist() == [0, 1, 2]
    assert client.get_buffer("m", "a.count").tolist() == [0, 1, 2]


# state_dict.


def header(**tensors_by_name):
    message = introspection_pb2.StateDictHeader(model=REF)
    for name, tensor in tensors_by_name.items():
        message.entries.add(name=name, tensor=tensor)
    message.metadata.add(path="", version=1)
    message.metadata.add(path="bn", version=2)
    return introspection_pb2.StateDictChunk(header=message)


def piece(entry, offset, data):
    return introspection_pb2.StateDictChunk(data=introspection_pb2.TensorChunk(entry=entry, offset=offset, data=data))


def test_a_state_dict_is_put_together_from_its_pieces(server, client):
    content = np.arange(4, dtype="f4").tobytes()
    server.answers["StateDict"] = [
        header(b=spec(2, 2), empty=spec(0, 3), a=spec(dtype=tensor_pb2.INT64)),
        piece(0, 0, content[:5]),
        piece(0, 5, content[5:]),
        piece(2, 0, np.int64(7).tobytes()),
    ]
    state = client.state_dict("m", "layer1")
    assert server.request.path == "layer1"
    assert list(state) == ["b", "empty", "a"]
    assert state["b"].tolist() == [[0, 1], [2, 3]] and state["empty"].shape == (0, 3) and state["a"] == 7
    assert dict(state._metadata) == {"": {"version": 1}, "bn": {"version": 2}}


@pytest.mark.parametrize(
    "chunks, message",
    [
        ([], "does not begin with a header"),
        ([piece(0, 0, b"1234")], "does not begin with a header"),
        ([header(a=spec(2)), piece(0, 0, b"1234")], r"a is not complete \(got 4 bytes, want 8\)"),
        ([header(a=spec(2)), piece(0, 4, b"1234")], "out of place"),
        ([header(a=spec(1)), piece(0, 0, b"12345")], "out of place"),
        ([header(a=spec(1)), piece(1, 0, b"1234")], "belongs to no tensor"),
        ([header(a=spec(1)), header(a=spec(1))], "belongs to no tensor"),
        ([header(a=spec(-1))], "has the shape"),
    ],
)
def test_a_broken_state_dict_is_an_error(chunks, message, server, client):
    server.answers["StateDict"] = chunks
    with pytest.raises(moduled.Error, match=message) as caught:
        client.state_dict("m")
    assert caught.value.code is grpc.StatusCode.DATA_LOSS


def test_a_state_dict_is_sent_in_pieces(server, client):
    server.answers["LoadStateDict"] = admin_pb2.LoadStateDictResponse(
        model=REF, missing_keys=["b"], unexpected_keys=["c"]
    )
    state = moduled.results.StateDict(a=np.arange(300_000, dtype="f8"), empty=np.zeros((0,), "f4"), s=np.int64(3))
    state._metadata["bn"] = {"version": 2}
    report = client.load_state_dict("m", state, strict=False)
    assert report.missing_keys == ["b"] and report.unexpected_keys == ["c"] and report.model == ("m", "3")
    options, head, *pieces = server.request
    assert options.options.model.name == "m" and options.options.strict is False
    assert [entry.name for entry in head.header.entries] == ["a", "empty", "s"]
    assert [(each.path, each.version) for each in head.header.metadata] == [("bn", 2)]
    received = {0: b"", 2: b""}
    for message in pieces:
        assert message.data.offset == len(received[message.data.entry])
        assert len(message.data.data) <= 1 << 20
        received[message.data.entry] += message.data.data
    assert received == {0: state["a"].tobytes(), 2: state["s"].tobytes()}
    assert len(pieces) == 4


def test_loading_everything_reads_as_in_torch(server, client):
    server.answers["LoadStateDict"] = admin_pb2.LoadStateDictResponse(model=REF)
    assert repr(client.load_state_dict("m", {"a": np.zeros(1)})) == "<All keys matched successfully>"
    assert server.request[0].options.strict is True


# Inference.


def test_forward_returns_what_the_module_returned(server, client):
    output = {"logits": np.float32([[1, 2]]), "sizes": (1, None)}
    server.answers["Forward"] = inference_pb2.ForwardResponse(model=REF, output=tensors.value_to_wire(output))
    got = client.forward("m", np.zeros((1, 2), "f4"), [np.ones(1), 3], kwargs={"mask": None}, request_id="mine")
    assert got["logits"].tolist() == [[1, 2]] and got["sizes"] == (1, None)
    request = server.request
    assert [value.WhichOneof("kind") for value in request.inputs] == ["tensor", "list"]
    assert request.kwargs.entries[0].key == "mask" and request.request_id == "mine" and not request.hooks


def test_forward_with_hooks_returns_a_result(server, client):
    server.answers["Forward"] = inference_pb2.ForwardResponse(
        model=REF,
        request_id="r",
        output=tensors.value_to_wire(np.zeros(1)),
        events=[event("a", called_index) for called_index in (0, 1)],
        unfired=[hooks_pb2.UnfiredHook(hook=hooks_pb2.Hook(path="b"), path="b", reason="not called")],
    )
    result = client.forward("m", np.zeros(1), hooks=["a", moduled.Hook("b", kind="forward_pre")])
    assert result.outputs.tolist() == [0] and result.model == ("m", "3") and result.request_id == "r"
    assert [each.sequence for each in result.events] == [0, 1]
    first = result.events[0]
    assert (first.path, first.type, first.kind, first.call_index) == ("a", "ReLU", "forward", 0)
    assert first.inputs[0].tolist() == [1, 1] and first.output.tolist() == [0, 0]
    assert first.grad_input is None and first.grad_output is None
    assert result.unfired[0].reason == "not called" and result.unfired[0].hook == moduled.Hook("b", by="path")
    sent = [(hook.path, hook.kind) for hook in server.request.hooks]
    assert sent == [("a", hooks_pb2.FORWARD), ("b", hooks_pb2.FORWARD_PRE)]


def test_an_empty_list_of_hooks_still_asks_for_a_result(server, client):
    server.answers["Forward"] = inference_pb2.ForwardResponse(output=tensors.value_to_wire(None))
    assert client.forward("m", hooks=[]).outputs is None


@pytest.mark.parametrize(
    "hook, field, selector",
    [
        ("layer1.0", "path", "layer1.0"),
        ("", "path", ""),
        ("layer1.*", "glob", "layer1.*"),
        ("**", "glob", "**"),
        ("layer?", "glob", "layer?"),
        (moduled.Hook(r"layer\d", by="regex"), "regex", r"layer\d"),
        (moduled.Hook("Conv2d", by="type"), "type", "Conv2d"),
        (moduled.Hook("a*", by="path"), "path", "a*"),
    ],
)
def test_a_selector_is_a_path_unless_it_has_wildcards(hook, field, selector):
    (message,) = moduled.hooks.hooks_to_wire(hook)
    assert message.WhichOneof("selector") == field and getattr(message, field) == selector


def test_unknown_kinds_and_selectors_are_refused():
    with pytest.raises(ValueError, match="unknown kind of hook .got 'backwards', want one of forward_pre, forward"):
        moduled.Hook("a", kind="backwards")
    with pytest.raises(ValueError, match="unknown kind of selector .got 'name', want one of path, glob, regex, type"):
        moduled.Hook("a", by="name")


def test_an_event_before_forward_has_no_output(server, client):
    before = event()
    before.kind = hooks_pb2.FORWARD_PRE
    before.ClearField("output")
    server.answers["Forward"] = inference_pb2.ForwardResponse(output=tensors.value_to_wire(0), events=[before])
    (got,) = client.forward("m", hooks="a").events
    assert got.kind == "forward_pre" and got.output is None


def test_a_stream_hands_out_events_and_then_the_result(server, client):
    server.answers["ForwardStream"] = [
        inference_pb2.ForwardStreamResponse(event=event("a")),
        inference_pb2.ForwardStreamResponse(event=event("b")),
        inference_pb2.ForwardStreamResponse(response=inference_pb2.ForwardResponse(output=tensors.value_to_wire(5))),
    ]
    with client.forward_stream("m", np.zeros(1), hooks=["**"]) as stream:
        assert next(stream).path == "a"
        result = stream.result()
    assert result.outputs == 5 and [each.path for each in result.events] == ["b"]
    assert [each.path for each in client.forward_stream("m", hooks=["**"])] == ["a", "b"]


def test_a_stream_that_fails_midway_raises_and_one_without_a_result_is_an_error(server, client):
    def fail(request, context):
        yield inference_pb2.ForwardStreamResponse(event=event("a"))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "unloaded")

    server.answers["ForwardStream"] = fail
    stream = client.forward_stream("m")
    assert next(stream).path == "a"
    with pytest.raises(moduled.FailedPreconditionError, match="unloaded"):
        next(stream)
    server.answers["ForwardStream"] = []
    with pytest.raises(moduled.Error, match="ended without a result"):
        client.forward_stream("m").result()


def test_messages_larger_than_grpc_s_default_pass_both_ways(server, client):
    server.answers["Forward"] = lambda request, context: inference_pb2.ForwardResponse(output=request.inputs[0])
    big = np.zeros(2_000_000, "f4")
    assert client.forward("m", big).nbytes == big.nbytes
    with moduled.Client(server.address, max_message_bytes=1000) as limited:
        with pytest.raises(moduled.ResourceExhaustedError):
            limited.forward("m", big)


# Subscriptions.


def subscribed(*paths):
    return hooks_pb2.SubscribeResponse(subscribed=hooks_pb2.Subscribed(id="s1", paths=paths))


def test_a_subscription_knows_what_it_selects_and_counts_what_was_dropped(server, client):
    server.answers["Subscribe"] = [
        subscribed("a", "b"),
        hooks_pb2.SubscribeResponse(event=event("a", 0)),
        hooks_pb2.SubscribeResponse(event=event("b", 3, dropped=2)),
        hooks_pb2.SubscribeResponse(heartbeat=hooks_pb2.Heartbeat(dropped=5)),
        hooks_pb2.SubscribeResponse(event=event("a", 6)),
    ]
    with client.subscribe("m", ["*"], queue_size=8) as subscription:
        assert subscription.id == "s1" and subscription.paths == ["a", "b"]
        assert (next(subscription).sequence, subscription.dropped) == (0, 0)
        assert (next(subscription).sequence, subscription.dropped) == (3, 2)
        assert (next(subscription).sequence, subscription.dropped) == (6, 5)
        assert list(subscription) == []
    assert server.request.queue_size == 8 and server.request.hooks[0].glob == "*"


def test_a_subscription_ends_when_it_is_closed(server, client):
    def wait(request, context):
        yield subscribed("a")
        yield hooks_pb2.SubscribeResponse(event=event())
        ended = end_of(context)
        ended.wait()

    server.answers["Subscribe"] = wait
    subscription = client.subscribe("m", "a")
    seen = []
    for each in subscription:
        seen.append(each)
        subscription.close()
    assert len(seen) == 1


def end_of(context):
    """Set when the call is over for its client."""
    ended = threading.Event()
    context.add_callback(ended.set)
    return ended


def test_a_subscription_that_the_server_refuses_raises_at_once(server, client):
    server.answers["Subscribe"] = lambda request, context: context.abort(grpc.StatusCode.NOT_FOUND, "no module 'x'")
    with pytest.raises(moduled.NotFoundError, match="no module 'x'"):
        client.subscribe("m", "x")


def test_a_subscription_that_the_server_ends_with_an_error_raises(server, client):
    def drain(request, context):
        yield subscribed("a")
        context.abort(grpc.StatusCode.UNAVAILABLE, "draining")

    server.answers["Subscribe"] = drain
    with pytest.raises(moduled.UnavailableError, match="draining"):
        list(client.subscribe("m", "a"))


def test_open_subscriptions_are_listed(server, client):
    hooks = [hooks_pb2.Hook(glob="*")]
    info = hooks_pb2.SubscriptionInfo(id="s1", model=REF, hooks=hooks, delivered=4, dropped=1, queued=2)
    server.answers["ListSubscriptions"] = hooks_pb2.ListSubscriptionsResponse(subscriptions=[info])
    assert client.list_subscriptions() == [("s1", ("m", "3"), [moduled.Hook("*", by="glob")], 4, 1, 2)]


# Administration.


def test_a_model_of_the_repository_is_loaded(server, client):
    server.answers["LoadModel"] = admin_pb2.LoadModelResponse(model=REF)
    assert client.load_model("m") == ("m", "3")
    assert not server.request.HasField("description") and not server.request.HasField("seed")


def test_a_description_is_sent_inline(server, client):
    server.answers["LoadModel"] = admin_pb2.LoadModelResponse(model=REF)
    description = module_pb2.ModuleDescription(linear={"in_features": 2, "out_features": 3})
    client.load_model("m", description=description, seed=7)
    assert server.request.description == description and server.request.seed == 7


def test_unloading_names_what_no_longer_serves(server, client):
    server.answers["UnloadModel"] = admin_pb2.UnloadModelResponse(models=[REF])
    assert client.unload_model("m", version=3) == [("m", "3")]
    assert server.request.model == REF


# Failures.


@pytest.mark.parametrize(
    "code, error",
    [
        (grpc.StatusCode.INVALID_ARGUMENT, moduled.InvalidArgumentError),
        (grpc.StatusCode.NOT_FOUND, moduled.NotFoundError),
        (grpc.StatusCode.FAILED_PRECONDITION, moduled.FailedPreconditionError),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, moduled.ResourceExhaustedError),
        (grpc.StatusCode.UNAVAILABLE, moduled.UnavailableError),
        (grpc.StatusCode.CANCELLED, moduled.CancelledError),
        (grpc.StatusCode.INTERNAL, moduled.Error),
    ],
)
def test_an_error_carries_its_code_and_message(code, error, server, client):
    server.answers["ListModels"] = lambda request, context: context.abort(code, "what was wrong")
    with pytest.raises(error) as caught:
        client.models()
    assert type(caught.value) is error and isinstance(caught.value, moduled.Error)
    assert caught.value.code is code and caught.value.message == "what was wrong"
    assert str(caught.value) == f"{code.name}: what was wrong"


def test_a_timeout_is_an_error(server, client):
    server.answers["ListModels"] = lambda request, context: end_of(context).wait()
    with pytest.raises(moduled.DeadlineExceededError):
        client.models(timeout=0.01)
    with moduled.Client(server.address, timeout=0.01) as impatient, pytest.raises(moduled.DeadlineExceededError):
        impatient.models()


def test_a_server_that_is_not_there_is_unavailable():
    with fake_server() as fake:
        address = fake.address
    with moduled.Client(address) as alone, pytest.raises(moduled.UnavailableError):
        alone.models()
