"""ModuleDescription -> a torch module: what a description means, said a second time and independently of the exporter.

Layers are made by torch's constructors from the fields that are set, composites interpret their graph. Tests compare
the rebuilt module with the one that was exported.
"""
import operator

import torch
import torchvision
from google.protobuf import text_format
from torch import nn

from moduled import safetensors
from moduled.v1 import module_pb2, tensor_pb2

_DTYPES = {
    tensor_pb2.FLOAT32: torch.float32,
    tensor_pb2.FLOAT64: torch.float64,
    tensor_pb2.FLOAT16: torch.float16,
    tensor_pb2.BFLOAT16: torch.bfloat16,
    tensor_pb2.INT64: torch.int64,
    tensor_pb2.BOOL: torch.bool,
}

_FUNCTIONS = {
    "add": lambda a, b, alpha=1: a + alpha * b,
    "sub": lambda a, b, alpha=1: a - alpha * b,
    "mul": operator.mul,
    "div": lambda a, b, rounding_mode=None: torch.div(a, b, rounding_mode=rounding_mode),
    "floordiv": operator.floordiv,
    "cat": torch.cat,
    "flatten": torch.flatten,
    "reshape": torch.reshape,
    "permute": torch.permute,
    "transpose": torch.transpose,
    "relu": torch.relu,
    "softmax": torch.softmax,
    "mean": torch.mean,
    "matmul": torch.matmul,
    "getitem": operator.getitem,
    "size": torch.Tensor.size,
}


def _function(name):
    """Most functions have torch's names and arguments."""
    for module in (torch, torchvision.ops):
        if name not in _FUNCTIONS and hasattr(module, name):
            return getattr(module, name)
    return _FUNCTIONS[name]


_HOLDERS = {
    "module_list": nn.ModuleList,
    "module_dict": nn.ModuleDict,
    "parameter_list": nn.ParameterList,
    "parameter_dict": nn.ParameterDict,
}


def load(version):
    """The module of a version's folder, with its weights, and the description that it was made from."""
    with open(f"{version}/module.pbtxt", encoding="utf-8") as file:
        description = text_format.Parse(file.read(), module_pb2.ModuleDescription())
    module = rebuild(description)
    arrays, metadata = safetensors.read(f"{version}/model.safetensors")
    state = {name: _from_array(array) for name, array in arrays.items()}
    state.update({name: state[kept] for name, kept in metadata.items() if kept in state})
    module.load_state_dict(state)
    return module, description


def rebuild(description):
    """The module tree, its state as its constructors make it."""
    return _Builder().build("", description)


class _Builder:
    def __init__(self):
        self.modules = {}
        self.parameters = {}

    def build(self, path, description):
        field = description.WhichOneof("layer")
        message = getattr(description, field)
        module = self.modules[path] = _make(field, message)
        for slot in description.parameters:
            module.register_parameter(slot.name, self._parameter(slot))
            self.parameters[_join(path, slot.name)] = module._parameters[slot.name]
        for slot in description.buffers:
            persistent = slot.persistent if slot.HasField("persistent") else True
            module.register_buffer(slot.name, _buffer(slot), persistent)
        for child in description.children:
            module._modules[child.name] = self._child(_join(path, child.name), child)
        if description.HasField("dtype"):
            module.to(_DTYPES[description.dtype])
        for name in module._parameters:
            self.parameters[_join(path, name)] = module._parameters[name]
        for tie in description.ties:
            module._parameters[tie.name] = self.parameters[tie.shared]
        for name, parameter in module._parameters.items():
            if parameter is not None:
                parameter.requires_grad_(name not in description.frozen)
        module.training = description.training
        return module

    def _child(self, path, child):
        kind = child.WhichOneof("slot")
        if kind == "none":
            return None
        return self.modules[child.shared] if kind == "shared" else self.build(path, child.module)

    def _parameter(self, slot):
        kind = slot.WhichOneof("slot")
        if kind == "none":
            return None
        if kind == "shared":
            return self.parameters[slot.shared]
        return nn.Parameter(torch.zeros(*slot.tensor.shape, dtype=_DTYPES[slot.tensor.dtype]))


def _join(path, name):
    return f"{path}.{name}" if path else name


def _make(field, message):
    if field == "composite":
        graph = message.graph if message.HasField("graph") else None
        return type(message.type, (_GraphModule,), {})(graph)
    if field == "sequential":
        return type(message.type or "Sequential", (nn.Sequential,), {})()
    if field in _HOLDERS:
        return _HOLDERS[field]()
    arguments = {each.name: _attribute(each, value) for each, value in message.ListFields()}
    if "padding_name" in arguments:
        arguments["padding"] = arguments.pop("padding_name")
    if arguments.pop("momentum_none", False):
        arguments["momentum"] = None
    return getattr(nn, type(message).__name__)(**arguments)


def _attribute(field, value):
    if field.label != field.LABEL_REPEATED:
        return value
    numbers = tuple(None if field.name == "output_size" and n == -1 else n for n in value)
    return numbers[0] if len(numbers) == 1 and field.name != "normalized_shape" else numbers


def _buffer(slot):
    if slot.WhichOneof("slot") == "none":
        return None
    shape, dtype = tuple(slot.tensor.shape), _DTYPES[slot.tensor.dtype]
    if slot.HasField("value"):
        return torch.frombuffer(bytearray(slot.value.data), dtype=dtype).reshape(shape)
    return torch.zeros(shape, dtype=dtype)


def _from_array(array):
    if array.dtype.names == ("bfloat16",):
        return torch.from_numpy(array["bfloat16"].view("<i2").copy()).view(torch.bfloat16)
    return torch.from_numpy(array.copy())


class _GraphModule(nn.Module):
    """Interprets a graph over its children."""

    def __init__(self, graph):
        super().__init__()
        self._graph = graph

    def forward(self, *args, **kwargs):
        values, given = {}, list(args)
        for node in self._graph.nodes:
            op = node.WhichOneof("op")
            if op == "placeholder":
                name = node.placeholder.target or node.name
                values[node.name] = given.pop(0) if given else kwargs.pop(name)
                continue
            arguments = [_argument(each, values) for each in node.args]
            named = {each.name: _argument(each.value, values) for each in node.kwargs}
            if op == "output":
                assert not given and not kwargs, "an argument has no placeholder"
                return arguments[0]
            values[node.name] = self._step(op, getattr(node, op), arguments, named)

    def _step(self, op, target, arguments, named):
        if op == "call_module":
            return self.get_submodule(target)(*arguments, **named)
        if op == "call_function":
            return _function(target)(*arguments, **named)
        owner, _, name = target.rpartition(".")
        return getattr(self.get_submodule(owner), name)


def _argument(argument, values):
    kind = argument.WhichOneof("kind")
    if kind == "node":
        return values[argument.node]
    if kind in ("none", "ellipsis"):
        return None if kind == "none" else ...
    if kind == "dtype":
        return _DTYPES[argument.dtype]
    if kind in ("list", "tuple"):
        items = [_argument(each, values) for each in getattr(argument, kind).items]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {each.name: _argument(each.value, values) for each in argument.dict.entries}
    if kind == "slice":
        bounds = [getattr(argument.slice, name) for name in ("start", "stop", "step")]
        return slice(*(_argument(each, values) if each.WhichOneof("kind") else None for each in bounds))
    return getattr(argument, kind)
