"""Multiply-adds of a module's forward: those of its matrix products and convolutions, which are nearly all of its work.

What PyTorch executes is counted, not what its modules' sizes suggest, so attention and functions count too.
"""
import torch
from torch.utils._python_dispatch import TorchDispatchMode

_aten = torch.ops.aten


def multiply_adds(module, x):
    counter = _Counter()
    # Without gradients attention runs as one fused operator, which shows nothing of its inside.
    with torch.enable_grad(), counter:
        module(x.clone().requires_grad_())
    return counter.total


def _of_convolution(arguments, out):
    weight = arguments[1]
    return out.numel() * weight[0].numel()


def _of_product(first):
    """A matrix product whose left matrix is the argument `first`: each output is a sum over its columns."""
    return lambda arguments, out: out.numel() * arguments[first].shape[-1]


_RULES = {
    _aten.convolution.default: _of_convolution,
    _aten.mm.default: _of_product(0),
    _aten.bmm.default: _of_product(0),
    _aten.addmm.default: _of_product(1),
    _aten.baddbmm.default: _of_product(1),
}


class _Counter(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        if function in _RULES:
            self.total += _RULES[function](args, out)
        return out
