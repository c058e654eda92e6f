"""NumPy arrays and nested Python values <-> the wire's Tensor and Value.

Arrays that come from the wire are read-only views of the received bytes: copy() them to write.
"""
import math

import numpy as np

from moduled.v1 import tensor_pb2

from . import dtypes


def as_array(value):
    """An array in C order and little-endian: of a NumPy array or scalar, or of a torch.Tensor on the CPU."""
    if str(getattr(value, "dtype", "")).startswith("torch."):
        value = _from_torch(value)
    array = np.asarray(value)
    if array.dtype != dtypes.BFLOAT16:
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return array if array.flags.c_contiguous else np.ascontiguousarray(array)


def _from_torch(tensor):
    tensor = tensor.detach()
    if str(tensor.dtype) != "torch.bfloat16":
        return tensor.numpy()
    import torch  # Only someone who has it can come here.

    return tensor.contiguous().view(torch.int16).numpy().view(dtypes.BFLOAT16)


def tensor_to_wire(value, message=None):
    """The wire's Tensor of an array."""
    message = tensor_pb2.Tensor() if message is None else message
    array = as_array(value)
    message.dtype = dtypes.to_wire(array.dtype)
    message.shape.extend(array.shape)
    message.data = array.tobytes()
    return message


def tensor_from_wire(tensor):
    """The array of a wire Tensor, over its bytes."""
    dtype, shape, data = dtypes.from_wire(tensor.dtype), tuple(tensor.shape), tensor.data
    if any(extent < 0 for extent in shape) or math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"a tensor of shape {shape} and type {dtype} came with {len(data)} bytes")
    return np.frombuffer(data, dtype).reshape(shape)


def value_to_wire(value, message=None):
    """The wire's Value of what a module takes: arrays, numbers, strings, None, and tuples, lists and dicts of them."""
    message = tensor_pb2.Value() if message is None else message
    if value is None:
        message.none.SetInParent()
    elif isinstance(value, (np.ndarray, np.generic)) or hasattr(value, "__array__"):
        tensor_to_wire(value, message.tensor)
    elif isinstance(value, np.dtype):
        message.dtype = dtypes.to_wire(value)
    elif isinstance(value, bool):  # Before int: a bool is one.
        message.bool = value
    elif isinstance(value, int):
        message.int = value
    elif isinstance(value, float):
        message.float = value
    elif isinstance(value, str):
        message.string = value
    elif isinstance(value, dict):
        dict_to_wire(value, message.dict)
    elif isinstance(value, (tuple, list)):
        items = message.tuple if isinstance(value, tuple) else message.list
        items.SetInParent()
        for item in value:
            value_to_wire(item, items.items.add())
    else:
        raise TypeError(f"a value of type {type(value).__name__} cannot be sent")
    return message


def dict_to_wire(values, message):
    """Fills the wire's ValueDict."""
    message.SetInParent()
    for key, item in values.items():
        if not isinstance(key, str):
            raise TypeError(f"a dict has the key {key!r}: only strings can be sent")
        value_to_wire(item, message.entries.add(key=key).value)


def value_from_wire(value):
    """The Python value of a wire Value."""
    kind = value.WhichOneof("kind")
    if kind is None:
        raise ValueError("a value came without a kind")
    if kind == "tensor":
        return tensor_from_wire(value.tensor)
    if kind == "none":
        return None
    if kind == "dtype":
        return dtypes.from_wire(value.dtype)
    if kind == "dict":
        return dict_from_wire(value.dict)
    if kind == "list":
        return [value_from_wire(item) for item in value.list.items]
    if kind == "tuple":
        return tuple(value_from_wire(item) for item in value.tuple.items)
    return getattr(value, kind)


def dict_from_wire(message):
    """The dict of a wire ValueDict."""
    return {entry.key: value_from_wire(entry.value) for entry in message.entries}
