"""torch.Tensor -> bytes and messages."""
import torch

from moduled.v1 import tensor_pb2

from .dtypes import to_wire

# NumPy has no bfloat16: its bits travel as 16-bit integers.
_BITS = {torch.bfloat16: torch.int16}


def to_numpy(tensor):
    """The elements in row-major order; those of bfloat16 as their bits."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor.view(_BITS.get(tensor.dtype, tensor.dtype)).numpy()


def to_message(tensor):
    """The wire's Tensor."""
    array = to_numpy(tensor)
    little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return tensor_pb2.Tensor(dtype=to_wire(tensor.dtype), shape=tensor.shape, data=little_endian.tobytes())
