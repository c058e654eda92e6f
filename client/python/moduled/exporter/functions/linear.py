"""torch.nn.functional.linear and bilinear."""
import torch
import torch.nn.functional as F


def linear(input, weight, bias=None):
    return F.linear(input, weight, bias)


def bilinear(input1, input2, weight, bias=None):
    return F.bilinear(input1, input2, weight, bias)


TABLE = [
    (linear, None, [F.linear]),
    (bilinear, None, list({F.bilinear, torch.bilinear})),
]
