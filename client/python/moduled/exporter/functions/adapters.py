"""Adapters: how a spelling is called -> the arguments of its row, as (args, kwargs).

An adapter may answer (args, kwargs, row) where the arguments decide that another row is meant.
"""
import torch
from torch import fx

# Where and how a tensor is kept, which is not part of a graph.
_PLACEMENT = ("device", "layout", "requires_grad", "pin_memory", "memory_format", "non_blocking", "copy", "out")


class Unchanged:
    """The row of spellings that return their tensor as it is: no node is made for them."""


def every(module, *names):
    """The functions of these names that this torch has."""
    return [getattr(module, name) for name in names if hasattr(module, name)]


def is_tensor(argument):
    """Whether the argument is a tensor, or a proxy that stands for one."""
    return isinstance(argument.value if isinstance(argument, fx.Proxy) else argument, torch.Tensor)


def without_placement(kwargs):
    """The keyword arguments that say what is computed."""
    if kwargs.get("out") is not None:
        raise TypeError("the result is written into another tensor (out=), which a graph cannot hold")
    return {name: value for name, value in kwargs.items() if name not in _PLACEMENT}


def renamed(**names):
    """The spelling's keyword arguments have other names than the row's."""
    return lambda *args, **kwargs: (args, {names.get(name, name): value for name, value in kwargs.items()})


def sizes(name):
    """The method takes its sizes one by one or as one sequence: x.reshape(2, 3) or x.reshape((2, 3))."""

    def adapt(input, *sizes, **kwargs):
        if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
            sizes = sizes[0]
        return (input, kwargs.pop(name, tuple(sizes))), kwargs

    return adapt


def swapped(input, other):
    """The operands stand the other way round."""
    return (other, input), {}
