"""The graphs of all composites that a run calls, traced from the root down.

The caller goes first because it knows which arguments of a call it computes and which it writes down as constants.
"""
import torch
from torch import nn

from . import tracer
from .encode import encode_graph
from .errors import ExportError
from .layers import layer_class
from .structure import leaf_map


def trace_composites(paths, site):
    """{module: Graph} for the composites that the call at `site` reaches. `paths` holds each module's first name."""
    graphs = {}
    _visit(paths, site, graphs)
    return graphs


def is_sequential(module):
    """Whether the module is a Sequential, or a subclass that calls its children just as Sequential does."""
    return isinstance(module, nn.Sequential) and type(module).forward is nn.Sequential.forward


def _visit(paths, site, graphs):
    module = site.call.module
    path = paths.get(module)
    if path is None:
        raise ExportError("", f"a {type(module).__name__} is called that is not part of the module's tree")
    if layer_class(module):
        # Whatever stands below a layer in the place of its own children. The layer makes up their arguments.
        for call in site.call.calls:
            _visit(paths, tracer.Site(call, _tensors_computed(call.args), _tensors_computed(call.kwargs)), graphs)
        return
    if is_sequential(module):
        for index, call in enumerate(site.call.calls):
            args = site.args if index == 0 else (tracer.COMPUTED,)
            _visit(paths, tracer.Site(call, args, {}), graphs)
        return
    _refuse_layer(path, site.call)
    graph, sites = tracer.trace(path, site)
    try:
        message = encode_graph(graph)
    except TypeError as error:
        raise ExportError(path, str(error), site.call.line) from error
    if graphs.setdefault(module, message) != message:
        raise ExportError(
            path,
            "it is called several times with different kinds of arguments, and its graph would depend on the call",
            site.call.line,
        )
    for inner in sites:
        _visit(paths, inner, graphs)


def _tensors_computed(arguments):
    return leaf_map(lambda leaf: tracer.COMPUTED if isinstance(leaf, torch.Tensor) else leaf, arguments)


def _refuse_layer(path, call):
    """Layers of torch are not taken apart: their forward is torch's business."""
    if type(call.module).__module__.startswith("torch.nn."):
        raise ExportError(path, f"the layer torch.nn.{type(call.module).__name__} is not supported", call.line)
