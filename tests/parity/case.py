"""What a parity test compares: a module of PyTorch, and what it is called with.

A file of cases/ has a list CASES of what layer() and function() make:

    layer("Linear", lambda: nn.Linear(4, 3), (2, 4))                     normal samples of that shape
    layer("NLLLoss", lambda: nn.NLLLoss(), (5, 3), integers(3, 5))       and what a function makes
    layer("MultiheadAttention", ..., kwargs=lambda: {"attn_mask": ...})  and keyword arguments
    function("relu", F.relu, (2, 3))                                     the only node of a graph

Numbers are made in float64 and cast to the type under test.
"""
import dataclasses
from typing import Any, Callable, Optional

import torch
from torch import nn


@dataclasses.dataclass(frozen=True)
class Case:
    """One configuration of a layer, or one call of a function.

    `make` makes the module. `inputs` makes its positional arguments: floating-point tensors of float64 (the type under
    test comes later), or any other value; `kwargs` the keyword arguments. They run after torch.manual_seed(0).
    `subject` is the layer's class name or the function's name: it is what the test of the catalogue counts.
    """

    subject: str
    name: str
    make: Callable[[], nn.Module]
    inputs: Callable[[], tuple]
    kwargs: Callable[[], dict] = dict
    training: bool = False
    backward: bool = True
    # Inputs, by position, of which this PyTorch has no gradient: it would refuse to differentiate them.
    held: tuple = ()
    # Whether parameters and buffers are drawn anew, so that no weight is 1 and no bias 0.
    randomise: bool = True
    # From the module that is served to the one that says what is right, where this PyTorch has no gradient of its own.
    reference: Callable[[nn.Module], nn.Module] = lambda module: module
    # The moduled.v1.ModuleDescription of a layer that this PyTorch does not have; `make` makes a reference of it then.
    description: Optional[Callable[[], Any]] = None
    dtypes: tuple = ("float32", "float64")
    # Relative to the largest number of the tensor, in place of the suite's, with the reason in a comment.
    float32_tolerance: Optional[float] = None
    float64_tolerance: Optional[float] = None


def layer(subject, make, *arguments, name="", **options):
    """A layer called with normal samples of these shapes (tuples), with what functions make, or with other values."""
    label = f"{subject}-{name}" if name else f"{subject}-{_describe(arguments)}"
    return Case(subject, label, make, lambda: tuple(_draw(each) for each in arguments), **options)


def function(subject, call, *arguments, name="", **options):
    """A function of one to four tensors, as the only node of a module's graph."""
    return layer(subject, lambda: _CALLS[len(arguments)](call), *arguments, name=name or "function", **options)


def integers(high, *shape, low=0):
    """A function that makes an int64 tensor."""
    return lambda: torch.randint(low, high, shape)


def uniform(low, high, *shape):
    """A function that makes a tensor of U(low, high)."""
    return lambda: torch.empty(shape, dtype=torch.float64).uniform_(low, high)


def _draw(each):
    if callable(each):
        return each()
    return torch.randn(each, dtype=torch.float64) if isinstance(each, tuple) else each


def _describe(arguments):
    return "_".join("x".join(map(str, each)) for each in arguments if isinstance(each, tuple)) or "case"


class _Call1(nn.Module):
    def __init__(self, call):
        super().__init__()
        self.call = call

    def forward(self, a):
        return self.call(a)


class _Call2(_Call1):
    def forward(self, a, b):
        return self.call(a, b)


class _Call3(_Call1):
    def forward(self, a, b, c):
        return self.call(a, b, c)


class _Call4(_Call1):
    def forward(self, a, b, c, d):
        return self.call(a, b, c, d)


_CALLS = {1: _Call1, 2: _Call2, 3: _Call3, 4: _Call4}
