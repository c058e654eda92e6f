"""Records calls of torch.zeros and its like while a composite is traced.

They take no tensor, so fx does not see them; and what they make would be a constant of the recorded run's sizes.
"""
import contextlib

import torch

from .functions.creation import FACTORIES

_ORIGINALS = {name: getattr(torch, name) for name in FACTORIES}


def recorded_factories(tracer):
    """While this lasts, calls of the factories become nodes of the tracer's graph."""
    return _replaced({name: _recorder(tracer, original) for name, original in _ORIGINALS.items()})


def original_factories():
    """While this lasts, the factories are torch's own again."""
    return _replaced(_ORIGINALS)


@contextlib.contextmanager
def _replaced(functions):
    before = {name: getattr(torch, name) for name in functions}
    for name, function in functions.items():
        setattr(torch, name, function)
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(torch, name, function)


def _recorder(tracer, original):
    def record(*args, **kwargs):
        return tracer.create_proxy("call_function", original, args, kwargs)

    return record
