"""One real run of a module, recorded as a tree of calls.

The tree says what fx cannot know: which composites are called, with what kind of arguments, and what every module
returned. Tensors are copied when they are seen, so that in-place layers do not rewrite the record.
"""
import contextlib
from dataclasses import dataclass, field
from typing import Any, List

import torch

from .structure import snapshot


@dataclass
class Call:
    """One call of a module: what went in, what came out, and the calls that it made of other modules, in order."""

    module: torch.nn.Module
    args: tuple
    kwargs: dict
    output: Any = None
    calls: List["Call"] = field(default_factory=list)


def record(module, args, kwargs):
    """Runs module(*args, **kwargs) in evaluation mode and returns its Call. The module's modes stay as they are."""
    top = Call(None, (), {})
    stack = [top]
    original = torch.nn.Module.__call__

    def recording_call(self, *args, **kwargs):
        call = Call(self, snapshot(args), snapshot(kwargs))
        stack[-1].calls.append(call)
        stack.append(call)
        try:
            output = original(self, *args, **kwargs)
        finally:
            stack.pop()
        call.output = snapshot(output)
        return output

    with evaluating(module), torch.no_grad():
        torch.nn.Module.__call__ = recording_call
        try:
            module(*snapshot(args), **snapshot(kwargs))
        finally:
            torch.nn.Module.__call__ = original
    return top.calls[0]


@contextlib.contextmanager
def evaluating(module):
    """Puts a module and all below it in evaluation mode for a while."""
    modes = [(each, each.training) for each in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for each, training in modes:
            each.training = training
