"""An fx graph -> the wire's Graph."""
import torch
from torch import fx

from moduled.v1 import module_pb2

from .dtypes import to_wire


def encode_graph(graph):
    """The nodes in order. Names and arguments are fx's; functions are rows of functions/ by name."""
    message = module_pb2.Graph()
    for node in graph.nodes:
        encoded = message.nodes.add(name=node.name)
        if node.op == "placeholder":
            encoded.placeholder.SetInParent()
            if node.target != node.name:
                encoded.placeholder.target = node.target
        elif node.op == "output":
            encoded.output.SetInParent()
        elif node.op == "call_function":
            encoded.call_function = node.target.__name__
        else:
            setattr(encoded, node.op, node.target)
        for argument in node.args:
            _encode(argument, encoded.args.add())
        for name, argument in node.kwargs.items():
            _encode(argument, encoded.kwargs.add(name=name).value)
    return message


def check_arguments(node):
    """Raises TypeError if a graph cannot hold the node's arguments."""
    for argument in [*node.args, *node.kwargs.values()]:
        _encode(argument, module_pb2.Argument())


def _encode(value, message):
    if isinstance(value, fx.Node):
        message.node = value.name
    elif value is None:
        message.none.SetInParent()
    elif value is Ellipsis:
        message.ellipsis.SetInParent()
    elif isinstance(value, bool):  # Before int: a bool is one.
        message.bool = value
    elif isinstance(value, int):
        message.int = value
    elif isinstance(value, float):
        message.float = value
    elif isinstance(value, str):
        message.string = value
    elif isinstance(value, torch.dtype):
        message.dtype = to_wire(value)
    elif isinstance(value, slice):
        _encode_slice(value, message.slice)
    elif isinstance(value, dict):
        _encode_dict(value, message.dict)
    elif isinstance(value, (tuple, list)):
        items = message.tuple if isinstance(value, tuple) else message.list
        items.SetInParent()
        for item in value:
            _encode(item, items.items.add())
    else:
        raise TypeError(f"an argument is a {type(value).__name__} ({value!r}), which a graph cannot hold")


def _encode_dict(value, message):
    message.SetInParent()
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"a dict has the key {key!r}; only strings can be keys")
        _encode(item, message.entries.add(name=key).value)


def _encode_slice(value, message):
    message.SetInParent()
    for name in ("start", "stop", "step"):
        if getattr(value, name) is not None:
            _encode(getattr(value, name), getattr(message, name))
