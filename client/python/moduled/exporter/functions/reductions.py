"""Functions that make one element of many, or choose and order elements along an axis."""
import torch

from .adapters import is_tensor, renamed
from .comparison import maximum, minimum


def sum(input, dim=None, keepdim=False, *, dtype=None):
    return torch.sum(input, dtype=dtype) if dim is None else torch.sum(input, dim, keepdim, dtype=dtype)


def prod(input, dim=None, keepdim=False, *, dtype=None):
    return torch.prod(input, dtype=dtype) if dim is None else torch.prod(input, dim, keepdim, dtype=dtype)


def any(input, dim=None, keepdim=False):
    return torch.any(input) if dim is None else torch.any(input, dim, keepdim)


def all(input, dim=None, keepdim=False):
    return torch.all(input) if dim is None else torch.all(input, dim, keepdim)


def var(input, dim=None, keepdim=False, *, correction=1):
    return torch.var(input, dim, correction=correction, keepdim=keepdim)


def std(input, dim=None, keepdim=False, *, correction=1):
    return torch.std(input, dim, correction=correction, keepdim=keepdim)


def logsumexp(input, dim, keepdim=False):
    return torch.logsumexp(input, dim, keepdim)


def norm(input, p=2, dim=None, keepdim=False):
    return torch.norm(input, p, dim, keepdim)


def max(input, dim=None, keepdim=False):
    return torch.max(input) if dim is None else torch.max(input, dim, keepdim)


def min(input, dim=None, keepdim=False):
    return torch.min(input) if dim is None else torch.min(input, dim, keepdim)


def amax(input, dim=(), keepdim=False):
    return torch.amax(input, dim, keepdim)


def amin(input, dim=(), keepdim=False):
    return torch.amin(input, dim, keepdim)


def argmax(input, dim=None, keepdim=False):
    return torch.argmax(input, dim, keepdim)


def argmin(input, dim=None, keepdim=False):
    return torch.argmin(input, dim, keepdim)


def sort(input, dim=-1, descending=False):
    return torch.sort(input, stable=True, dim=dim, descending=descending)


def argsort(input, dim=-1, descending=False):
    return torch.sort(input, stable=True, dim=dim, descending=descending).indices


def topk(input, k, dim=-1, largest=True):
    return torch.topk(input, k, dim, largest)


def cumsum(input, dim, *, dtype=None):
    return torch.cumsum(input, dim, dtype=dtype)


def gather(input, dim, index):
    return torch.gather(input, dim, index)


def _or_of_two(row):
    """torch.max(a, b), with two tensors, is torch.maximum."""

    def adapt(input, *args, **kwargs):
        second = args[0] if args else kwargs.get("other")
        if is_tensor(second):
            return (input, second), {}, row
        return renamed(axis="dim")(input, *args, **kwargs)

    return adapt


def _variance(input, *args, dim=None, axis=None, unbiased=None, correction=None, keepdim=False):
    """x.var(unbiased), x.var(dim, unbiased, keepdim) and x.var(dim, correction=1, keepdim=False)."""
    dim = axis if dim is None else dim
    if args and not isinstance(args[0], bool):
        dim, *args = args
    if args:
        unbiased, *args = args
    if args:
        (keepdim,) = args
    if correction is None:
        correction = 0 if unbiased is False else 1
    return (input,), {"dim": dim, "keepdim": keepdim, "correction": correction}


def _norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    if out is not None or dtype is not None:
        raise TypeError("norm with out or dtype is not supported")
    return (input,), {"p": 2 if p in ("fro", None) else p, "dim": dim, "keepdim": keepdim}


def _vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None, out=None):
    return _norm(x, ord, dim, keepdim, out, dtype)


def _sort(input, *args, stable=None, **kwargs):
    """Equal elements keep their order in any case."""
    return (input, *args), kwargs


def _topk(input, k, dim=-1, largest=True, sorted=True):
    """What torch does not sort may come in any order: in order, too."""
    return (input, k), {"dim": dim, "largest": largest}


TABLE = [
    (sum, renamed(axis="dim"), [torch.sum, "sum"]),
    (prod, renamed(axis="dim"), [torch.prod, "prod"]),
    (any, renamed(axis="dim"), [torch.any, "any"]),
    (all, renamed(axis="dim"), [torch.all, "all"]),
    (var, _variance, [torch.var, "var"]),
    (std, _variance, [torch.std, "std"]),
    (logsumexp, renamed(axis="dim"), [torch.logsumexp, "logsumexp"]),
    (norm, _norm, [torch.norm, "norm"]),
    (norm, _vector_norm, [torch.linalg.vector_norm]),
    (max, _or_of_two(maximum), [torch.max, "max"]),
    (min, _or_of_two(minimum), [torch.min, "min"]),
    (amax, renamed(axis="dim"), [torch.amax, "amax"]),
    (amin, renamed(axis="dim"), [torch.amin, "amin"]),
    (argmax, renamed(axis="dim"), [torch.argmax, "argmax"]),
    (argmin, renamed(axis="dim"), [torch.argmin, "argmin"]),
    (sort, _sort, [torch.sort, "sort"]),
    (argsort, _sort, [torch.argsort, "argsort"]),
    (topk, _topk, [torch.topk, "topk"]),
    (cumsum, renamed(axis="dim"), [torch.cumsum, "cumsum"]),
    (gather, None, [torch.gather, "gather"]),
]
