"""Means, and products of matrices."""
import operator

import torch

from .adapters import renamed


def mean(input, dim=None, keepdim=False, *, dtype=None):
    if dim is None:
        return torch.mean(input, dtype=dtype)
    return torch.mean(input, dim, keepdim, dtype=dtype)


def matmul(input, other):
    return torch.matmul(input, other)


TABLE = [
    (mean, renamed(axis="dim"), [torch.mean, "mean"]),
    (matmul, None, [operator.matmul, operator.imatmul, torch.matmul, torch.bmm, torch.mm, "matmul", "bmm", "mm"]),
]
