"""Arrays and nested values on their way to the wire and back."""
import numpy as np
import pytest
import torch

import moduled
from moduled import dtypes, tensors
from moduled.v1 import tensor_pb2


def there_and_back(value):
    return tensors.value_from_wire(tensor_pb2.Value.FromString(tensors.value_to_wire(value).SerializeToString()))


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i8", "i4", "i1", "u1", "?", moduled.BFLOAT16], ids=str)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3)], ids=str)
def test_an_array_keeps_its_type_shape_and_bytes(dtype, shape):
    array = np.zeros(shape, dtype)
    array[...] = np.ones((), "u2").view(moduled.BFLOAT16) if dtype is moduled.BFLOAT16 else 1
    again = there_and_back(array)
    assert again.dtype == array.dtype and again.shape == shape and again.tobytes() == array.tobytes()


def test_arrays_of_any_layout_and_byte_order_arrive_as_numbers():
    array = np.arange(6, dtype=">f4").reshape(2, 3).T
    again = there_and_back(array)
    assert again.dtype == np.dtype("<f4") and np.array_equal(again, array)


def test_an_array_from_the_wire_is_a_view_that_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        there_and_back(np.zeros(3))[0] = 1


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, -(2**63), 2**63 - 1, 0.5, float("inf"), "text", "", np.dtype("f4"), [], (), {}]
    + [[1, [2.0, (None, "x")]], ({"a": [1], "b": ()},)],
    ids=repr,
)
def test_python_values_keep_their_kind(value):
    again = there_and_back(value)
    assert again == value and type(again) is type(value)


def test_tensors_stand_anywhere_in_a_nested_value():
    again = there_and_back({"x": [np.arange(3), (np.float32(2),)], "y": None})
    assert list(again) == ["x", "y"]
    assert again["x"][0].tolist() == [0, 1, 2] and again["x"][1][0] == np.float32(2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.bool], ids=str)
def test_a_torch_tensor_can_be_sent_as_it_is(dtype):
    tensor = torch.tensor([[0.0, 1.0], [1.0, 3.5]]).to(dtype)
    again = there_and_back(tensor.t())
    expected = tensor.t().contiguous()
    bits = expected.view(torch.int16).numpy() if dtype is torch.bfloat16 else expected.numpy()
    assert again.tobytes() == bits.tobytes() and again.shape == (2, 2)


def test_a_parameter_that_requires_grad_can_be_sent():
    assert there_and_back(torch.nn.Parameter(torch.ones(2))).tolist() == [1, 1]


@pytest.mark.parametrize(
    "value, message",
    [
        (object(), "a value of type object cannot be sent"),
        ({1: 2}, "only strings can be sent"),
        (np.zeros(2, "u4"), "the wire has no uint32"),
        (np.array(["a"]), "the wire has no"),
        (np.zeros(2, "c8"), "the wire has no complex64"),
    ],
)
def test_what_the_wire_does_not_have_is_refused(value, message):
    with pytest.raises(TypeError, match=message):
        tensors.value_to_wire(value)


@pytest.mark.parametrize("shape, data", [([2], b"\0" * 7), ([2], b"\0" * 9), ([-2], b"\0" * 8), ([], b"")])
def test_a_tensor_whose_bytes_do_not_fit_its_shape_is_refused(shape, data):
    with pytest.raises(ValueError, match="came with"):
        tensors.tensor_from_wire(tensor_pb2.Tensor(dtype=tensor_pb2.FLOAT32, shape=shape, data=data))


def test_a_tensor_without_a_type_is_refused():
    with pytest.raises(ValueError, match="unknown element type"):
        tensors.tensor_from_wire(tensor_pb2.Tensor(shape=[1], data=b"\0"))


def test_a_value_without_a_kind_is_refused():
    with pytest.raises(ValueError, match="without a kind"):
        tensors.value_from_wire(tensor_pb2.Value())


def test_bfloat16_rounds_as_torch_rounds():
    numbers = torch.cat([torch.randn(10_000) * 10.0 ** torch.randint(-38, 38, (10_000,)), torch.tensor([0.0, -0.0])])
    special = torch.tensor([float("inf"), -float("inf"), 3.4e38, 1e-45])
    numbers = torch.cat([numbers, special])
    ours = moduled.float32_to_bfloat16(numbers.numpy())
    assert np.array_equal(ours["bfloat16"].view("<i2"), numbers.bfloat16().view(torch.int16).numpy())
    assert np.array_equal(moduled.bfloat16_to_float32(ours), numbers.bfloat16().float().numpy())
    assert np.isnan(moduled.bfloat16_to_float32(moduled.float32_to_bfloat16(np.float32("nan"))))


def test_every_type_of_the_wire_has_a_numpy_type():
    wire = set(tensor_pb2.DType.values()) - {tensor_pb2.DTYPE_UNSPECIFIED}
    assert {dtypes.to_wire(dtypes.from_wire(dtype)) for dtype in wire} == wire
