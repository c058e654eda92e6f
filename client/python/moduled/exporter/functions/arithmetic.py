"""Python's operators: of tensors, of numbers, and of one of each."""
import math
import operator

import torch

from .adapters import swapped


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


def remainder(input, other):
    return input % other


def pow(input, exponent):
    return input**exponent


def neg(input):
    return -input


def _power_of(exponent):
    return lambda input: ((input, exponent), {})


def _reciprocal(input):
    return (1, input), {}


TABLE = [
    (add, None, [operator.add, operator.iadd, torch.add, "add", "add_"]),
    (sub, None, [operator.sub, operator.isub, torch.sub, torch.subtract, "sub", "sub_", "subtract"]),
    (sub, swapped, [torch.rsub]),
    (mul, None, [operator.mul, operator.imul, torch.mul, torch.multiply, "mul", "mul_", "multiply"]),
    (div, None, [operator.truediv, operator.itruediv, torch.div, torch.divide, torch.true_divide]),
    (div, None, ["div", "div_", "divide", "true_divide"]),
    (div, _reciprocal, [torch.reciprocal, "reciprocal"]),
    (floordiv, None, [operator.floordiv, operator.ifloordiv, torch.floor_divide, "floor_divide"]),
    (remainder, None, [operator.mod, operator.imod, torch.remainder, "remainder"]),
    (pow, None, [operator.pow, operator.ipow, torch.pow, "pow", "pow_"]),
    (pow, _power_of(2), [torch.square, "square"]),
    (pow, _power_of(0.5), [math.sqrt]),
    (neg, None, [operator.neg, torch.neg, torch.negative, "neg", "negative"]),
]
