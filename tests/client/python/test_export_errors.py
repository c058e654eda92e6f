"""What cannot be exported is refused, with the module, the line and the reason, and leaves nothing behind."""
import os
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import moduled


def refusal(module, directory, example=None):
    """The ExportError of an export."""
    with pytest.raises(moduled.ExportError) as caught:
        moduled.export(
            module.eval(), directory, name="model", example_inputs=torch.rand(2, 4) if example is None else example
        )
    assert not os.path.exists(directory / "model") or os.listdir(directory / "model") == []
    return caught.value


class Inner(nn.Module):
    """Its forward is given; it stands below another module, so that paths can be checked."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.scale = torch.ones(4)
        self.linear = nn.Linear(4, 4)

    def forward(self, x):
        return self.function(self, x)


class Outer(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.stages = nn.Sequential(nn.ReLU(), inner)

    def forward(self, x):
        return self.stages(x)


def branch_on_elements(self, x):
    return x if x.sum() > 0 else -x


def branch_on_extent(self, x):
    return x[:2] if x.shape[0] // 2 else x


def loop_over_rows(self, x):
    return torch.cat([row for row in x])


def length(self, x):
    return x / len(x)


def plain_number(self, x):
    return [x for _ in range(x.shape[0])]


UNTRACEABLE = [
    (branch_on_extent, "control flow depends on a number computed from the input"),
    (loop_over_rows, "a loop runs over the elements of a tensor"),
    (length, r"len\(\) of a tensor"),
    (plain_number, "is used as a plain Python number"),
    (lambda self, x: torch.fft.fft(x), "the function .*fft.* is not supported"),
    (lambda self, x: torch.cdist(x, x), "the function .*cdist is not supported"),
    (lambda self, x: x.cumprod(0), r"the tensor method cumprod\(\) is not supported"),
    (lambda self, x: x.H + 1, "the tensor attribute H is not supported"),
    (lambda self, x: x.long() << 1, "the function operator.lshift is not supported"),
    (lambda self, x: torch.zeros(4, out=torch.empty(4)) + x, "written into another tensor"),
    (lambda self, x: x * torch.tensor([1.0, 2.0, 3.0, 4.0]), "a tensor is made of a list"),
    (lambda self, x: x * self.scale, "a constant tensor is used; register it as a buffer"),
    (lambda self, x: x + 1j, "an argument is a complex"),
]


@pytest.mark.parametrize("function, reason", UNTRACEABLE)
def test_what_a_graph_cannot_hold_is_refused_with_path_line_and_reason(function, reason, tmp_path):
    error = refusal(Outer(Inner(function)), tmp_path)
    assert error.path == "stages.1"
    assert re.search(reason, error.reason), error.reason
    assert f"{os.path.basename(__file__)}:" in error.line
    assert str(error) == f"cannot export module 'stages.1' at {error.line}: {error.reason}"


def test_a_result_that_the_wire_cannot_hold_is_refused(tmp_path):
    error = refusal(Inner(lambda self, x: {1: x}), tmp_path)
    assert str(error) == "cannot export the root module: a dict has the key 1; only strings can be keys"


def test_the_line_is_that_of_the_call_itself(tmp_path):
    error = refusal(Outer(Inner(branch_on_elements)), tmp_path)
    assert error.line.endswith("return x if x.sum() > 0 else -x")


def test_a_change_in_place_that_the_result_depends_on_is_refused(tmp_path):
    def overwrite(self, x):
        y = x + 1
        F.relu(y - 5, inplace=True)
        y.add_(1)
        return y

    assert "another result than the module" in refusal(Outer(Inner(overwrite)), tmp_path).reason


def test_a_layer_in_place_whose_input_is_used_again_is_refused(tmp_path):
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            y = x - 0.5
            return self.relu(y) + y

    assert "changes a tensor in place" in refusal(Residual(), tmp_path).reason


def test_a_layer_that_is_not_supported_is_named(tmp_path):
    error = refusal(Outer(nn.DataParallel(nn.Linear(4, 4))), tmp_path)
    assert error.path == "stages.1"
    assert error.reason == "the layer torch.nn.DataParallel is not supported"
    assert f"{os.path.basename(__file__)}:" in error.line and error.line.endswith("return self.stages(x)")


def test_a_layer_with_state_added_to_it_is_refused(tmp_path):
    layer = nn.Linear(4, 4)
    layer.register_buffer("mask", torch.ones(4))
    assert "the state of this Linear is not its class's" in refusal(nn.Sequential(layer), tmp_path).reason


def test_a_layer_with_a_child_is_refused(tmp_path):
    layer = nn.Linear(4, 4)
    layer.extra = nn.ReLU()
    assert refusal(nn.Sequential(layer), tmp_path).reason == "this Linear has children, which a layer cannot have"


def test_hooks_that_an_export_would_lose_are_refused(tmp_path):
    module = nn.Sequential(nn.utils.weight_norm(nn.Linear(4, 4)))
    assert "it has forward hooks" in refusal(module, tmp_path).reason


def test_a_forward_replaced_on_an_instance_is_refused(tmp_path):
    module = nn.Sequential(nn.ReLU())
    module[0].forward = lambda x: x + 1
    assert "its forward is replaced on the instance" in refusal(module, tmp_path).reason


def test_compiled_modules_are_refused(tmp_path):
    assert "TorchScript" in refusal(nn.Sequential(torch.jit.script(nn.ReLU())), tmp_path).reason


def test_a_module_that_is_called_and_is_not_in_the_tree_is_refused(tmp_path):
    stranger = nn.ReLU()
    error = refusal(Outer(Inner(lambda self, x: stranger(x))), tmp_path)
    assert error.path == "stages.1" and error.reason == "ReLU is called and is not below this module"


def test_a_module_whose_graph_depends_on_the_call_is_refused(tmp_path):
    class Switch(nn.Module):
        def forward(self, x, double):
            return x * 2 if double else x

    class Caller(nn.Module):
        def __init__(self):
            super().__init__()
            self.switch = Switch()

        def forward(self, x):
            return self.switch(x, True) + self.switch(x, False)

    error = refusal(Caller(), tmp_path)
    assert error.path == "switch" and "called several times with different kinds of arguments" in error.reason


def test_inputs_that_forward_does_not_take_are_refused(tmp_path):
    error = refusal(Outer(nn.ReLU()), tmp_path, (torch.rand(1), torch.rand(1)))
    assert error.reason == "forward does not take the example inputs: too many positional arguments"


@pytest.mark.parametrize("value", ["fast", [None]])
def test_inputs_that_would_be_baked_into_the_graph_are_refused(value, tmp_path):
    class Moded(nn.Module):
        def forward(self, x, mode=None):
            return x

    assert "the input mode holds" in refusal(Moded(), tmp_path, (torch.rand(1), value)).reason


def test_an_argument_that_is_left_out_before_one_that_is_given_is_refused(tmp_path):
    class Optional(nn.Module):
        def forward(self, x, mask=None, scale=None):
            return x * scale

    error = refusal(Optional(), tmp_path, {"x": torch.rand(1), "scale": torch.rand(1)})
    assert error.reason == "the input mask is left out and stands before scale, which is given"


def test_types_that_the_wire_does_not_have_are_refused(tmp_path):
    class Complex(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("phase", torch.zeros(2, dtype=torch.complex64))

        def forward(self, x):
            return x

    assert "torch.complex64 is not supported" in refusal(nn.Sequential(Complex()), tmp_path).reason
