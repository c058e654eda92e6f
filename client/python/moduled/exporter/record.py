"""One real run of a module, recorded as a tree of calls.

The tree says what fx cannot know: which composites are called, with what kind of arguments, and what every module
returned. Tensors are copied when they are seen, so that in-place layers do not rewrite the record.
"""
import contextlib
from dataclasses import dataclass, field
from typing import Any, List, Optional

import torch

from .source import calling_line
from .structure import snapshot


@dataclass
class Call:
    """One call of a module: what went in, what came out, and the calls that it made of other modules, in order."""

    module: torch.nn.Module
    args: tuple
    kwargs: dict
    line: Optional[str] = None  # The line of a forward that made the call; none for the root's.
    output: Any = None
    calls: List["Call"] = field(default_factory=list)


def record(module, args, kwargs):
    """Runs module(*args, **kwargs) and returns its Call. Nothing of the module changes."""
    top = Call(None, (), {})
    stack = [top]
    original = torch.nn.Module.__call__

    def recording_call(self, *args, **kwargs):
        call = Call(self, snapshot(args), snapshot(kwargs), calling_line() if stack[-1] is not top else None)
        stack[-1].calls.append(call)
        stack.append(call)
        try:
            output = original(self, *args, **kwargs)
        finally:
            stack.pop()
        call.output = snapshot(output)
        return output

    with _undone(module):
        torch.nn.Module.__call__ = recording_call
        try:
            module(*snapshot(args), **snapshot(kwargs))
        finally:
            torch.nn.Module.__call__ = original
    return top.calls[0]


@contextlib.contextmanager
def _undone(module):
    """Puts back afterwards what a run changes: buffers, as batch norms in training do, and torch's random numbers."""
    kept = [(each, dict(each._buffers), snapshot(dict(each._buffers))) for each in module.modules()]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        try:
            yield
        finally:
            for each, buffers, copies in kept:
                each._buffers.update(buffers)
                for name, copy in copies.items():
                    if copy is not None:
                        buffers[name].copy_(copy)
