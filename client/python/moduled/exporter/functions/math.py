"""Functions that compute with the elements of tensors."""
import operator

import torch
import torch.nn.functional as F

from .adapters import renamed


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


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05):
    return F.layer_norm(input, normalized_shape, weight, bias, eps)


def _layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05, cudnn_enable=True):
    return (input, normalized_shape, weight, bias, eps), {}


def _relu(input, inplace=False):
    """The result is the same in place: values that a graph holds are never overwritten."""
    return (input,), {}


def _softmax(input, dim=None, _stacklevel=3, dtype=None):
    return (input,), {"dim": dim, "dtype": dtype}


TABLE = [
    (layer_norm, None, [F.layer_norm]),
    (layer_norm, _layer_norm, [torch.layer_norm]),
    (relu, _relu, [F.relu, torch.relu, "relu", "relu_"]),
    (softmax, _softmax, [F.softmax]),
    (softmax, None, [torch.softmax, "softmax"]),
    (mean, renamed(axis="dim"), [torch.mean, "mean"]),
    (matmul, None, [operator.matmul, operator.imatmul, torch.matmul, torch.bmm, torch.mm, "matmul", "bmm", "mm"]),
]
