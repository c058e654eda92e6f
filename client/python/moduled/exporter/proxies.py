"""Proxies that know the value they stand for.

fx's own proxies know nothing of their values, so that `for x in xs`, `len(xs)` and `x.dim() == 4` fail. A run has been
recorded before tracing (record.py), hence each node's value is known: containers are handed to the code as real Python
containers of proxies, facts that no input of the same rank can change are plain constants, and what is left as a proxy
(tensors and the numbers computed from their shapes) refuses control flow.
"""
import operator

import torch
from torch import fx

# Attributes and methods of tensors that depend on nothing but type and rank.
_CONSTANT_ATTRIBUTES = {"ndim", "dtype", "device", "is_cuda", "is_sparse", "is_quantized", "layout"}
_CONSTANT_METHODS = {"dim", "ndimension", "is_floating_point", "is_complex", "element_size"}


class ValueProxy(fx.Proxy):
    """A proxy of a tensor or a number. `value` is what it was in the recorded run."""

    @property
    def value(self):
        return self.tracer.values[self.node]

    def __getattr__(self, name):
        value = getattr(self.value, name)
        if name in _CONSTANT_METHODS | _CONSTANT_ATTRIBUTES:
            return value
        if name == "shape":
            return self.tracer.create_proxy("call_method", "size", (self,), {})
        if name in ("T", "mT"):
            return self._transposed(name)
        if name == "data":
            return self.tracer.create_proxy("call_method", "detach", (self,), {})
        if not callable(value):
            raise TypeError(f"the tensor attribute {name} is not supported")
        return super().__getattr__(name)

    def _transposed(self, name):
        """x.T has all axes in reverse order, x.mT the last two."""
        axes = list(range(self.value.dim()))
        axes = axes[::-1] if name == "T" else axes[:-2] + axes[:-3:-1]
        return self.tracer.create_proxy("call_method", "permute", (self, *axes), {})

    def __bool__(self):
        raise TypeError(f"control flow depends on {self._what()}, which a graph cannot hold")

    def __iter__(self):
        raise TypeError(f"a loop runs over {self._what()}, so the graph would depend on its extent")

    def __len__(self):
        raise TypeError("len() of a tensor is taken; use .shape[0], which a graph can hold")

    def __index__(self):
        raise TypeError(f"{self._what()} is used as a plain Python number, so the graph would be fixed to it")

    __int__ = __float__ = __index__

    def _what(self):
        if isinstance(self.value, torch.Tensor):
            return "the elements of a tensor"
        return "a number computed from the input"


def unpack(proxy):
    """The proxy as the code should see it: containers become real ones whose leaves are getitem proxies."""
    value = proxy.value
    take = lambda key: proxy.tracer.create_proxy("call_function", operator.getitem, (proxy, key), {})  # noqa: E731
    if isinstance(value, dict):
        return {key: take(key) for key in value}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(take(index) for index in range(len(value))))
    if isinstance(value, tuple) and type(value).__module__ == "torch.return_types":
        return type(value)([take(index) for index in range(len(value))])
    if isinstance(value, (tuple, list)):
        items = [take(index) for index in range(len(value))]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, (torch.Tensor, int, float)):
        return proxy
    return value  # None, strings, types: the same in every run of this graph.
