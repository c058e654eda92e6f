"""Functions that arrange the elements of tensors anew, or ask how they are arranged."""
import operator

import torch

from .adapters import renamed, sizes


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


def getitem(input, index):
    return input[index]


def size(input, dim=None):
    return input.size() if dim is None else input.size(dim)


TABLE = [
    (cat, renamed(axis="dim"), [torch.cat, torch.concat]),
    (flatten, None, [torch.flatten, "flatten"]),
    (reshape, None, [torch.reshape]),
    (reshape, sizes("shape"), ["reshape"]),
    (reshape, sizes("size"), ["view"]),
    (permute, None, [torch.permute]),
    (permute, sizes("dims"), ["permute"]),
    (transpose, None, [torch.transpose, "transpose"]),
    (transpose, renamed(axis0="dim0", axis1="dim1"), [torch.swapaxes, torch.swapdims, "swapaxes", "swapdims"]),
    (getitem, None, [operator.getitem]),
    (size, None, ["size"]),
]
