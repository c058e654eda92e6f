"""The example inputs -> how forward is called, and the names, types and shapes that the model takes and returns."""
import inspect

import torch
from torch.nn.utils.rnn import PackedSequence

from .dtypes import to_wire
from .errors import ExportError
from .structure import leaf_map, leaves, named_leaves
from .tracer import COMPUTED


def bind(module, example_inputs):
    """The example as (args, kwargs): a tensor, a tuple or list of positional arguments, or a dict of keyword arguments.

    An argument without tensors and numbers cannot be an input: the graph would be fixed to it. It is left out where it
    is the default, and refused otherwise.
    """
    if isinstance(example_inputs, dict):
        args, kwargs = (), example_inputs
    else:
        several = isinstance(example_inputs, (tuple, list)) and not isinstance(example_inputs, PackedSequence)
        args, kwargs = (tuple(example_inputs) if several else (example_inputs,)), {}
    try:
        bound = inspect.signature(module.forward).bind(*args, **kwargs)
    except TypeError as error:
        raise ExportError("", f"forward does not take the example inputs: {error}") from error
    parameters = bound.signature.parameters
    for name, value in list(bound.arguments.items()):
        if all(map(_is_input, _given_leaves(value))) and leaves(value):
            continue
        if not value and parameters[name].kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            continue
        if not leaves(value) or parameters[name].default is not value:
            raise ExportError("", f"the input {name} holds {value!r}: only tensors and numbers can be inputs")
        del bound.arguments[name]
    _refuse_gaps(bound)
    return bound.args, bound.kwargs


def _refuse_gaps(bound):
    """A positional argument that is left out, with one behind it that is given, would shift its place."""
    left_out = None
    for name, parameter in bound.signature.parameters.items():
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD:
            return
        if name not in bound.arguments:
            left_out = left_out or name
        elif left_out:
            raise ExportError("", f"the input {left_out} is left out and stands before {name}, which is given")


def _given_leaves(value):
    """A PackedSequence of sequences that are sorted holds no indices."""
    if isinstance(value, PackedSequence):
        return [field for field in value if field is not None]
    return leaves(value)


def _is_input(leaf):
    return isinstance(leaf, (torch.Tensor, int, float)) and not isinstance(leaf, bool)


def computed(args, kwargs):
    """The same arguments with each leaf marked as computed: for the graph of the root, all inputs vary."""
    return leaf_map(lambda leaf: COMPUTED, args), leaf_map(lambda leaf: COMPUTED, kwargs)


def describe_signature(module, call, signature):
    """Fills the Signature from a recorded call.

    The first extent is free where there are at least two; the only one, as of class indices, if it is a batch's too.
    """
    bound = inspect.signature(module.forward).bind(*call.args, **call.kwargs)
    tensors = [(name, value) for name, value in _named_inputs(bound) if isinstance(value, torch.Tensor)]
    batches = {value.shape[0] for _, value in tensors if value.dim() >= 2}
    for name, value in tensors:
        port = _port(signature.inputs.add(), name, value)
        if value.dim() >= 2 or value.dim() == 1 and value.shape[0] in batches:
            port.shape[0] = -1
    for name, value in named_leaves(call.output, "output"):
        if isinstance(value, torch.Tensor):
            port = _port(signature.outputs.add(), name, value)
            if value.dim() >= 1 and value.shape[0] in batches:
                port.shape[0] = -1


def _named_inputs(bound):
    for name, parameter in bound.signature.parameters.items():
        if name not in bound.arguments:
            continue
        value = bound.arguments[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            for key, item in value.items():
                yield from named_leaves(item, key)
        elif parameter.kind is parameter.VAR_POSITIONAL:
            for index, item in enumerate(value):
                yield from named_leaves(item, f"{name}_{index}")
        else:
            yield from named_leaves(value, name)


def _port(port, name, tensor):
    port.name = name
    port.dtype = to_wire(tensor.dtype)
    port.shape.extend(tensor.shape)
    port.example_shape.extend(tensor.shape)
    return port
