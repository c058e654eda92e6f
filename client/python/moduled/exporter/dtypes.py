"""torch.dtype <-> the wire's DType."""
import torch

from moduled.v1 import tensor_pb2

TO_WIRE = {
    torch.float32: tensor_pb2.FLOAT32,
    torch.float64: tensor_pb2.FLOAT64,
    torch.float16: tensor_pb2.FLOAT16,
    torch.bfloat16: tensor_pb2.BFLOAT16,
    torch.int64: tensor_pb2.INT64,
    torch.int32: tensor_pb2.INT32,
    torch.int8: tensor_pb2.INT8,
    torch.uint8: tensor_pb2.UINT8,
    torch.bool: tensor_pb2.BOOL,
}


def to_wire(dtype):
    """The wire's DType. Raises TypeError for types that the wire does not have."""
    if dtype not in TO_WIRE:
        raise TypeError(f"{dtype} is not supported (want one of {', '.join(map(str, TO_WIRE))})")
    return TO_WIRE[dtype]
