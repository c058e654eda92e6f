"""Functions that arrange the elements of tensors anew, take them apart, or ask how they are arranged."""
import operator

import torch

from .adapters import every, renamed, sizes


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


def numel(input):
    return input.numel()


def unsqueeze(input, dim):
    return torch.unsqueeze(input, dim)


def squeeze(input, dim=None):
    return torch.squeeze(input) if dim is None else torch.squeeze(input, dim)


def unflatten(input, dim, sizes):
    return input.unflatten(dim, sizes)


def expand(input, size):
    return input.expand(size)


def expand_as(input, other):
    return input.expand_as(other)


def movedim(input, source, destination):
    return torch.movedim(input, source, destination)


def t(input):
    return torch.t(input)


def repeat(input, repeats):
    return input.repeat(repeats)


def roll(input, shifts, dims=()):
    return torch.roll(input, shifts, dims)


def flip(input, dims):
    return torch.flip(input, dims)


def tril(input, diagonal=0):
    return torch.tril(input, diagonal)


def triu(input, diagonal=0):
    return torch.triu(input, diagonal)


def stack(tensors, dim=0):
    return torch.stack(tensors, dim)


def chunk(input, chunks, dim=0):
    return torch.chunk(input, chunks, dim)


def split(input, split_size_or_sections, dim=0):
    return torch.split(input, split_size_or_sections, dim)


def narrow(input, dim, start, length):
    return torch.narrow(input, dim, start, length)


def select(input, dim, index):
    return torch.select(input, dim, index)


def unbind(input, dim=0):
    return torch.unbind(input, dim)


def _like_other(input, other):
    """view_as and reshape_as."""
    return (input, other.shape), {}


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
    (reshape, _like_other, ["view_as", "reshape_as"]),
    (unsqueeze, None, [torch.unsqueeze, "unsqueeze"]),
    (squeeze, None, [torch.squeeze, "squeeze"]),
    (unflatten, None, [*every(torch, "unflatten"), "unflatten"]),
    (expand, sizes("size"), ["expand"]),
    (expand_as, None, ["expand_as"]),
    (movedim, None, [torch.movedim, torch.moveaxis, "movedim", "moveaxis"]),
    (t, None, [torch.t, "t"]),
    (repeat, sizes("repeats"), ["repeat"]),
    (roll, None, [torch.roll, "roll"]),
    (flip, None, [torch.flip]),
    (flip, sizes("dims"), ["flip"]),
    (tril, None, [torch.tril, "tril"]),
    (triu, None, [torch.triu, "triu"]),
    (stack, None, [torch.stack]),
    (chunk, None, [torch.chunk, "chunk"]),
    (split, renamed(split_size="split_size_or_sections"), [torch.split, "split"]),
    (split, renamed(split_sizes="split_size_or_sections"), [*every(torch, "split_with_sizes"), "split_with_sizes"]),
    (narrow, None, [torch.narrow, "narrow"]),
    (select, None, [torch.select, "select"]),
    (unbind, None, [torch.unbind, "unbind"]),
    (getitem, None, [operator.getitem]),
    (size, None, ["size"]),
    (numel, None, [torch.numel, "numel", "nelement"]),
]
