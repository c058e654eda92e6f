"""A module tree -> ModuleDescription: what every module is, its children, and its own parameters and buffers."""
import torch
from torch import nn

from moduled.v1 import module_pb2

from .dtypes import to_wire
from .errors import ExportError
from .graphs import is_sequential
from .layers import LAYER_CHILDREN, describe_layer, floating_dtypes, layer_class
from .tensors import to_message

_HOLDERS = {
    nn.ModuleList: "module_list",
    nn.ModuleDict: "module_dict",
    nn.ParameterList: "parameter_list",
    nn.ParameterDict: "parameter_dict",
}


def describe(module, graphs):
    """The description of the tree below `module`; `graphs` holds the composites' graphs."""
    return _Describer(graphs).describe("", module, module_pb2.ModuleDescription())


class _Describer:
    """Walks the tree in named_modules' order, so that a shared module is described where its first name is."""

    def __init__(self, graphs):
        self.graphs = graphs
        self.modules = {}
        self.parameters = {}

    def describe(self, path, module, description):
        self.modules[module] = path
        if layer_class(module):
            self._layer(path, module, description)
        else:
            self._kind(module, description)
            self._own_parameters(path, module, description)
            self._own_buffers(path, module, description)
        if module.training:
            description.training = True
        description.frozen.extend(
            name
            for name, parameter in module._parameters.items()
            if parameter is not None and not parameter.requires_grad
        )
        for name, child in module._modules.items():
            if name not in LAYER_CHILDREN.get(layer_class(module), ()):
                self._child(f"{path}.{name}" if path else name, child, description.children.add(name=name))
        return description

    def _layer(self, path, module, description):
        describe_layer(path, module, description)
        dtypes = floating_dtypes(module)
        if len(dtypes) > 1:
            several = ", ".join(sorted(map(str, dtypes)))
            raise ExportError(path, f"its parameters and buffers have several types ({several})")
        if dtypes - {torch.float32}:
            description.dtype = _dtype(path, *dtypes)
        for name, parameter in module._parameters.items():
            first = self._first_name(path, name, parameter)
            if first:
                description.ties.add(name=name, shared=first)

    def _kind(self, module, description):
        if is_sequential(module):
            description.sequential.SetInParent()
            if type(module) is not nn.Sequential:
                description.sequential.type = type(module).__name__
            return
        for holder, field in _HOLDERS.items():
            if isinstance(module, holder) and type(module).forward is holder.forward:
                getattr(description, field).SetInParent()
                return
        description.composite.type = type(module).__name__
        if module in self.graphs:
            description.composite.graph.CopyFrom(self.graphs[module])

    def _child(self, path, child, slot):
        if child is None:
            slot.none.SetInParent()
        elif child in self.modules:
            slot.shared = self.modules[child]
        else:
            self.describe(path, child, slot.module)

    def _own_parameters(self, path, module, description):
        for name, parameter in module._parameters.items():
            slot = description.parameters.add(name=name)
            first = self._first_name(path, name, parameter)
            if parameter is None:
                slot.none.SetInParent()
            elif first:
                slot.shared = first
            else:
                slot.tensor.dtype = _dtype(path, parameter.dtype)
                slot.tensor.shape.extend(parameter.shape)

    def _first_name(self, path, name, parameter):
        """The name under which the parameter was seen before; None, and noted, if it is new."""
        if parameter is None or parameter in self.parameters:
            return self.parameters.get(parameter)
        self.parameters[parameter] = f"{path}.{name}" if path else name
        return None

    def _own_buffers(self, path, module, description):
        for name, buffer in module._buffers.items():
            slot = description.buffers.add(name=name)
            if name in module._non_persistent_buffers_set:
                slot.persistent = False
            if buffer is None:
                slot.none.SetInParent()
                continue
            slot.tensor.dtype = _dtype(path, buffer.dtype)
            slot.tensor.shape.extend(buffer.shape)
            if name in module._non_persistent_buffers_set:  # The weights do not carry it.
                slot.value.CopyFrom(to_message(buffer))


def _dtype(path, dtype):
    try:
        return to_wire(dtype)
    except TypeError as error:
        raise ExportError(path, str(error)) from error


def refuse_hidden_behaviour(path, module):
    """What a description has no place for, and what would be lost without a word."""
    if isinstance(module, torch.jit.ScriptModule):
        raise ExportError(path, "a compiled (TorchScript) module cannot be traced; export the module it was made from")
    if module._forward_pre_hooks or module._forward_hooks:
        raise ExportError(path, "it has forward hooks, which may change what it computes; remove them first")
    if "forward" in vars(module):
        raise ExportError(path, "its forward is replaced on the instance; define it in a class")
    if type(module).get_extra_state is not nn.Module.get_extra_state:
        raise ExportError(path, "it keeps extra state (get_extra_state), which safetensors cannot hold")
    if isinstance(module, (nn.ParameterList, nn.ParameterDict)) and len(module) != len(module._parameters):
        raise ExportError(path, "it holds values that are not parameters")
