"""Graphs of composites: functions in all their spellings, arguments of all shapes, and the calls of children."""
import collections
import warnings

import pytest
import rebuild
import torch
import torch.nn.functional as F
import torchvision
from torch import fx, nn

import moduled


def exported(module, directory, example):
    return rebuild.load(moduled.export(module.eval(), directory, name="model", example_inputs=example))


def module_of(function):
    """A composite whose forward is `function`."""
    return type("Composite", (nn.Module,), {"forward": lambda self, *inputs: function(*inputs)})()


def nodes(description, kind="call_function"):
    return [getattr(node, kind) for node in description.composite.graph.nodes if node.HasField(kind)]


SPELLINGS = [
    ("add", lambda x: x + 1),
    ("add", lambda x: 2.5 + x),
    ("add", lambda x: torch.add(x, x, alpha=3)),
    ("add", lambda x: x.add(x)),
    ("sub", lambda x: 1 - x),
    ("sub", lambda x: torch.sub(x, 2)),
    ("sub", lambda x: torch.rsub(x, 2)),
    ("mul", lambda x: torch.mul(x, x)),
    ("mul", lambda x: 2 * x),
    ("div", lambda x: x / 3),
    ("div", lambda x: 1 / (x + 1)),
    ("div", lambda x: torch.div(x, 0.3, rounding_mode="floor")),
    ("floordiv", lambda x: x // 0.25),
    ("floordiv", lambda x: torch.floor_divide(x, 0.25)),
    ("cat", lambda x: torch.cat([x, x], 1)),
    ("cat", lambda x: torch.concat((x, x), dim=-1)),
    ("flatten", lambda x: torch.flatten(x, 1)),
    ("flatten", lambda x: x.flatten(start_dim=1, end_dim=2)),
    ("flatten", lambda x: x.flatten()),
    ("reshape", lambda x: x.reshape(2, -1)),
    ("reshape", lambda x: x.reshape((2, 12))),
    ("reshape", lambda x: x.view(4, 6)),
    ("reshape", lambda x: torch.reshape(x, (6, 4))),
    ("permute", lambda x: x.permute(2, 0, 1)),
    ("permute", lambda x: torch.permute(x, (1, 2, 0))),
    ("transpose", lambda x: x.transpose(0, 1)),
    ("transpose", lambda x: torch.swapaxes(x, 1, 2)),
    ("relu", lambda x: F.relu(x - 0.5)),
    ("relu", lambda x: F.relu(x - 0.5, inplace=True)),
    ("relu", lambda x: torch.relu(x - 0.5)),
    ("relu", lambda x: (x - 0.5).relu()),
    ("softmax", lambda x: F.softmax(x, dim=1)),
    ("softmax", lambda x: torch.softmax(x, 0)),
    ("softmax", lambda x: x.softmax(-1, dtype=torch.float64)),
    ("mean", lambda x: x.mean()),
    ("mean", lambda x: x.mean([1, 2])),
    ("mean", lambda x: torch.mean(x, dim=1, keepdim=True)),
    ("matmul", lambda x: torch.matmul(x, x.transpose(1, 2))),
    ("matmul", lambda x: x @ x.transpose(1, 2)),
    ("matmul", lambda x: torch.bmm(x, x.transpose(1, 2))),
    ("getitem", lambda x: x[0]),
    ("getitem", lambda x: x[:, 1:, ::2]),
    ("getitem", lambda x: x[..., 0]),
    ("getitem", lambda x: x[None, :, 1]),
    ("size", lambda x: x.reshape(x.size(0), -1)),
    ("size", lambda x: x.reshape(x.shape[0], -1)),
    ("size", lambda x: x.view(x.shape)),
]


@pytest.mark.parametrize("name, function", SPELLINGS)
def test_a_function_has_one_name_in_every_spelling(name, function, tmp_path):
    x = torch.rand(2, 3, 4)
    again, description = exported(module_of(function), tmp_path, x)
    assert name in nodes(description)
    expected = function(x.clone())
    assert torch.equal(again(x), expected) and again(x).dtype == expected.dtype


def test_required_arguments_are_positional_and_defaults_are_left_out(tmp_path):
    _, description = exported(module_of(lambda x: x.flatten(1, end_dim=-1)), tmp_path, torch.rand(2, 3, 4))
    flatten = description.composite.graph.nodes[1]
    assert [argument.WhichOneof("kind") for argument in flatten.args] == ["node"]
    assert [(argument.name, argument.value.int) for argument in flatten.kwargs] == [("start_dim", 1)]


def test_contiguous_needs_no_node(tmp_path):
    _, description = exported(module_of(lambda x: x.transpose(0, 1).contiguous()), tmp_path, torch.rand(2, 3))
    assert nodes(description) == ["transpose"]


def test_arithmetic_on_shapes_stays_arithmetic(tmp_path):
    def halves(x):
        n, c, h, w = x.shape
        return x.reshape(n, c // 2, 2 * h, w)

    again, description = exported(module_of(halves), tmp_path, torch.rand(2, 4, 3, 3))
    assert {"size", "getitem", "floordiv", "mul"} <= set(nodes(description))
    assert again(torch.rand(5, 8, 2, 1)).shape == (5, 4, 4, 1)


def test_the_rank_of_an_input_may_decide_what_runs(tmp_path):
    _, description = exported(
        module_of(lambda x: x.flatten(1) if x.dim() == 4 and x.ndim > 3 else x), tmp_path, torch.rand(1, 2, 3, 4)
    )
    assert nodes(description) == ["flatten"]


def test_what_nobody_uses_is_left_out_and_calls_of_modules_stay(tmp_path):
    class Wasteful(nn.Module):
        def __init__(self):
            super().__init__()
            self.seen = nn.ReLU()

        def forward(self, x):
            self.seen(x)
            x + 1
            return x

    _, description = exported(Wasteful(), tmp_path, torch.rand(1, 2))
    assert nodes(description) == [] and nodes(description, "call_module") == ["seen"]


class Block(nn.Module):
    """Takes nested values: a list of tensors, and a number that its caller writes down."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(6, 3)

    def forward(self, features, scale, options=None):
        joined = torch.cat(features, 1) if isinstance(features, list) else features
        return {"out": self.linear(joined) * scale, "count": joined.shape[0]}


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        result = self.block([x, x * 2], 3, options={"mode": "fast", "sizes": (1, None)})
        return result["out"] + result["count"], [x, {"again": x}]


def test_edges_carry_lists_dicts_and_constants(tmp_path):
    module, x = Nested().eval(), torch.rand(4, 3)
    again, description = exported(module, tmp_path, x)
    expected, got = module(x), again(x)
    assert torch.equal(got[0], expected[0])
    assert isinstance(got, tuple) and isinstance(got[1], list) and torch.equal(got[1][1]["again"], x)
    call = next(node for node in description.composite.graph.nodes if node.HasField("call_module"))
    assert [argument.WhichOneof("kind") for argument in call.args] == ["list", "int"]
    assert [argument.name for argument in call.kwargs] == ["options"]
    block = description.children[0].module.composite.graph
    assert [node.placeholder.target or node.name for node in block.nodes if node.HasField("placeholder")] == [
        "features", "scale", "options",
    ]  # fmt: skip


def test_inputs_nest_to_any_depth_beside_constants(tmp_path):
    class Deep(nn.Module):
        def forward(self, tree, scale):
            return tree["a"][0] + tree["b"][1]["c"][0] * scale

    class Caller(nn.Module):
        def __init__(self):
            super().__init__()
            self.deep = Deep()

        def forward(self, tree):
            return self.deep({"a": tree, "b": ("fixed", {"c": [tree[1], None]})}, 2)

    tree = [torch.rand(2, 3), torch.rand(2, 3)]
    again, _ = exported(Caller(), tmp_path, (tree,))
    assert torch.equal(again(tree), Caller()(tree))


def test_hooks_in_the_rebuilt_model_see_the_arguments_as_they_were_passed(tmp_path):
    module, x = Nested().eval(), torch.rand(4, 3)
    again, _ = exported(module, tmp_path, x)
    seen = {}
    for name, each in (("original", module), ("again", again)):
        each.block.register_forward_pre_hook(lambda _, inputs, name=name: seen.update({name: inputs}))
        each(x)
    assert [type(value) for value in seen["again"]] == [type(value) for value in seen["original"]] == [list, int]


def test_a_dense_layer_takes_a_list_of_tensors(tmp_path):
    block = torchvision.models.densenet._DenseBlock(2, 4, bn_size=2, growth_rate=3, drop_rate=0.0)
    x = torch.rand(2, 4, 6, 6)
    again, description = exported(block, tmp_path, x)
    assert torch.equal(again(x), block(x))
    assert [slot.name for slot in description.children] == ["denselayer1", "denselayer2"]


def test_one_argument_may_be_a_tensor_or_a_list(tmp_path):
    class Either(nn.Module):
        def forward(self, x):
            parts = [x, x] if isinstance(x, torch.Tensor) else x
            return torch.cat(parts, 1)

    for x in (torch.rand(2, 3), [torch.rand(2, 3), torch.rand(2, 1)]):
        again, _ = exported(Either(), tmp_path, (x,))
        assert torch.equal(again(x), Either()(x))


def test_variable_arguments_become_placeholders_of_their_own(tmp_path):
    class Sum(nn.Module):
        def forward(self, first, *others, **named):
            for other in others:
                first = first + other
            return first * named["scale"]

    class Caller(nn.Module):
        def __init__(self):
            super().__init__()
            self.sum = Sum()

        def forward(self, x):
            return self.sum(x, x * 2, x * 3, scale=x)

    x = torch.rand(2, 3)
    again, description = exported(Caller(), tmp_path, x)
    assert torch.equal(again(x), Caller()(x))
    graph = description.children[0].module.composite.graph
    placeholders = [node.name for node in graph.nodes if node.HasField("placeholder")]
    assert placeholders == ["first", "others_0", "others_1", "scale"]


def test_children_of_lists_and_dicts_are_called_by_dotted_names(tmp_path):
    class Lists(nn.Module):
        def __init__(self):
            super().__init__()
            self.stages = nn.ModuleList([nn.ModuleDict({"act": nn.ReLU()}), nn.ModuleDict({"act": nn.Sigmoid()})])

        def forward(self, x):
            for stage in self.stages:
                x = stage["act"](x)
            return x

    x = torch.randn(2, 3)
    again, description = exported(Lists(), tmp_path, x)
    assert nodes(description, "call_module") == ["stages.0.act", "stages.1.act"]
    assert torch.equal(again(x), Lists()(x))


def test_a_forward_may_reach_past_the_module_that_holds_what_it_calls(tmp_path):
    class Reacher(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(nn.Linear(3, 3), nn.ReLU())

        def forward(self, x):
            kept = []
            for layer in self.features:
                x = layer(x)
                kept.append(x)
            return kept

    x = torch.randn(2, 3)
    again, description = exported(Reacher(), tmp_path, x)
    assert nodes(description, "call_module") == ["features.0", "features.1"]
    assert [tensor.shape for tensor in again(x)] == [(2, 3), (2, 3)]


def test_a_shared_module_is_called_by_its_shortest_name(tmp_path):
    class Sharing(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = nn.Sequential(nn.Linear(3, 3))
            self.linear = self.block[0]

        def forward(self, x):
            return self.linear(self.block(x))

    _, description = exported(Sharing(), tmp_path, torch.rand(2, 3))
    assert nodes(description, "call_module") == ["block", "linear"]


def test_a_child_that_is_called_twice_is_one_child_with_two_nodes(tmp_path):
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = nn.Sequential(nn.Linear(3, 3), nn.ReLU())

        def forward(self, x):
            return self.block(self.block(x))

    again, description = exported(Twice(), tmp_path, torch.rand(2, 3))
    assert nodes(description, "call_module") == ["block", "block"]
    assert [node.name for node in description.composite.graph.nodes] == ["x", "block", "block_1", "output"]


def test_keyword_inputs_are_named_in_the_signature(tmp_path):
    class Masked(nn.Module):
        def forward(self, x, *, mask):
            return x * mask

    inputs = {"x": torch.rand(2, 3), "mask": torch.ones(3)}
    again, description = exported(Masked(), tmp_path, inputs)
    assert [port.name for port in description.signature.inputs] == ["x", "mask"]
    assert torch.equal(again(**inputs), inputs["x"])


def test_a_number_can_be_an_input(tmp_path):
    again, _ = exported(module_of(lambda x, scale: x * scale), tmp_path, (torch.rand(2, 3), 2))
    assert torch.equal(again(torch.ones(1, 3), 5), torch.full((1, 3), 5.0))


def test_an_exported_module_is_left_as_it_was(tmp_path):
    module = nn.Sequential(nn.BatchNorm2d(2), nn.Dropout())
    module.train()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    attributes = [set(vars(each)) for each in module.modules()]
    with pytest.warns(UserWarning):
        moduled.export(module, tmp_path, name="model", example_inputs=torch.rand(2, 2, 3, 3))
    assert all(each.training for each in module.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert [set(vars(each)) for each in module.modules()] == attributes


Pair = collections.namedtuple("Pair", ["first", "second"])


def test_named_tuples_travel_as_tuples(tmp_path):
    module = module_of(lambda x: Pair(x, Pair(second=x.max(1), first=x * 2)))
    _, description = exported(module, tmp_path, torch.rand(2, 3))
    result = description.composite.graph.nodes[-1].args[0]
    assert result.WhichOneof("kind") == "tuple" and result.tuple.items[1].WhichOneof("kind") == "tuple"
    assert nodes(description, "call_function") == ["max", "getitem", "getitem", "mul"]


def test_an_assertion_stays_in_the_graph(tmp_path):
    def checked(x):
        torch._assert(x.shape[1] == 3, "three columns")
        return x

    _, description = exported(module_of(checked), tmp_path, torch.rand(2, 3))
    assert nodes(description, "call_function") == ["size", "getitem", "eq", "_assert"]


def test_tensors_that_are_made_in_a_forward_have_the_sizes_of_each_run(tmp_path):
    def positions(x):
        return x + torch.arange(x.shape[1]) * torch.ones(x.size(0), 1, device=x.device) + torch.tensor(0.5)

    again, description = exported(module_of(positions), tmp_path, torch.rand(2, 3))
    assert {"arange", "ones", "full"} <= set(nodes(description, "call_function"))
    assert torch.zeros is ZEROS
    x = torch.rand(4, 5)
    assert torch.equal(again(x), positions(x))


ZEROS = torch.zeros


def twice_or_thrice(x, often):
    return x * 3 if often else x * 2


fx.wrap("twice_or_thrice")


def test_a_function_that_is_wrapped_for_fx_is_traced_like_the_forward(tmp_path):
    again, description = exported(module_of(lambda x: twice_or_thrice(x, True)), tmp_path, torch.rand(2, 3))
    assert nodes(description, "call_function") == ["mul"]
    assert torch.equal(again(torch.ones(1)), torch.full((1,), 3.0))


@pytest.mark.parametrize("training", [True, False])
def test_functions_are_exported_in_their_module_s_mode(training, tmp_path):
    module = torchvision.ops.StochasticDepth(0.5, "row").train(training)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of the mode.
        path = moduled.export(module, tmp_path, name="model", example_inputs=torch.rand(8, 3))
    _, description = rebuild.load(path)
    (call,) = [node for node in description.composite.graph.nodes if node.call_function]
    # True is the default of torchvision's function.
    assert [(each.name, each.value.bool) for each in call.kwargs] == ([] if training else [("training", False)])


def test_random_numbers_outside_of_a_mode_are_refused(tmp_path):
    with pytest.raises(moduled.ExportError, match="rand"):
        exported(module_of(lambda x: x * torch.rand_like(x)), tmp_path, torch.rand(2, 3))
