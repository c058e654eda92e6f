"""Element types: NumPy's, the wire's and safetensors'.

NumPy has no bfloat16. Arrays of it have the dtype `moduled.BFLOAT16`: one 16-bit field that holds the upper half of a
float32, so that shapes and bytes are kept exactly. `bfloat16_to_float32` gives numbers to compute with, and
`float32_to_bfloat16` rounds back to nearest, ties to even.
"""
import numpy as np

BFLOAT16 = np.dtype([("bfloat16", "<u2")])


def bfloat16_to_float32(array):
    """The numbers of a BFLOAT16 array, exactly."""
    return (array["bfloat16"].astype(np.uint32) << np.uint32(16)).view(np.float32)


def float32_to_bfloat16(array):
    """The nearest BFLOAT16 array; NaN stays NaN."""
    array = np.asarray(array, np.float32)
    bits = np.atleast_1d(np.ascontiguousarray(array)).view(np.uint32)
    half = np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    rounded = ((bits + half) >> np.uint32(16)).astype("<u2")
    quiet = (bits >> np.uint32(16)).astype("<u2") | np.uint16(0x40)
    return np.where(np.isnan(array), quiet.reshape(array.shape), rounded.reshape(array.shape)).astype("<u2").view(BFLOAT16)
