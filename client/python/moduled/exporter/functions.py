"""The functions that a composite's forward may call: one row each.

A row is a Python function. Its name is the canonical name that the description carries, its signature holds the names
and defaults of the arguments as torch documents them, and its body computes the result, never in place. The table
below says which functions, operators and tensor methods mean the row; an adapter rewrites their arguments where their
signature differs. To support one more function, add a row and its line in the table.
"""
import inspect
import operator

import torch
import torch.nn.functional as F


def add(input, other, *, alpha=1):
    return input + other if alpha == 1 else torch.add(input, other, alpha=alpha)


def sub(input, other, *, alpha=1):
    return input - other if alpha == 1 else torch.sub(input, other, alpha=alpha)


def mul(input, other):
    return input * other


def div(input, other, *, rounding_mode=None):
    return input / other if rounding_mode is None else torch.div(input, other, rounding_mode=rounding_mode)


def floordiv(input, other):
    return input // other


def cat(tensors, dim=0):
    return torch.cat(tensors, dim)


def flatten(input, start_dim=0, end_dim=-1):
    return torch.flatten(input, start_dim, end_dim)


def reshape(input, shape):
    return torch.reshape(input, shape)


def permute(input, dims):
    return torch.permute(input, dims)


def transpose(input, dim0, dim1):
    return torch.transpose(input, dim0, dim1)


def relu(input):
    return torch.relu(input)


def softmax(input, dim=None, *, dtype=None):
    return F.softmax(input, dim, _stacklevel=4, dtype=dtype)


def mean(input, dim=None, keepdim=False, *, dtype=None):
    if dim is None:
        return torch.mean(input, dtype=dtype)
    return torch.mean(input, dim, keepdim, dtype=dtype)


def matmul(input, other):
    return torch.matmul(input, other)


def getitem(input, index):
    return input[index]


def size(input, dim=None):
    return input.size() if dim is None else input.size(dim)


# Adapters: how a spelling is called -> the arguments of the row.


def _renamed(**names):
    """The spelling's keyword arguments have other names than the row's."""
    return lambda *args, **kwargs: (args, {names.get(name, name): value for name, value in kwargs.items()})


def _sizes(name):
    """The method takes its sizes one by one or as one sequence: x.reshape(2, 3) or x.reshape((2, 3))."""

    def adapt(input, *sizes, **kwargs):
        if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
            sizes = sizes[0]
        return (input, kwargs.pop(name, tuple(sizes))), kwargs

    return adapt


def _relu(input, inplace=False):
    """The result is the same in place: values that a graph holds are never overwritten."""
    return (input,), {}


def _softmax(input, dim=None, _stacklevel=3, dtype=None):
    return (input,), {"dim": dim, "dtype": dtype}


def _reverse(input, other):
    return (other, input), {}


class Unchanged:
    """Marks spellings that return their tensor as it is: no node is made for them."""


# (row, adapter, spellings): a string is a method of tensors, anything else a callable.
_TABLE = [
    (add, None, [operator.add, operator.iadd, torch.add, "add", "add_"]),
    (sub, None, [operator.sub, operator.isub, torch.sub, torch.subtract, "sub", "sub_", "subtract"]),
    (sub, _reverse, [torch.rsub]),
    (mul, None, [operator.mul, operator.imul, torch.mul, torch.multiply, "mul", "mul_", "multiply"]),
    (div, None, [operator.truediv, operator.itruediv, torch.div, torch.divide, torch.true_divide]),
    (div, None, ["div", "div_", "divide", "true_divide"]),
    (floordiv, None, [operator.floordiv, operator.ifloordiv, torch.floor_divide, "floor_divide"]),
    (cat, _renamed(axis="dim"), [torch.cat, torch.concat]),
    (flatten, None, [torch.flatten, "flatten"]),
    (reshape, None, [torch.reshape]),
    (reshape, _sizes("shape"), ["reshape"]),
    (reshape, _sizes("size"), ["view"]),
    (permute, None, [torch.permute]),
    (permute, _sizes("dims"), ["permute"]),
    (transpose, None, [torch.transpose, "transpose"]),
    (transpose, _renamed(axis0="dim0", axis1="dim1"), [torch.swapaxes, torch.swapdims, "swapaxes", "swapdims"]),
    (relu, _relu, [F.relu, torch.relu, "relu", "relu_"]),
    (softmax, _softmax, [F.softmax]),
    (softmax, None, [torch.softmax, "softmax"]),
    (mean, _renamed(axis="dim"), [torch.mean, "mean"]),
    (matmul, None, [operator.matmul, operator.imatmul, torch.matmul, torch.bmm, torch.mm, "matmul", "bmm", "mm"]),
    (getitem, None, [operator.getitem]),
    (size, None, ["size"]),
    (Unchanged, None, ["contiguous"]),
]

_BY_SPELLING = {spelling: (row, adapt) for row, adapt, spellings in _TABLE for spelling in spellings}


def resolve(target, args, kwargs):
    """The row that a call means and its arguments in the row's terms: (row, args, kwargs), or None if there is none.

    Required arguments come out positional, others by keyword and only where they differ from the default. Raises
    TypeError if the row does not take the arguments.
    """
    row, adapt = _BY_SPELLING.get(target, (None, None))
    if row is None or row is Unchanged:
        return row and (row, args, kwargs)
    if adapt:
        args, kwargs = adapt(*args, **kwargs)
    bound = inspect.signature(row).bind(*args, **kwargs)
    positional, keyword = [], {}
    for name, parameter in bound.signature.parameters.items():
        value = bound.arguments.get(name, parameter.default)
        if parameter.default is inspect.Parameter.empty:
            positional.append(value)
        elif not (value is parameter.default or type(value) is type(parameter.default) and value == parameter.default):
            keyword[name] = value
    return row, tuple(positional), keyword
