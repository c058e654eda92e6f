"""Functions that compare, decide and choose."""
import operator

import torch



def eq(input, other):
    return input == other


def ne(input, other):
    return input != other


def lt(input, other):
    return input < other


def le(input, other):
    return input <= other


def gt(input, other):
    return input > other


def ge(input, other):
    return input >= other


def logical_and(input, other):
    return torch.logical_and(input, other)


def logical_or(input, other):
    return torch.logical_or(input, other)


def logical_xor(input, other):
    return torch.logical_xor(input, other)


def logical_not(input):
    return torch.logical_not(input)


def bitwise_and(input, other):
    return input & other


def bitwise_or(input, other):
    return input | other


def bitwise_xor(input, other):
    return input ^ other


def bitwise_not(input):
    return ~input


def maximum(input, other):
    return torch.maximum(input, other)


def minimum(input, other):
    return torch.minimum(input, other)


def where(condition, input, other):
    return torch.where(condition, input, other)


def masked_fill(input, mask, value):
    return input.masked_fill(mask, value)


def _assert(condition, message):
    return torch._assert(condition, message)


def _method_where(input, condition, other):
    return (condition, input, other), {}


def _with_itself(input):
    """Only NaNs differ from themselves."""
    return (input, input), {}


TABLE = [
    (eq, None, [operator.eq, torch.eq, "eq"]),
    (ne, None, [operator.ne, torch.ne, torch.not_equal, "ne", "not_equal"]),
    (ne, _with_itself, [torch.isnan, "isnan"]),
    (lt, None, [operator.lt, torch.lt, torch.less, "lt", "less"]),
    (le, None, [operator.le, torch.le, torch.less_equal, "le", "less_equal"]),
    (gt, None, [operator.gt, torch.gt, torch.greater, "gt", "greater"]),
    (ge, None, [operator.ge, torch.ge, torch.greater_equal, "ge", "greater_equal"]),
    (logical_and, None, [torch.logical_and, "logical_and"]),
    (logical_or, None, [torch.logical_or, "logical_or"]),
    (logical_xor, None, [torch.logical_xor, "logical_xor"]),
    (logical_not, None, [torch.logical_not, "logical_not"]),
    (bitwise_and, None, [operator.and_, operator.iand, torch.bitwise_and, "bitwise_and"]),
    (bitwise_or, None, [operator.or_, operator.ior, torch.bitwise_or, "bitwise_or"]),
    (bitwise_xor, None, [operator.xor, operator.ixor, torch.bitwise_xor, "bitwise_xor"]),
    (bitwise_not, None, [operator.invert, torch.bitwise_not, "bitwise_not"]),
    (maximum, None, [torch.maximum, "maximum"]),
    (minimum, None, [torch.minimum, "minimum"]),
    (where, None, [torch.where]),
    (where, _method_where, ["where"]),
    (masked_fill, None, [torch.masked_fill, "masked_fill", "masked_fill_"]),
    (_assert, None, [torch._assert]),
]
