"""What the writers of golden data share: cases of layers and functions, computed by PyTorch.

Every case is a description with its inputs' types, and the result or the error that PyTorch has for it. Inputs are
formulas of the element's index, parameters what torch.manual_seed(0) makes of them.
"""
import pathlib
import sys
import types

import torch
from torch import nn  # noqa: F401  The constructors of layers name it.

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "client/python"))
from moduled.exporter import functions  # noqa: E402

# The rows of the exporter's tables, by name: they are what the wire's functions mean.
F = types.SimpleNamespace(**{row.__name__: row for family in functions._FAMILIES for row, _, _ in family.TABLE})


class Input:
    """The name of an input in a function's arguments."""

    def __init__(self, name):
        self.name = name


x, y = Input("x"), Input("y")

WIRE_DTYPES = {torch.float32: "FLOAT32", torch.float64: "FLOAT64", torch.int64: "INT64"}


def make_input(spec, which):
    """Elements that differ from each other and that every type holds exactly."""
    dtype, _, extents = spec.partition(" ") if isinstance(spec, str) else ("float32", "", ",".join(map(str, spec)))
    shape = [int(extent) for extent in extents.split(",") if extent]
    count = torch.Size(shape).numel()
    index = torch.arange(count) + 17 * which
    if dtype.startswith("float"):
        values = ((index * 37 + 11) % 101 - 50) / 16
    elif dtype == "bool":
        values = index % 3 == 0
    else:
        values = (index * 37 + 11) % 7 + (1 if dtype == "uint8" else -9)
    return values.to(getattr(torch, dtype)).reshape(shape)


def text(value):
    """The text of an Argument."""
    if isinstance(value, Input):
        return f"node: '{value.name}'"
    if value is None:
        return "none {}"
    if value is Ellipsis:
        return "ellipsis {}"
    if isinstance(value, bool):
        return f"bool: {str(value).lower()}"
    if isinstance(value, int):
        return f"int: {value}"
    if isinstance(value, float):
        return f"float: {value}"
    if isinstance(value, str):
        return f"string: '{value}'"
    if isinstance(value, torch.dtype):
        return f"dtype: {WIRE_DTYPES[value]}"
    if isinstance(value, slice):
        bounds = [("start", value.start), ("stop", value.stop), ("step", value.step)]
        return "slice { " + " ".join(f"{name} {{ {text(b)} }}" for name, b in bounds if b is not None) + " }"
    if isinstance(value, dict):
        return "dict { " + " ".join(f"entries {{ name: '{k}' value {{ {text(v)} }} }}" for k, v in value.items()) + " }"
    kind = "tuple" if isinstance(value, tuple) else "list"
    return f"{kind} {{ " + " ".join(f"items {{ {text(item)} }}" for item in value) + " }"


def graph(function, args, kwargs, inputs):
    nodes = [f"nodes {{ name: '{name}' placeholder {{}} }}" for name in "xy"[:inputs]]
    arguments = " ".join(f"args {{ {text(arg)} }}" for arg in args)
    arguments += "".join(f" kwargs {{ name: '{name}' value {{ {text(value)} }} }}" for name, value in kwargs.items())
    nodes.append(f"nodes {{ name: 'f' call_function: '{function.__name__}' {arguments} }}")
    nodes.append("nodes { name: 'output' output {} args { node: 'f' } }")
    return "composite { type: 'F' graph { " + " ".join(nodes) + " } }"


def substitute(value, inputs):
    if isinstance(value, Input):
        return inputs["xy".index(value.name)]
    if isinstance(value, (tuple, list)):
        return type(value)(substitute(item, inputs) for item in value)
    return value


def write_tensor(word, tensor, values=True):
    print(word, str(tensor.dtype).removeprefix("torch."), ",".join(map(str, tensor.shape)) or "-",
          *(f"{float(v):.17g}" for v in tensor.reshape(-1).tolist()) if values else ())


def write_result(result):
    if isinstance(result, torch.Tensor):
        write_tensor("tensor", result)
    elif isinstance(result, (tuple, list)):
        print("list" if isinstance(result, list) else "tuple", len(result))
        for item in result:
            write_result(item)
    else:
        print(type(result).__name__, int(result) if isinstance(result, bool) else repr(result))


def write_case(description, inputs, compute):
    print("case", description)
    for tensor in inputs:
        write_tensor("input", tensor, values=False)
    try:
        result = compute()
    except Exception as error:
        print("error", str(error).split("\n")[0])
    else:
        write_result(result)


def write_layers(layers):
    """For each (layer, torch's constructor, input types): repr, the state_dict's keys, and a case for each input."""
    for layer, constructor, specs in layers:
        torch.manual_seed(0)
        module = eval(constructor)
        if "train()" not in constructor:
            module.eval()
        print("module", layer)
        print("repr", repr(module))
        print("keys", *module.state_dict())
        for spec in specs:
            tensor = make_input(spec, 0)
            write_case(layer, [tensor], lambda: module(tensor.clone()))


def write_functions(calls):
    """For each (function, args, kwargs, input types) a case."""
    for function, args, kwargs, specs in calls:
        inputs = [make_input(spec, which) for which, spec in enumerate(specs)]
        write_case(graph(function, args, kwargs, len(inputs)), inputs,
                   lambda: function(*substitute(args, inputs), **kwargs))
