"""Element types: NumPy's and the wire's.

NumPy has no bfloat16. Arrays of it have the dtype `moduled.BFLOAT16`: one 16-bit field that holds the upper half of a
float32, so that shapes and bytes are kept exactly. `bfloat16_to_float32` gives numbers to compute with, and
`float32_to_bfloat16` rounds back to nearest, ties to even.
"""
import numpy as np

from moduled.v1 import tensor_pb2

BFLOAT16 = np.dtype([("bfloat16", "<u2")])

_FROM_WIRE = {
    tensor_pb2.FLOAT32: np.dtype("<f4"),
    tensor_pb2.FLOAT64: np.dtype("<f8"),
    tensor_pb2.FLOAT16: np.dtype("<f2"),
    tensor_pb2.BFLOAT16: BFLOAT16,
    tensor_pb2.INT64: np.dtype("<i8"),
    tensor_pb2.INT32: np.dtype("<i4"),
    tensor_pb2.INT8: np.dtype("i1"),
    tensor_pb2.UINT8: np.dtype("u1"),
    tensor_pb2.BOOL: np.dtype("?"),
}
_TO_WIRE = {dtype: wire for wire, dtype in _FROM_WIRE.items()}


def from_wire(dtype):
    """The NumPy dtype of a wire DType. Raises ValueError for one that this client does not know."""
    if dtype not in _FROM_WIRE:
        raise ValueError(f"unknown element type on the wire (got {dtype})")
    return _FROM_WIRE[dtype]


def to_wire(dtype):
    """The wire DType of a NumPy dtype of any byte order. Raises TypeError for one that the wire does not have."""
    wire = _TO_WIRE.get(np.dtype(dtype).newbyteorder("<"))
    if wire is None:
        raise TypeError(f"the wire has no {dtype} (want one of {', '.join(str(each) for each in _TO_WIRE)})")
    return wire


def bfloat16_to_float32(array):
    """The numbers of a BFLOAT16 array, exactly."""
    return (array["bfloat16"].astype(np.uint32) << np.uint32(16)).view(np.float32)


def float32_to_bfloat16(array):
    """The nearest BFLOAT16 array; NaN stays NaN."""
    array = np.asarray(array, np.float32, order="C")
    bits = array.view(np.uint32)
    ties_to_even = np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    rounded = (bits + ties_to_even) >> np.uint32(16)
    quiet_nan = (bits >> np.uint32(16)) | np.uint32(0x40)
    return np.where(np.isnan(array), quiet_nan, rounded).astype("<u2").view(BFLOAT16)
