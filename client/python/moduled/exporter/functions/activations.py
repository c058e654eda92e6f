"""Activations of torch.nn.functional. In place or not, the result is the same: a graph never overwrites its values."""
import torch
import torch.nn.functional as F

from .adapters import every


def relu(input):
    return torch.relu(input)


def relu6(input):
    return F.relu6(input)


def elu(input, alpha=1.0):
    return F.elu(input, alpha)


def celu(input, alpha=1.0):
    return F.celu(input, alpha)


def selu(input):
    return F.selu(input)


def gelu(input, approximate="none"):
    return F.gelu(input, approximate=approximate)


def silu(input):
    return F.silu(input)


def mish(input):
    return F.mish(input)


def hardswish(input):
    return F.hardswish(input)


def hardsigmoid(input):
    return F.hardsigmoid(input)


def hardtanh(input, min_val=-1.0, max_val=1.0):
    return F.hardtanh(input, min_val, max_val)


def hardshrink(input, lambd=0.5):
    return F.hardshrink(input, lambd)


def softshrink(input, lambd=0.5):
    return F.softshrink(input, lambd)


def leaky_relu(input, negative_slope=0.01):
    return F.leaky_relu(input, negative_slope)


def threshold(input, threshold, value):
    return F.threshold(input, threshold, value)


def logsigmoid(input):
    return F.logsigmoid(input)


def softplus(input, beta=1, threshold=20):
    return F.softplus(input, beta, threshold)


def softsign(input):
    return F.softsign(input)


def tanhshrink(input):
    return F.tanhshrink(input)


def glu(input, dim=-1):
    return F.glu(input, dim)


def prelu(input, weight):
    return F.prelu(input, weight)


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False):
    return F.rrelu(input, lower, upper, training)


def softmax(input, dim=None, *, dtype=None):
    return F.softmax(input, dim, _stacklevel=4, dtype=dtype)


def softmin(input, dim=None, *, dtype=None):
    return F.softmin(input, dim, _stacklevel=4, dtype=dtype)


def log_softmax(input, dim=None, *, dtype=None):
    return F.log_softmax(input, dim, _stacklevel=4, dtype=dtype)


def gumbel_softmax(logits, tau=1, hard=False, dim=-1):
    return F.gumbel_softmax(logits, tau, hard, dim=dim)


def _without_inplace(row):
    """The row's arguments, and `inplace` behind them."""

    def adapt(*args, **kwargs):
        kwargs.pop("inplace", None)
        return args[: row.__code__.co_argcount], kwargs

    return adapt


def _along_axis(input, dim=None, _stacklevel=3, dtype=None):
    return (input,), {"dim": dim, "dtype": dtype}


def _gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """eps has no effect in torch either."""
    return (logits, tau, hard, dim), {}


def _family(row, *more):
    """The function and its form with an underscore, which computes in place, wherever torch has them."""
    names = row.__name__, f"{row.__name__}_"
    return row, _without_inplace(row), list({*every(F, *names), *every(torch, *names), *more})


TABLE = [
    *(_family(row) for row in (relu6, elu, celu, selu, gelu, silu, mish, hardswish, hardsigmoid, hardtanh)),
    *(_family(row) for row in (leaky_relu, threshold, rrelu)),
    *(_family(row) for row in (logsigmoid, softplus, softsign, softshrink, tanhshrink, glu)),
    _family(relu, "relu", "relu_"),
    _family(hardshrink, "hardshrink"),
    _family(prelu, "prelu"),
    (softmax, _along_axis, [F.softmax]),
    (softmax, None, [torch.softmax, "softmax"]),
    (softmin, _along_axis, [F.softmin]),
    (log_softmax, _along_axis, [F.log_softmax]),
    (log_softmax, None, [torch.log_softmax, "log_softmax"]),
    (gumbel_softmax, _gumbel_softmax, [F.gumbel_softmax]),
]
