"""Traces one composite module against its direct children.

fx runs the composite's forward on proxies. Every call of a module becomes a call_module node whatever the module is,
so nothing below is flattened into the graph and the hierarchy survives. Every function call is rewritten in terms of
functions/ as it is recorded, and computed on the values of the recorded run; in the end the graph's result must be
what the module returned in that run.
"""
import inspect
import types
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx

from . import functions
from .encode import check_arguments
from .errors import ExportError
from .factories import original_factories, recorded_factories
from .names import module_names, tensor_names
from .proxies import ValueProxy, unpack
from .source import user_line
from .structure import leaf_map, leaves, same
from .typechecks import knowing_values

# Stands for an argument that is computed, where the caller has no graph of its own.
COMPUTED = object()


@dataclass
class Site:
    """A call as its caller makes it: the recorded call, and its arguments with proxies for what is computed."""

    call: Any
    args: tuple
    kwargs: dict


def trace(path, site):
    """The fx graph of the composite that `site` calls, and the sites of the calls that it makes in turn."""
    tracer = _Tracer(site)
    try:
        with knowing_values(site.call.module), recorded_factories(tracer):
            graph = tracer.trace(site.call.module)
    except ExportError:
        raise
    except Exception as error:  # Whatever the user's code raises on proxies ends up as the reason.
        raise ExportError(path, str(error) or type(error).__name__, user_line(error)) from error
    result = leaf_map(lambda leaf: tracer.values[leaf] if isinstance(leaf, fx.Node) else leaf, _output(graph).args[0])
    if not same(result, site.call.output, alike=tracer.draws):
        raise ExportError(
            path,
            "the traced graph gives another result than the module itself: its forward changes a tensor in place, "
            "branches on the type of an argument, or draws random numbers",
        )
    _remove_dead_nodes(graph)
    return graph, tracer.sites


class _Tracer(fx.Tracer):
    def __init__(self, site):
        super().__init__()
        self.site = site
        self.sites = []
        self.values = {}
        self.draws = False  # Whether the graph draws random numbers.
        self._attributes = {}

    # What fx asks a tracer.

    def proxy(self, node):
        return ValueProxy(node, self)

    def is_leaf_module(self, module, qualified_name):
        return True

    def path_of_module(self, module):
        name = module_names(self.root).get(module)
        if name is None:
            raise TypeError(f"{type(module).__name__} is called and is not below this module")
        return name

    def call_module(self, module, forward, args, kwargs):
        calls = self.site.call.calls
        call = calls[len(self.sites)] if len(self.sites) < len(calls) else None
        if call is None or call.module is not module:
            raise TypeError("modules are called in another order than in the recorded run")
        self.sites.append(Site(call, args, kwargs))
        return self._record("call_module", self.path_of_module(module), args, kwargs, call.output)

    def getattr(self, attribute, value, cache):
        """Parameters and buffers become nodes when they are looked up, so that no arithmetic on them is folded."""
        if not isinstance(value, torch.Tensor):
            return value
        if value not in self._attributes:
            name = tensor_names(self.root).get(value)
            if name is None:
                return value
            self._attributes[value] = self._record("get_attr", name, (), {}, value.detach())
        return self._attributes[value]

    def create_arg(self, argument):
        if isinstance(argument, torch.Tensor):
            proxy = self.getattr("", argument, None)
            if proxy is not argument:
                return proxy.node
            raise TypeError(
                "a constant tensor is used; register it as a buffer, or compute it from the input if it depends on it"
            )
        if isinstance(argument, tuple) and type(argument) is not tuple:
            # The wire has no sizes and named tuples: they travel as tuples.
            return tuple(self.create_arg(item) for item in argument)
        return super().create_arg(argument)

    def create_proxy(self, kind, target, args, kwargs, *ignored, **also_ignored):
        if kind not in ("call_function", "call_method"):
            return super().create_proxy(kind, target, args, kwargs, *ignored, **also_ignored)
        resolved = functions.resolve(target, args, kwargs)
        if resolved is None:
            if _is_the_users(target):
                return target(*args, **kwargs)  # Wrapped for fx's sake (fx.wrap): its body is traced like forward's.
            raise TypeError(f"{_spelling(kind, target)} is not supported")
        row, args, kwargs = resolved
        if row is functions.Unchanged:
            return args[0]
        return self._record("call_function", row, args, kwargs, self._compute(row, args, kwargs))

    def _compute(self, row, args, kwargs):
        args, kwargs = leaf_map(_value, args), leaf_map(_value, kwargs)
        with original_factories():
            value = row(*args, **kwargs)
            if functions.has_modes(row) and not same(value, row(*args, **kwargs)):
                self.draws = True
        return value

    def create_args_for_root(self, forward, is_module, concrete_args=None):
        """The arguments that forward is traced with: those of the recorded call, proxies where they are computed."""
        given = inspect.signature(forward).bind(self.root, *self.site.args, **self.site.kwargs)
        real = inspect.signature(forward).bind(self.root, *self.site.call.args, **self.site.call.kwargs)
        for name, parameter in list(given.signature.parameters.items())[1:]:
            if name not in given.arguments:
                continue  # The default is part of the graph then.
            pair = given.arguments[name], real.arguments[name]
            if parameter.kind is parameter.VAR_POSITIONAL:
                each = enumerate(zip(*pair))
                real.arguments[name] = tuple(self._placeholder(f"{name}_{i}", *values) for i, values in each)
            elif parameter.kind is parameter.VAR_KEYWORD:
                real.arguments[name] = {key: self._placeholder(key, pair[0][key], pair[1][key]) for key in pair[0]}
            else:
                real.arguments[name] = self._placeholder(name, *pair)

        def call():
            return forward(*real.args, **real.kwargs)

        return call, []

    def _placeholder(self, name, given, value):
        node = self.create_node("placeholder", name, (), {})
        self.values[node] = value
        return _as_given(given, unpack(self.proxy(node)))

    def _record(self, kind, target, args, kwargs, value):
        node = self.create_node(kind, target, self.create_arg(args), self.create_arg(kwargs))
        check_arguments(node)
        self.values[node] = value
        return unpack(self.proxy(node))


def _as_given(given, unpacked):
    """What forward sees of an argument: what the caller computes as proxies, what it writes down as constants."""
    if _is_computed(given):
        return unpacked
    if not any(map(_is_computed, leaves(given))):
        return given
    if isinstance(given, dict):
        return {key: _as_given(given[key], unpacked[key]) for key in given}
    items = [_as_given(*each) for each in zip(given, unpacked)]
    return items if isinstance(given, list) else tuple(items)


def _is_computed(leaf):
    return leaf is COMPUTED or isinstance(leaf, fx.Proxy)


def _value(leaf):
    if isinstance(leaf, fx.Proxy) and not isinstance(leaf, ValueProxy):
        raise TypeError("a method of a tensor is used without being called")
    return leaf.value if isinstance(leaf, ValueProxy) else leaf


def _output(graph):
    return next(node for node in reversed(graph.nodes) if node.op == "output")


def _remove_dead_nodes(graph):
    """Functions and attributes have no effect but their result. Calls of modules stay: their hooks see them."""
    for node in reversed(graph.nodes):
        if node.op in ("call_function", "get_attr") and not node.users and not functions.has_effect(node.target):
            graph.erase_node(node)


def _spelling(kind, target):
    """How the source spells what it calls."""
    if kind == "call_method":
        return f"the tensor method {target}()"
    module = getattr(target, "__module__", None) or "torch"
    return f"the function {module.replace('_operator', 'operator')}.{getattr(target, '__name__', target)}"


def _is_the_users(target):
    """Whether a function has a body of Python that fx can look into, and is not torch's own."""
    return isinstance(target, types.FunctionType) and not target.__module__.startswith("torch.")
