"""Functions that compute each element of the result from one element, and conversions between types."""
import torch
import torch.nn.functional as F

from .adapters import Unchanged, every, is_tensor, without_placement


def abs(input):
    return torch.abs(input)


def sign(input):
    return torch.sign(input)


def exp(input):
    return torch.exp(input)


def log(input):
    return torch.log(input)


def log1p(input):
    return torch.log1p(input)


def sqrt(input):
    return torch.sqrt(input)


def rsqrt(input):
    return torch.rsqrt(input)


def sigmoid(input):
    return torch.sigmoid(input)


def tanh(input):
    return torch.tanh(input)


def clamp(input, min=None, max=None):
    return torch.clamp(input, min, max)


def to(input, dtype):
    return input.to(dtype)


def type_as(input, other):
    return input.type_as(other)


def detach(input):
    return input.detach()


def _clamp_min(input, min):
    return (input,), {"min": min}


def _clamp_max(input, max):
    return (input,), {"max": max}


def _to(input, *args, **kwargs):
    """x.to(dtype), x.to(device, dtype), x.to(other), and all of these with flags; where to is not part of a graph."""
    given = [*args, *without_placement(kwargs).values()]
    dtypes = [argument for argument in given if isinstance(argument, torch.dtype)]
    others = [argument for argument in given if is_tensor(argument)]
    if others:
        return (input, others[0]), {}, type_as
    return ((input, dtypes[0]), {}) if dtypes else ((input,), {}, Unchanged)


def _converted(dtype):
    return lambda input, **kwargs: ((input, dtype), without_placement(kwargs))


def _unchanged(input, *args, **kwargs):
    return (input,), {}


TABLE = [
    (abs, None, [torch.abs, torch.absolute, "abs", "absolute"]),
    (sign, None, [torch.sign, "sign"]),
    (exp, None, [torch.exp, "exp"]),
    (log, None, [torch.log, "log"]),
    (log1p, None, [torch.log1p, "log1p"]),
    (sqrt, None, [torch.sqrt, "sqrt"]),
    (rsqrt, None, [torch.rsqrt, "rsqrt"]),
    (sigmoid, None, [torch.sigmoid, *every(F, "sigmoid"), *every(torch.special, "expit"), "sigmoid"]),
    (tanh, None, [torch.tanh, *every(F, "tanh"), "tanh"]),
    (clamp, None, [torch.clamp, torch.clip, "clamp", "clip", "clamp_", "clip_"]),
    (clamp, _clamp_min, [torch.clamp_min, "clamp_min", "clamp_min_"]),
    (clamp, _clamp_max, [torch.clamp_max, "clamp_max", "clamp_max_"]),
    (to, _to, ["to", "type"]),
    (to, _converted(torch.float32), ["float"]),
    (to, _converted(torch.float64), ["double"]),
    (to, _converted(torch.float16), ["half"]),
    (to, _converted(torch.bfloat16), ["bfloat16"]),
    (to, _converted(torch.int64), ["long"]),
    (to, _converted(torch.int32), ["int"]),
    (to, _converted(torch.bool), ["bool"]),
    (type_as, None, ["type_as"]),
    (detach, None, [torch.detach, "detach"]),
    (Unchanged, _unchanged, [torch.clone, "clone", "contiguous", "cpu"]),
]
