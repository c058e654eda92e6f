"""The server, the client and PyTorch must agree: on names, orders, bytes, numbers and hooks."""
import dataset
import numpy as np
import pytest
import rebuild
import served
import torch
from nested import arrays, assert_close
from servers import MODELS

import moduled

MODULES = {
    "resnet18": served.resnet18,
    "zoo": served.zoo,
    "fashion_mnist": lambda: rebuild.load(f"{MODELS}/fashion_mnist/1")[0].eval(),
}
EXAMPLES = {"resnet18": (2, 3, 224, 224), "zoo": (4, 3), "fashion_mnist": (5, 1, 28, 28)}


@pytest.fixture(params=sorted(MODULES))
def name(request):
    return request.param


@pytest.fixture
def module(name):
    return MODULES[name]()


# What is inside.


def test_the_models_of_the_repository_are_listed_and_ready(client):
    assert [(each.name, each.version, each.state) for each in client.models()] == [
        (name, "1", "ready") for name in ("collector", "fashion_mnist", "resnet18", "zoo")
    ]


def test_a_model_is_described_as_it_was_exported(name, module, client, repository):
    described = client.describe(name)
    _, description = rebuild.load(repository / name / "1")
    assert described.description == description
    assert described.repr == repr(module)
    assert described.parameter_count == sum(parameter.numel() for parameter in module.parameters())
    tensors = [*module.parameters(), *module.buffers()]
    assert described.parameter_bytes == sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    assert (described.name, described.version) == (name, "1")


def test_a_plan_of_resnet18_has_a_step_for_each_convolution(client):
    plan = client.describe_plan("resnet18", runs=2)
    assert plan.model == ("resnet18", "1") and plan.precision == "default"
    convolutions = [step for step in plan.steps if "convolution" in step.op]
    paths = [path for path, info in client.named_modules("resnet18") if info.type == "Conv2d"]
    assert sorted(step.path for step in convolutions) == sorted(paths)
    assert all(step.seconds > 0 and step.layout == "channels_last" for step in convolutions)
    assert plan.seconds == pytest.approx(sum(step.seconds for step in plan.steps))
    # Nothing is left of what each of them is computed with.
    assert all("batch_norm" in step.absorbed for step in convolutions)
    observed = client.describe_plan("resnet18", [(2, 3, 224, 224)], threads=1, runs=0, observed="**")
    assert observed.threads == 1 and observed.inputs[0][1] == (2, 3, 224, 224) and observed.seconds is None
    assert sum(step.op == "relu" for step in observed.steps) == 17


@pytest.mark.parametrize("remove_duplicate", [True, False])
def test_named_modules_are_torch_s(remove_duplicate, name, module, client):
    expected = [
        (path, type(each).__name__, each.extra_repr(), each.training)
        for path, each in module.named_modules(remove_duplicate=remove_duplicate)
    ]
    got = client.named_modules(name, remove_duplicate=remove_duplicate)
    assert [(path, info.type, info.extra_repr, info.training) for path, info in got] == expected


def test_named_modules_below_a_module_have_full_names(client):
    expected = [path for path, _ in served.resnet18().layer2.named_modules(prefix="layer2")]
    assert [path for path, _ in client.named_modules("resnet18", "layer2")] == expected


def test_named_children_and_submodules_of_every_module_are_torch_s(name, module, client):
    for path, each in module.named_modules():
        children = [child for child, _ in client.named_children(name, path)]
        assert children == [child for child, _ in each.named_children()]
        info = client.get_submodule(name, path)
        assert (info.path, info.type, info.repr) == (path, type(each).__name__, repr(each))
        own = sum(parameter.numel() for parameter in each.parameters(recurse=False))
        assert info.parameter_count == own


def test_named_parameters_are_torch_s(name, module, client):
    expected = [
        (path, tuple(each.shape), each.detach().numpy().dtype, each.requires_grad)
        for path, each in module.named_parameters()
    ]
    got = [(path, info.shape, info.dtype, info.requires_grad) for path, info in client.named_parameters(name)]
    assert got == expected
    own = [path for path, _ in module.named_parameters(recurse=False)]
    assert [path for path, _ in client.named_parameters(name, recurse=False)] == own


def test_named_buffers_are_torch_s(name, module, client):
    stored = set(module.state_dict())
    expected = [(path, tuple(each.shape), each.numpy().dtype, path in stored) for path, each in module.named_buffers()]
    assert [(path, info.shape, info.dtype, info.persistent) for path, info in client.named_buffers(name)] == expected


def test_every_parameter_and_buffer_has_torch_s_bytes(name, module, client):
    for path, parameter in module.named_parameters():
        assert client.get_parameter(name, path).tobytes() == parameter.detach().numpy().tobytes(), path
    for path, buffer in module.named_buffers():
        assert client.get_buffer(name, path).tobytes() == buffer.numpy().tobytes(), path


def test_the_state_dict_is_torch_s_in_names_order_types_and_bytes(name, module, client):
    expected, got = module.state_dict(), client.state_dict(name)
    assert list(got) == list(expected)
    for key, tensor in expected.items():
        array = tensor.numpy()
        assert (got[key].dtype, got[key].shape) == (array.dtype, array.shape), key
        assert got[key].tobytes() == array.tobytes(), key
    assert got._metadata == expected._metadata
    assert list(got._metadata) == list(expected._metadata)


def test_the_state_dict_of_a_submodule_is_torch_s(client):
    expected, got = served.resnet18().layer1.state_dict(), client.state_dict("resnet18", "layer1")
    assert list(got) == list(expected) and got._metadata == expected._metadata
    assert all(got[key].tobytes() == tensor.numpy().tobytes() for key, tensor in expected.items())


def test_a_state_dict_from_the_server_loads_into_pytorch(client):
    state = {key: torch.from_numpy(array) for key, array in client.state_dict("resnet18").items()}
    assert repr(served.resnet18().load_state_dict(state)) == "<All keys matched successfully>"


# Numbers.


def test_outputs_are_pytorch_s(name, module, client):
    x = torch.rand(EXAMPLES[name])
    with torch.no_grad():
        assert_close(client.forward(name, x), module(x))


@pytest.mark.parametrize("batch", [1, 3, 7])
def test_the_batch_is_free(batch, client):
    module, x = served.resnet18(), torch.randn(batch, 3, 224, 224)
    with torch.no_grad():
        assert_close(client.forward("resnet18", x), module(x))


def test_an_input_can_be_passed_by_its_name(client):
    x = torch.rand(1, 1, 28, 28)
    by_name, by_place = client.forward("fashion_mnist", kwargs={"x": x}), client.forward("fashion_mnist", x)
    assert by_name.tobytes() == by_place.tobytes()


@pytest.mark.parametrize("factor", [2, 3, 0.5])
def test_inputs_nest_and_may_be_numbers(factor, client):
    features, _, mask = served.collector_example()
    assert_close(client.forward("collector", features, factor, mask), served.collector()(features, factor, mask))


def test_a_nested_input_of_the_wrong_shape_is_named(client):
    features, factor, mask = served.collector_example()
    features["all"][1] = torch.rand(2, 9)
    with pytest.raises(moduled.InvalidArgumentError, match=r'inputs\[0\] \("features"\)\["all"\]\[1\]: wrong shape'):
        client.forward("collector", features, factor, mask)


def test_the_accuracy_over_the_10000_test_pictures_is_pytorch_s(client):
    images, labels = dataset.load("t10k")
    x = torch.from_numpy(images.copy()).unsqueeze(1).float() / 255
    module, got, expected = MODULES["fashion_mnist"](), [], []
    with torch.no_grad():
        for batch in x.split(500):
            got.append(client.forward("fashion_mnist", batch))
            expected.append(module(batch).numpy())
    got, expected = np.concatenate(got), np.concatenate(expected)
    assert np.abs(got - expected).max() <= 1e-4
    assert (got.argmax(1) == labels).sum() == (expected.argmax(1) == labels).sum() >= 9_100


# Hooks.


def calls_in_pytorch(module, x, paths=None):
    """(path, call index, inputs, output) of every call of the modules at `paths`, in the order their hooks fire."""
    seen, counts = [], {}
    for path, each in module.named_modules():
        if paths is not None and path not in paths:
            continue

        def hook(_, inputs, output, path=path):
            seen.append((path, counts.setdefault(path, 0), arrays(inputs), arrays(output)))
            counts[path] += 1

        each.register_forward_hook(hook)
    with torch.no_grad():
        module(x)
    return seen


def check_events(events, expected, version="1"):
    assert [(each.path, each.call_index) for each in events] == [(path, index) for path, index, _, _ in expected]
    for each, (path, _, inputs, output) in zip(events, expected):
        assert each.kind == "forward" and each.version == version and each.dropped == 0
        assert_close(each.inputs, inputs)
        assert_close(each.output, output)
    assert [each.sequence for each in events] == list(range(len(expected)))


def test_hooks_on_modules_at_every_level_fire_with_pytorch_s_values_in_its_order(client):
    paths = ["", "layer1", "layer1.0", "layer1.0.conv1"]
    x = torch.rand(1, 3, 224, 224)
    result = client.forward("resnet18", x, hooks=paths, request_id="mine")
    check_events(result.events, calls_in_pytorch(served.resnet18(), x, paths))
    assert [each.path for each in result.events] == ["layer1.0.conv1", "layer1.0", "layer1", ""]
    assert [each.type for each in result.events] == ["Conv2d", "BasicBlock", "Sequential", "ResNet"]
    assert {each.request_id for each in result.events} == {"mine"}
    assert result.unfired == []
    with torch.no_grad():
        assert_close(result.outputs, served.resnet18()(x))


def test_a_hook_on_everything_sees_every_call_that_pytorch_makes(name, module, client):
    x = torch.rand(EXAMPLES[name])
    result = client.forward(name, x, hooks=["**"])
    if name == "fashion_mnist":  # Its activations work in place: PyTorch's hooks would see overwritten inputs.
        for each in module.modules():
            if isinstance(each, torch.nn.ReLU):
                each.inplace = False
    check_events(result.events, calls_in_pytorch(module, x))


def test_hooks_do_not_change_the_outputs(name, client):
    x = torch.rand(EXAMPLES[name])
    assert_close(client.forward(name, x, hooks=["**"]).outputs, client.forward(name, x), tolerance=1e-5)


def test_pre_hooks_fire_before_their_module_and_see_its_inputs(client):
    x = torch.rand(1, 3, 224, 224)
    hooks = [moduled.Hook("layer1", kind="forward_pre"), "layer1", moduled.Hook("layer1.0", kind="forward_pre")]
    events = client.forward("resnet18", x, hooks=hooks).events
    assert [(each.path, each.kind) for each in events] == [
        ("layer1", "forward_pre"), ("layer1.0", "forward_pre"), ("layer1", "forward"),
    ]  # fmt: skip
    assert events[0].output is None
    assert events[0].inputs[0].tobytes() == events[1].inputs[0].tobytes() == events[2].inputs[0].tobytes()


@pytest.mark.parametrize(
    "hook, expected",
    [
        ("layer1.*", ["layer1.0", "layer1.1"]),
        ("layer1.?", ["layer1.0", "layer1.1"]),
        ("layer?.0.conv1", [f"layer{n}.0.conv1" for n in (1, 2, 3, 4)]),
        ("**.downsample", [f"layer{n}.0.downsample" for n in (2, 3, 4)]),
        (moduled.Hook(r"layer[12]\.1", by="regex"), ["layer1.1", "layer2.1"]),
        (moduled.Hook("MaxPool2d", by="type"), ["maxpool"]),
    ],
    ids=str,
)
def test_selectors_choose_modules(hook, expected, client):
    result = client.forward("resnet18", torch.rand(1, 3, 224, 224), hooks=[hook])
    assert [each.path for each in result.events] == expected


def test_a_module_that_several_hooks_select_fires_once(client):
    x = torch.rand(1, 3, 224, 224)
    events = client.forward("resnet18", x, hooks=["fc", "f?", moduled.Hook("Linear", by="type")]).events
    assert [each.path for each in events] == ["fc"]


def test_a_shared_module_fires_for_each_of_its_calls_under_its_first_name(client):
    events = client.forward("zoo", torch.rand(2, 3), hooks=["stages.1.again"]).events
    assert [(each.path, each.call_index) for each in events] == [("linear", 0), ("linear", 1)]
    # A graph calls a module by its shortest name: tracing cannot tell by which one the source did.
    assert [each.called_as for each in events] == ["stages.0.0", "linear"]


def test_hooks_that_did_not_fire_are_named_with_the_reason(client):
    result = client.forward("zoo", torch.rand(2, 3), hooks=["unused", "head"])
    assert [each.path for each in result.events] == ["head"]
    ((hook, path, reason),) = [(each.hook, each.path, each.reason) for each in result.unfired]
    assert (hook.selector, path) == ("unused", "unused") and reason


def test_a_stream_gives_the_same_events_and_outputs_as_one_answer(client):
    x = torch.rand(1, 3, 224, 224)
    whole = client.forward("resnet18", x, hooks=["layer?", "fc"])
    with client.forward_stream("resnet18", x, hooks=["layer?", "fc"]) as stream:
        events = list(stream)
        result = stream.result()
    assert [each.path for each in events] == ["layer1", "layer2", "layer3", "layer4", "fc"]
    for streamed, answered in zip(events, whole.events):
        assert streamed.path == answered.path and streamed.output.tobytes() == answered.output.tobytes()
    assert result.outputs.tobytes() == whole.outputs.tobytes()


def test_a_subscription_sees_the_requests_of_others(address, client):
    x = torch.rand(1, 1, 28, 28)
    with moduled.Client(address) as watcher, watcher.subscribe("fashion_mnist", ["stem.conv", "head"]) as subscription:
        assert subscription.paths == ["stem.conv", "head"]
        assert subscription.id in [each.id for each in client.list_subscriptions()]
        client.forward("fashion_mnist", x, request_id="first")
        client.forward("fashion_mnist", x, request_id="second")
        events = [next(subscription) for _ in range(4)]
    assert [(each.request_id, each.path) for each in events] == [
        ("first", "stem.conv"), ("first", "head"), ("second", "stem.conv"), ("second", "head"),
    ]  # fmt: skip
    expected = client.forward("fashion_mnist", x, hooks=["stem.conv"]).events[0].output
    assert events[0].output.shape == (1, 32, 28, 28)
    assert np.abs(events[0].output - expected).max() <= 1e-5


def test_a_subscription_to_everything_of_resnet18_has_pytorch_s_values(address, client):
    x = torch.rand(1, 3, 224, 224)
    expected = calls_in_pytorch(served.resnet18(), x)
    with moduled.Client(address) as watcher, watcher.subscribe("resnet18", "**", queue_size=1000) as subscription:
        client.forward("resnet18", x)
        check_events([next(subscription) for _ in expected], expected)
