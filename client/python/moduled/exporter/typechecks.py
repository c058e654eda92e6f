"""Lets `isinstance(x, torch.Tensor)` tell the truth while tracing.

A proxy cannot answer for itself: torch takes whatever claims to be a Tensor for one in C, and would read it as such. So
the question is answered in the sources that ask it: while a composite is traced, the modules that its classes come from
see an isinstance that looks at the value a proxy stands for.
"""
import builtins
import contextlib
import types

from .proxies import ValueProxy


@contextlib.contextmanager
def knowing_values(module):
    """While this lasts, the sources of the module's classes see the values of proxies in isinstance."""
    patched = []
    for cls in type(module).__mro__:
        for function in vars(cls).values():
            if isinstance(function, types.FunctionType) and not cls.__module__.startswith("torch."):
                names = function.__globals__
                if "isinstance" not in names:
                    names["isinstance"] = _isinstance
                    patched.append(names)
    try:
        yield
    finally:
        for names in patched:
            del names["isinstance"]


def _isinstance(value, classes):
    return builtins.isinstance(value.value if type(value) is ValueProxy else value, classes)
