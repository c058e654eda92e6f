"""Hooks of requests, over the network, against PyTorch's: which fire, in which order, what they see and change."""
import hook_tree
import pytest
import servers
import torch
from torch_hooks import Recorder
from values import as_leaves, compare, differentiate, plain

import moduled

TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("hooks")
    # In place, as PyTorch's own hooks cannot have it: the references are not.
    moduled.export(hook_tree.make(inplace=True), directory, name="tree", example_inputs=hook_tree.make_inputs())
    with servers.serving(directory) as server, moduled.Client(server.address, timeout=120) as connected:
        yield connected


def torchs(kinds, edits=None, tree=None):
    """The recorder and the leaves of a forward and a backward of the tree in PyTorch."""
    tree = tree or hook_tree.make()
    recorder = Recorder(tree, kinds, edits)
    inputs = as_leaves(hook_tree.make_inputs())
    if "tensor_grad" in kinds:
        for index, tensor in enumerate(inputs):
            recorder.watch("input:" + "xy"[index], tensor)
    output = tree(*inputs)
    differentiate(output, hook_tree.make_gradients())
    return recorder, tree, inputs, output


def backward(client, hooks, **options):
    return client.backward(
        "tree", *hook_tree.make_inputs(), grad_outputs=hook_tree.make_gradients(), hooks=hooks, **options
    )


def seen_by(event):
    """What an event holds, as Recorder has it: what the hook may change first."""
    if event.kind == "forward_pre":
        return (event.inputs,)
    if event.kind == "forward":
        return (event.output if isinstance(event.output, tuple) else (event.output,), event.inputs)
    if event.kind == "full_backward":
        return (event.grad_input, event.grad_output)
    return (event.grad_output,)


def assert_same(events, seen):
    assert [(event.kind, event.path, event.call_index) for event in events] == [
        (each.kind, each.path, each.call_index) for each in seen
    ]
    for event, each in zip(events, seen):
        compare(seen_by(event), each.values, TOLERANCE, f"{each.kind} of {each.path}")
    assert [event.sequence for event in events] == list(range(len(events)))


KINDS = [
    ["forward_pre"],
    ["forward"],
    ["forward_pre", "forward"],
    ["full_backward_pre"],
    ["full_backward"],
    ["full_backward_pre", "full_backward"],
    ["forward_pre", "forward", "full_backward_pre", "full_backward"],
]


@pytest.mark.parametrize("kinds", KINDS, ids="+".join)
def test_hooks_of_all_modules_fire_in_pytorchs_order_with_its_values(client, kinds):
    recorder, *_ = torchs(kinds)
    result = backward(client, [moduled.Hook("**", kind) for kind in kinds])
    assert_same(result.events, recorder.seen)


def test_a_forward_fires_what_a_backward_pass_fires_of_it(client):
    kinds = ["forward_pre", "forward"]
    recorder, *_ = torchs(kinds)
    result = client.forward("tree", *hook_tree.make_inputs(), hooks=[moduled.Hook("**", kind) for kind in kinds])
    assert_same(result.events, recorder.seen)


@pytest.mark.parametrize("path", ["shared.weight", "stem.0.bias", "input:x", "input:y", "shared", "pair.add", "stem"])
def test_hooks_on_tensors_see_their_summed_gradients_once(client, path):
    recorder, *_ = torchs(["tensor_grad"], tree=hook_tree.make(as_modules=True))
    result = backward(client, moduled.Hook(path.replace("pair.add", "pair:add"), "tensor_grad"))
    want = [each for each in recorder.seen if each.path == path]
    for each in want:
        each.path = each.path.replace("pair.add", "pair:add")
    assert_same(result.events, want)


@pytest.mark.parametrize("path", ["", "pair", "shared", "tail.2"])
def test_a_hook_without_the_others_sees_the_same(client, path):
    recorder, *_ = torchs(["full_backward"])
    result = backward(client, moduled.Hook(path, "full_backward"))
    assert_same(result.events, [each for each in recorder.seen if each.path == path])


def test_hooks_change_nothing(client):
    _, tree, inputs, output = torchs([])
    result = backward(client, [moduled.Hook("**", kind) for kind in ("forward", "full_backward", "full_backward_pre")])
    assert_gradients(result, tree, inputs, output)


def assert_gradients(result, tree, inputs, output):
    compare(result.outputs, output, TOLERANCE, "outputs")
    compare(result.grad_inputs, tuple(tensor.grad for tensor in inputs), TOLERANCE, "grad_inputs")
    want = {name: parameter.grad for name, parameter in tree.named_parameters()}
    compare(dict(result.grad_parameters), want, TOLERANCE, "grad_parameters")


def test_a_result_without_a_gradient_has_none_whether_hooks_look_or_not(client):
    """PyTorch's hooks make zeros of it: here hooks change nothing."""
    tree, inputs = hook_tree.make(), as_leaves(hook_tree.make_inputs())
    gradients = (None, hook_tree.make_gradients()[1])
    output = tree(*inputs)
    output[1].backward(gradients[1])
    hook = moduled.Hook("", "full_backward")
    result = client.backward("tree", *hook_tree.make_inputs(), grad_outputs=gradients, hooks=hook)
    compare(result.events[0].grad_output, gradients, TOLERANCE, "grad_output")
    assert_gradients(result, tree, inputs, output)


def test_functions_are_seen_as_modules_would_be(client):
    recorder, *_ = torchs(["forward", "full_backward"], tree=hook_tree.make(as_modules=True))
    result = backward(client, [moduled.Hook("pair:add", kind) for kind in ("forward", "full_backward")])
    want = [each for each in recorder.seen if each.path == "pair.add"]
    for each in want:
        each.path = "pair:add"
    assert_same(result.events, want)
    assert {event.type for event in result.events} == {"add"}


def test_legacy_hooks_are_refused_and_not_taken_for_full_ones(client):
    text = r"hooks\[0\].legacy: this server shows the gradients of a module's own inputs alone"
    with pytest.raises(moduled.Error, match=text):
        backward(client, moduled.Hook("shared", "full_backward", legacy=True))


# Edits.

ROW = torch.tensor([2.0, -1.0, 0.5, 3.0], dtype=torch.float64)
WHOLE = torch.arange(12, dtype=torch.float64).reshape(3, 4) / 10
KEPT = torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64)

EDITS = {
    "replace": (moduled.Replace(WHOLE), lambda x: WHOLE),
    "scale": (moduled.Scale(2.5), lambda x: x * 2.5),
    "scale by a tensor": (moduled.Scale(ROW), lambda x: x * ROW),
    "add": (moduled.Add(-0.5), lambda x: x - 0.5),
    "add a tensor": (moduled.Add(ROW), lambda x: x + ROW),
    "zero": (moduled.Zero(), torch.zeros_like),
    "clamp": (moduled.Clamp(-0.2, 0.3), lambda x: x.clamp(-0.2, 0.3)),
    "clamp below": (moduled.Clamp(min=0.1), lambda x: x.clamp(min=0.1)),
    "select": (moduled.Select(-1, [1, -1]), lambda x: x * KEPT),
    "several": ([moduled.Scale(2.0), moduled.Add(1.0), moduled.Clamp(max=1.5)], lambda x: (x * 2 + 1).clamp(max=1.5)),
}


def each_tensor(edit):
    return lambda values: tuple(None if value is None else edit(value) for value in values)


# What replaces a whole result has no gradient, and PyTorch refuses to differentiate an output without.
CONSTANT = {("replace", "forward"), ("zero", "forward")}
PLACES = [
    (name, kind, path)
    for name in EDITS
    for kind in ("forward_pre", "forward", "full_backward_pre", "full_backward")
    for path in (("stem.1",) if (name, kind) in CONSTANT else ("stem.1", "shared", "pair", ""))
]


@pytest.mark.parametrize("name, kind, path", PLACES)
def test_edits_do_what_pytorchs_hooks_that_return_values_do(client, name, kind, path):
    edit, reference = EDITS[name]
    _, *want = torchs([kind], {(kind, path): each_tensor(reference)})
    assert_gradients(backward(client, moduled.Hook(path, kind, edit=edit)), *want)


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("path", ["shared.weight", "input:x", "input:1", "stem.0", "pair.right"])
def test_edits_of_gradients_of_tensors_do_what_pytorchs_tensor_hooks_do(client, path, name):
    edit, reference = EDITS[name]
    if path == "shared.weight":
        edit, reference = moduled.Scale(ROW), lambda x: x * ROW
    named = {"input:1": "input:y"}.get(path, path)
    _, *want = torchs(["tensor_grad"], {("tensor_grad", named): each_tensor(reference)})
    assert_gradients(backward(client, moduled.Hook(path, "tensor_grad", edit=edit)), *want)


@pytest.mark.parametrize("kind", ["forward", "full_backward"])
def test_events_show_what_edits_have_made(client, kind):
    edit, reference = EDITS["several"]
    recorder, *_ = torchs([kind], {(kind, "pair"): each_tensor(reference)})
    result = backward(client, [moduled.Hook("**", kind), moduled.Hook("pair", kind, edit=edit)])
    assert_same(result.events, recorder.seen)


def test_an_edit_of_one_leaf_leaves_the_others(client):
    def second(values):
        return (values[0], values[1] * 3)

    _, *want = torchs(["forward"], {("forward", "pair"): second})
    assert_gradients(backward(client, moduled.Hook("pair", edit=moduled.Scale(3.0, leaf=1))), *want)


def test_an_edit_of_one_call_leaves_the_others(client):
    calls = []

    def first(values):
        calls.append(values)
        return tuple(value * 3 for value in values) if len(calls) == 1 else values

    _, *want = torchs(["forward"], {("forward", "shared"): first})
    assert len(calls) == 3
    assert_gradients(backward(client, moduled.Hook("shared", edit=moduled.Scale(3.0), call_index=0)), *want)


def test_edits_of_functions_do_what_those_of_modules_would(client):
    tree = hook_tree.make(as_modules=True)
    _, *want = torchs(["forward"], {("forward", "pair.add"): each_tensor(lambda x: x.clamp(0, 1))}, tree)
    assert_gradients(backward(client, moduled.Hook("pair:add", edit=moduled.Clamp(0, 1))), *want)


def test_edits_of_one_request_are_not_seen_by_the_next(client):
    backward(client, moduled.Hook("stem", edit=moduled.Zero()))
    _, *want = torchs([])
    assert_gradients(backward(client, None), *want)


# Transforms.

TRANSFORMS = {
    "slice": (moduled.Slice((slice(1, None), slice(0, -1, 2))), lambda x: x[1:, 0:-1:2]),
    "mean": (moduled.Reduce("mean", (-1,)), lambda x: x.mean(-1)),
    "sum": (moduled.Reduce("sum"), torch.sum),
    "max": (moduled.Reduce("max", (0,), keepdim=True), lambda x: x.amax(0, keepdim=True)),
    "min": (moduled.Reduce("min", (0, 1)), lambda x: x.amin()),
    "norm": (moduled.Reduce("norm", (1,)), lambda x: torch.linalg.vector_norm(x, dim=1)),
    "std": (moduled.Reduce("std"), torch.std),
    "topk": (moduled.Reduce("topk", k=2), lambda x: x.topk(2)),
    "histogram": (
        moduled.Reduce("histogram", bins=3, range=(-1, 1)), lambda x: torch.histogram(x, 3, range=(-1, 1))
    ),
    "cast": (moduled.Cast("f4"), lambda x: x.float()),
    "steps": ([moduled.Slice(slice(0, 2)), moduled.Reduce("mean", (1,))], lambda x: x[:2].mean(1)),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_are_pytorchs(client, name):
    transform, reference = TRANSFORMS[name]
    recorder, *_ = torchs(["forward"])
    (event,) = backward(client, moduled.Hook("stem.0", transform=transform)).events
    (seen,) = [each for each in recorder.seen if each.path == "stem.0"]
    compare(event.output, plain(reference(seen.values[0][0])), TOLERANCE, "output")
    assert event.inputs == ()


# Hooks that do not fire.

UNFIRED = {
    "unused": ("forward", "the forward did not call it"),
    "unused.weight": ("tensor_grad", "no gradient reached it"),
}


@pytest.mark.parametrize("path", UNFIRED)
def test_hooks_that_do_not_fire_are_named_with_the_reason(client, path):
    kind, reason = UNFIRED[path]
    ((unfired),) = backward(client, moduled.Hook(path, kind)).unfired
    assert (unfired.path, unfired.reason, unfired.hook.selector) == (path, reason, path)


def test_hooks_on_gradients_do_not_fire_in_a_forward(client):
    result = client.forward("tree", *hook_tree.make_inputs(), hooks=moduled.Hook("shared", "full_backward"))
    assert not result.events
    assert [each.reason for each in result.unfired] == ["only a backward pass fires it"]


def test_a_call_that_there_is_not_does_not_fire(client):
    result = backward(client, moduled.Hook("shared", call_index=3))
    assert [each.reason for each in result.unfired] == ["no such call: it was called 3 times"]
