"""Functions that make tensors of nothing.

Those of torch that take no tensor cannot be recorded by fx: while a composite is traced, the tracer puts itself in the
place of each function in FACTORIES.
"""
import torch

from .adapters import sizes, without_placement


def full(size, fill_value, *, dtype=None):
    return torch.full(size, fill_value, dtype=dtype)


def zeros(size, *, dtype=None):
    return torch.zeros(size, dtype=dtype)


def ones(size, *, dtype=None):
    return torch.ones(size, dtype=dtype)


def full_like(input, fill_value, *, dtype=None):
    return torch.full_like(input, fill_value, dtype=dtype)


def new_full(input, size, fill_value, *, dtype=None):
    return input.new_full(size, fill_value, dtype=dtype)


def arange(start, end, step, *, dtype=None):
    return torch.arange(start, end, step, dtype=dtype)


def _dtype(dtype):
    """What torch makes where no type is given, which a program may have changed."""
    default = torch.get_default_dtype()
    return default if dtype is None and default is not torch.float32 else dtype


def _sized(*size, dtype=None, **kwargs):
    """torch.zeros(2, 3), torch.zeros((2, 3)) and torch.zeros(size=(2, 3))."""
    kwargs = without_placement(kwargs)
    size = kwargs.pop("size", size)
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    return (tuple(size),), {"dtype": _dtype(dtype), **kwargs}


def _filled(size, fill_value, *, dtype=None, **kwargs):
    return (size, fill_value), {"dtype": dtype, **without_placement(kwargs)}


def _range(start, end=None, step=1, *, dtype=None, **kwargs):
    start, end = (0, start) if end is None else (start, end)
    return (start, end, step), {"dtype": dtype, **without_placement(kwargs)}


def _scalar(data, *, dtype=None, **kwargs):
    """torch.tensor(2.0)"""
    if isinstance(data, (tuple, list, torch.Tensor)):
        raise TypeError("a tensor is made of a list; register it as a buffer")
    return ((), data), {"dtype": dtype, **without_placement(kwargs)}


def _like(value):
    def adapt(input, *, dtype=None, **kwargs):
        return (input, value), {"dtype": dtype, **without_placement(kwargs)}

    return adapt


def _new(value):
    def adapt(input, *size, dtype=None, **kwargs):
        (_, size), kwargs = sizes("size")(input, *size, **without_placement(kwargs))
        return (input, size, value), {"dtype": dtype, **kwargs}

    return adapt


def _new_full(input, size, fill_value, *, dtype=None, **kwargs):
    return (input, size, fill_value), {"dtype": dtype, **without_placement(kwargs)}


def _full_like(input, fill_value, *, dtype=None, **kwargs):
    return (input, fill_value), {"dtype": dtype, **without_placement(kwargs)}


TABLE = [
    (full, _filled, [torch.full]),
    (full, _scalar, [torch.tensor]),
    (zeros, _sized, [torch.zeros]),
    (ones, _sized, [torch.ones]),
    (arange, _range, [torch.arange]),
    (full_like, _full_like, [torch.full_like]),
    (full_like, _like(0), [torch.zeros_like]),
    (full_like, _like(1), [torch.ones_like]),
    (new_full, _new_full, ["new_full"]),
    (new_full, _new(0), ["new_zeros"]),
    (new_full, _new(1), ["new_ones"]),
]

# By their names in torch.
FACTORIES = ("full", "tensor", "zeros", "ones", "arange")
