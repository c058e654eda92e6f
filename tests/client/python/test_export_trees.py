"""What stands in a module tree: shared modules, empty slots, parameters and buffers, modes and types."""
import json
import os

import pytest
import rebuild
import torch
from torch import nn

import moduled
from moduled import safetensors


def exported(module, directory, example):
    return rebuild.load(moduled.export(module.eval(), directory, name="model", example_inputs=example))


def check_outputs(module, directory, *example):
    again, description = exported(module, directory, example)
    with torch.no_grad():
        assert torch.equal(again(*example), module(*example))
    return again, description


def child(description, *names):
    for name in names:
        slot = next(slot for slot in description.children if slot.name == name)
        description = slot.module if slot.HasField("module") else slot
    return description


def test_a_shared_module_is_described_once_and_stored_once(tmp_path):
    linear = nn.Linear(3, 3)
    module = nn.Sequential(linear, nn.Sequential(nn.ReLU(), linear))
    again, description = check_outputs(module, tmp_path, torch.rand(2, 3))
    assert child(description, "1", "1").shared == "0"
    assert again[0] is again[1][1]
    arrays, metadata = safetensors.read(tmp_path / "model/1/model.safetensors")
    assert set(arrays) == {"0.weight", "0.bias"}
    assert metadata["1.1.weight"] == "0.weight" and metadata["1.1.bias"] == "0.bias"
    assert json.loads(metadata["order"]) == ["0.weight", "0.bias", "1.1.weight", "1.1.bias"]


class WithEmptySlots(nn.Module):
    def __init__(self):
        super().__init__()
        self.downsample = None
        self.add_module("skipped", None)
        self.register_parameter("scale", None)
        self.register_buffer("table", None)
        self.norm = nn.BatchNorm2d(2)

    def forward(self, x):
        return self.norm(x) if self.skipped is None else x


def test_slots_that_are_none_keep_their_place(tmp_path):
    again, description = check_outputs(WithEmptySlots(), tmp_path, torch.rand(1, 2, 4, 4))
    slots = [(slot.name, slot.WhichOneof("slot")) for slot in description.children]
    assert slots == [("skipped", "none"), ("norm", "module")]
    assert description.parameters[0].WhichOneof("slot") == "none"
    assert description.buffers[0].WhichOneof("slot") == "none"
    assert again._modules["skipped"] is None


class WithOwnState(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(4, 4))
        self.tied = self.weight
        self.frozen = nn.Parameter(torch.rand(4), requires_grad=False)
        self.register_buffer("offset", torch.rand(4))
        self.register_buffer("constant", torch.rand(4, dtype=torch.float64), persistent=False)

    def forward(self, x):
        scaled = self.weight * 2 + self.frozen
        return torch.matmul(x, scaled) + self.offset + self.constant


def test_parameters_and_buffers_of_a_composite_are_described_and_used_by_its_graph(tmp_path):
    module = WithOwnState()
    again, description = check_outputs(module, tmp_path, torch.rand(2, 4))
    assert [(slot.name, slot.WhichOneof("slot")) for slot in description.parameters] == [
        ("weight", "tensor"), ("tied", "shared"), ("frozen", "tensor"),
    ]  # fmt: skip
    assert description.parameters[1].shared == "weight"
    assert list(description.frozen) == ["frozen"]
    assert [slot.persistent for slot in description.buffers if slot.HasField("persistent")] == [False]
    assert again.tied is again.weight
    assert torch.equal(again.constant, module.constant)
    assert "constant" not in safetensors.read(tmp_path / "model/1/model.safetensors")[0]


class WithTiedLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(4, 4)
        self.decode = nn.Linear(4, 4)
        self.decode.weight = self.encode.weight
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x):
        return self.norm(self.decode(self.encode(x)).reshape(-1, 4, 1, 1))


def test_layers_share_their_parameters_and_the_weights_hold_them_once(tmp_path):
    module = WithTiedLayers()
    again, description = check_outputs(module, tmp_path, torch.rand(2, 4))
    assert [(tie.name, tie.shared) for tie in child(description, "decode").ties] == [("weight", "encode.weight")]
    assert again.decode.weight is again.encode.weight
    assert again.decode.bias is not again.encode.bias
    arrays, metadata = safetensors.read(tmp_path / "model/1/model.safetensors")
    assert "decode.weight" not in arrays
    assert metadata["decode.weight"] == "encode.weight"


def test_a_frozen_layer_names_its_frozen_parameters(tmp_path):
    module = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    module[0].weight.requires_grad_(False)
    again, description = check_outputs(module, tmp_path, torch.rand(1, 2))
    assert list(child(description, "0").frozen) == ["weight"]
    assert [parameter.requires_grad for parameter in again.parameters()] == [False, True, True, True]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_the_type_of_a_layer_s_state_is_described(dtype, tmp_path):
    holder = Holder(nn.ModuleDict({"linear": nn.Linear(2, 2), "norm": nn.BatchNorm2d(1)}).to(dtype))
    again, _ = exported(holder, tmp_path, torch.rand(1, 2))
    assert {name: tensor.dtype for name, tensor in again.state_dict().items()} == {
        name: tensor.dtype for name, tensor in holder.state_dict().items()
    }
    assert all(torch.equal(tensor, again.state_dict()[name]) for name, tensor in holder.state_dict().items())


class Holder(nn.Module):
    """Returns its input and holds modules that nothing calls."""

    def __init__(self, held):
        super().__init__()
        self.held = held

    def forward(self, x):
        return x


class Auxiliary(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x):
        raise NotImplementedError("never called")


def test_children_that_are_never_called_are_described_without_a_graph(tmp_path):
    _, description = check_outputs(Holder(Auxiliary()), tmp_path, torch.rand(1, 2))
    held = child(description, "held")
    assert held.composite.type == "Auxiliary"
    assert not held.composite.HasField("graph")
    assert child(held, "linear").linear.in_features == 2


def exported_in_training(module, directory, example):
    with pytest.warns(UserWarning, match="the module is in training mode") as warnings:
        path = moduled.export(module, directory, name="model", example_inputs=example)
    assert warnings[0].filename == __file__
    return rebuild.load(path)


def test_the_mode_of_every_module_is_recorded(tmp_path):
    module = nn.Sequential(nn.Dropout(0.9), Holder(nn.ReLU()))
    module.train()
    module[0].eval()
    x = torch.rand(1, 8)
    again, description = exported_in_training(module, tmp_path, x)
    assert (module.training, module[0].training, module[1].training) == (True, False, True)
    assert description.training and not child(description, "0").training and child(description, "1").training
    assert torch.equal(again.eval()(x), x)


class InBothModes(nn.Module):
    """Does something else while training, and its norm counts its batches then."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(2)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        y = self.dropout(self.norm(x))
        return {"y": y, "auxiliary": x * 2} if self.training else y


def test_the_graph_of_a_module_in_training_is_that_of_training_and_the_export_changes_nothing(tmp_path):
    module = InBothModes().train()
    x = torch.rand(3, 2, 4, 4)
    before, numbers = {name: tensor.clone() for name, tensor in module.state_dict().items()}, torch.get_rng_state()
    again, _ = exported_in_training(module, tmp_path, x)
    assert torch.equal(torch.get_rng_state(), numbers)
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert set(again(x)) == {"y", "auxiliary"}
    assert torch.equal(again(x)["auxiliary"], x * 2)


class Block(nn.Sequential):
    """A Sequential by another name."""


def test_a_subclass_with_sequential_s_forward_is_a_sequential_with_a_type(tmp_path):
    again, description = check_outputs(Block(nn.Linear(2, 2), nn.ReLU()), tmp_path, torch.rand(1, 2))
    assert description.sequential.type == "Block"
    assert repr(again).startswith("Block(")


def test_parameter_containers_are_described(tmp_path):
    class Mixture(nn.Module):
        def __init__(self):
            super().__init__()
            self.rows = nn.ParameterList([nn.Parameter(torch.rand(3)) for _ in range(2)])
            self.named = nn.ParameterDict({"bias": nn.Parameter(torch.rand(3))})

        def forward(self, x):
            return x * self.rows[0] + self.rows[1] + self.named["bias"]

    _, description = check_outputs(Mixture(), tmp_path, torch.rand(2, 3))
    assert child(description, "rows").WhichOneof("layer") == "parameter_list"
    assert child(description, "named").WhichOneof("layer") == "parameter_dict"


LAYERS = [
    nn.Conv2d(4, 8, 3),
    nn.Conv2d(4, 8, (3, 1), stride=(2, 1), padding=(1, 0), dilation=2, groups=2, bias=False, padding_mode="reflect"),
    nn.Conv2d(4, 4, 3, padding="same"),
    nn.BatchNorm2d(4, eps=1e-3, momentum=None),
    nn.BatchNorm2d(4, momentum=0.2, affine=False),
    nn.BatchNorm2d(4, track_running_stats=False),
    nn.LayerNorm(8),
    nn.LayerNorm((8, 8), eps=1e-6, elementwise_affine=False),
    nn.MaxPool2d(2),
    nn.MaxPool2d((3, 2), stride=1, padding=1, dilation=1, ceil_mode=True),
    nn.MaxPool2d(2, return_indices=True),
    nn.AvgPool2d(2, stride=1, ceil_mode=True, count_include_pad=False, divisor_override=3),
    nn.AdaptiveAvgPool2d(1),
    nn.AdaptiveAvgPool2d((None, 2)),
    nn.Linear(8, 2, bias=False),
    nn.Flatten(2, 3),
    nn.Dropout(0.1, inplace=True),
    nn.Softmax(dim=1),
    nn.LogSoftmax(-1),
    nn.GELU("tanh"),
    nn.ReLU(inplace=True),
    nn.ReLU6(),
    nn.Sigmoid(),
    nn.Tanh(),
    nn.SiLU(),
    nn.Hardswish(),
    nn.Hardsigmoid(),
    nn.Identity(),
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_a_layer_is_described_by_its_arguments(layer, tmp_path):
    x = torch.rand(2, 4, 8, 8)
    again, _ = exported(layer, tmp_path, x)
    assert repr(again) == repr(layer)
    expected, got = layer(x), again(x)
    pairs = zip(expected, got) if isinstance(expected, tuple) else [(expected, got)]
    assert all(torch.equal(*pair) for pair in pairs)


def test_only_what_differs_from_torch_s_defaults_is_written(tmp_path):
    _, description = exported(nn.Conv2d(1, 2, 3), tmp_path, torch.rand(1, 1, 5, 5))
    written = [field.name for field, _ in description.conv2d.ListFields()]
    assert written == ["in_channels", "out_channels", "kernel_size"]


class Renamed(nn.Linear):
    """Makes itself in another way and computes the same."""

    def __init__(self):
        super().__init__(2, 3)


def test_a_subclass_that_computes_what_its_layer_computes_is_the_layer(tmp_path):
    _, description = check_outputs(Renamed(), tmp_path, torch.rand(1, 2))
    assert description.linear.out_features == 3


class ChannelsLast(nn.LayerNorm):
    def forward(self, x):
        return x + self.weight


def test_a_subclass_with_its_own_forward_is_a_composite(tmp_path):
    _, description = check_outputs(ChannelsLast(4), tmp_path, torch.rand(2, 4))
    assert description.composite.type == "ChannelsLast"
    assert [slot.name for slot in description.parameters] == ["weight", "bias"]


def test_versions_count_up_and_nothing_else_is_left_behind(tmp_path):
    for expected in ("1", "2"):
        path = moduled.export(nn.ReLU().eval(), tmp_path, name="model", example_inputs=torch.rand(1, 2))
        assert path == str(tmp_path / "model" / expected)
    assert sorted(os.listdir(tmp_path / "model")) == ["1", "2"]
    assert sorted(os.listdir(tmp_path / "model/2")) == ["model.safetensors", "module.pbtxt"]


def test_a_version_that_exists_is_not_replaced(tmp_path):
    moduled.export(nn.ReLU().eval(), tmp_path, name="model", example_inputs=torch.rand(1, 2), version=3)
    with pytest.raises(FileExistsError, match="3: the version exists"):
        moduled.export(nn.ReLU().eval(), tmp_path, name="model", example_inputs=torch.rand(1, 2), version=3)
    assert os.listdir(tmp_path / "model") == ["3"]


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden"])
def test_a_name_that_is_no_folder_s_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match="a model's name"):
        moduled.export(nn.ReLU().eval(), tmp_path, name=name, example_inputs=torch.rand(1, 2))


def test_the_signature_names_inputs_and_outputs_and_frees_the_batch(tmp_path):
    class Pair(nn.Module):
        def forward(self, x, mask, scale=None):
            return {"sum": x + mask, "parts": (x, mask)}

    _, description = exported(Pair(), tmp_path, (torch.rand(2, 3), torch.ones(3, dtype=torch.int64)))
    inputs = [(port.name, list(port.shape), list(port.example_shape)) for port in description.signature.inputs]
    assert inputs == [("x", [-1, 3], [2, 3]), ("mask", [3], [3])]
    outputs = [(port.name, list(port.shape)) for port in description.signature.outputs]
    assert outputs == [("output.sum", [-1, 3]), ("output.parts.0", [-1, 3]), ("output.parts.1", [3])]
    assert [node.name for node in description.composite.graph.nodes if node.HasField("placeholder")] == ["x", "mask"]
