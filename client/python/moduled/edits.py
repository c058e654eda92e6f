"""What a hook of a request may change of the values that it sees, and what it may make of them before they travel.

Edits keep types and shapes. `leaf` means one tensor of the value alone, counted in order of a walk through it.
"""
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Tuple

import numpy as np

from moduled.v1 import hooks_pb2

from . import dtypes
from .tensors import tensor_to_wire


@dataclass(frozen=True)
class Replace:
    """This tensor in the value's place, of the same type and shape."""

    value: Any
    leaf: Optional[int] = None

    def to_wire(self):
        return hooks_pb2.Edit(replace=tensor_to_wire(self.value), leaf=self.leaf)


@dataclass(frozen=True)
class Scale:
    """Times a number, or a tensor that broadcasts."""

    factor: Any
    leaf: Optional[int] = None

    def to_wire(self):
        return hooks_pb2.Edit(scale=_operand(self.factor), leaf=self.leaf)


@dataclass(frozen=True)
class Add:
    """Plus a number, or a tensor that broadcasts."""

    summand: Any
    leaf: Optional[int] = None

    def to_wire(self):
        return hooks_pb2.Edit(add=_operand(self.summand), leaf=self.leaf)


@dataclass(frozen=True)
class Zero:
    """All zero."""

    leaf: Optional[int] = None

    def to_wire(self):
        return hooks_pb2.Edit(zero=True, leaf=self.leaf)


@dataclass(frozen=True)
class Clamp:
    """Between bounds; at least one is given."""

    min: Optional[float] = None
    max: Optional[float] = None
    leaf: Optional[int] = None

    def to_wire(self):
        return hooks_pb2.Edit(clamp=hooks_pb2.Clamp(min=self.min, max=self.max), leaf=self.leaf)


@dataclass(frozen=True)
class Select:
    """What stands at `indices` of dimension `dim`, and zero elsewhere."""

    dim: int
    indices: Sequence[int]
    leaf: Optional[int] = None

    def to_wire(self):
        return hooks_pb2.Edit(select=hooks_pb2.Select(dim=self.dim, indices=self.indices), leaf=self.leaf)


@dataclass(frozen=True)
class Slice:
    """A transform: tensor[index], where `index` is a slice or a tuple of slices, for the first dimensions."""

    index: Tuple[slice, ...]

    def to_wire(self):
        parts = self.index if isinstance(self.index, (tuple, list)) else (self.index,)
        dims = [hooks_pb2.DimRange(start=part.start, stop=part.stop, step=part.step) for part in parts]
        return hooks_pb2.TransformStep(slice=hooks_pb2.SliceStep(dims=dims))


@dataclass(frozen=True)
class Reduce:
    """A transform: "mean", "sum", "max", "min", "norm", "std", "topk" or "histogram" over `dims` (all if empty).

    "topk" wants `k`, "histogram" wants `bins` and takes `range`; both give tuples, as torch does.
    """

    op: str
    dims: Sequence[int] = ()
    keepdim: bool = False
    k: int = 0
    bins: int = 0
    range: Optional[Tuple[float, float]] = None

    def to_wire(self):
        low, high = self.range or (None, None)
        step = hooks_pb2.ReduceStep(
            op=hooks_pb2.ReduceStep.Op.Value(self.op.upper()),
            dims=self.dims,
            keepdim=self.keepdim,
            k=self.k,
            bins=self.bins,
            min=low,
            max=high,
        )
        return hooks_pb2.TransformStep(reduce=step)


@dataclass(frozen=True)
class Cast:
    """A transform: another element type, a NumPy dtype or moduled.BFLOAT16."""

    dtype: Any

    def to_wire(self):
        return hooks_pb2.TransformStep(cast=hooks_pb2.CastStep(dtype=dtypes.to_wire(np.dtype(self.dtype))))


def as_list(one_or_many):
    """Edits or steps as a list: one may be given by itself."""
    if one_or_many is None:
        return []
    return list(one_or_many) if isinstance(one_or_many, (list, tuple)) else [one_or_many]


def _operand(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return hooks_pb2.Operand(scalar=value)
    return hooks_pb2.Operand(tensor=tensor_to_wire(value))
