"""torch.nn.functional's convolutions in one to three dimensions, their transposes, and windows as columns."""
import torch
import torch.nn.functional as F

# The forms of one function differ in nothing but the name: a factory makes the row of each.


def _conv(name):
    def row(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        return getattr(F, name)(input, weight, bias, stride, padding, dilation, groups)

    row.__name__ = row.__qualname__ = name
    return row, None, _spellings(name)


def _conv_transpose(name):
    def row(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        return getattr(F, name)(input, weight, bias, stride, padding, output_padding, groups, dilation)

    row.__name__ = row.__qualname__ = name
    return row, None, _spellings(name)


def _spellings(name):
    return list({getattr(F, name), getattr(torch, name)})


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    return F.unfold(input, kernel_size, dilation, padding, stride)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    return F.fold(input, output_size, kernel_size, dilation, padding, stride)


TABLE = [
    *(_conv(f"conv{n}d") for n in (1, 2, 3)),
    *(_conv_transpose(f"conv_transpose{n}d") for n in (1, 2, 3)),
    (unfold, None, [F.unfold]),
    (fold, None, [F.fold]),
]
