"""Sums of products beyond matmul."""
import torch


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    return torch.addmm(input, mat1, mat2, beta=beta, alpha=alpha)


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    return torch.baddbmm(input, batch1, batch2, beta=beta, alpha=alpha)


def einsum(equation, operands):
    return torch.einsum(equation, *operands)


def _einsum(equation, *operands):
    """torch.einsum(equation, a, b) and torch.einsum(equation, [a, b])."""
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    if not isinstance(equation, str):
        raise TypeError("einsum without an equation (sublists of axes) is not supported")
    return (equation, tuple(operands)), {}


TABLE = [
    (addmm, None, [torch.addmm, "addmm"]),
    (baddbmm, None, [torch.baddbmm, "baddbmm"]),
    (einsum, _einsum, [torch.einsum]),
]
