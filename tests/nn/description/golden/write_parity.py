"""Writes parity.txt: what PyTorch makes of many small modules.

    /usr/bin/python3 write_parity.py > parity.txt

Every case is a description with its inputs' types, and the result or the error that PyTorch has for it. Inputs are
formulas of the element's index, parameters what torch.manual_seed(0) makes of them.
"""
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "client/python"))
from moduled.exporter import functions  # noqa: E402  The rows are what the wire's functions mean.

# (layer, torch's module, input shapes, description's other fields)
LAYERS = [
    ("identity {}", "nn.Identity()", [(2, 3)]),
    ("linear { in_features: 3 out_features: 4 }", "nn.Linear(3, 4)", [(2, 3), (3,), (2, 1, 5, 3), (0, 3), (2, 4), ()]),
    ("linear { in_features: 3 out_features: 4 bias: false }", "nn.Linear(3, 4, bias=False)", [(2, 3)]),
    (
        "linear { in_features: 5 out_features: 2 } dtype: FLOAT64",
        "nn.Linear(5, 2, dtype=torch.float64)",
        ["float64 2,5"],
    ),
    (
        "conv2d { in_channels: 3 out_channels: 4 kernel_size: 3 }",
        "nn.Conv2d(3, 4, 3)",
        [(2, 3, 5, 6), (3, 5, 6), (3, 5), (1, 1, 3, 5, 6), (1, 4, 5, 5), (1, 3, 2, 2)],
    ),
    (
        "conv2d { in_channels: 4 out_channels: 6 kernel_size: [3, 2] stride: [2, 1] padding: [1, 2] dilation: [1, 2] "
        "groups: 2 }",
        "nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)",
        [(2, 4, 7, 6), (4, 7, 6)],
    ),
    (
        "conv2d { in_channels: 2 out_channels: 3 kernel_size: [4, 3] padding_name: 'same' bias: false }",
        "nn.Conv2d(2, 3, (4, 3), padding='same', bias=False)",
        [(1, 2, 6, 5), (2, 6, 5)],
    ),
    (
        "conv2d { in_channels: 2 out_channels: 3 kernel_size: 3 padding_name: 'valid' dilation: 2 }",
        "nn.Conv2d(2, 3, 3, padding='valid', dilation=2)",
        [(1, 2, 6, 5)],
    ),
    *(
        (
            f"conv2d {{ in_channels: 2 out_channels: 3 kernel_size: 3 padding: [2, 1] padding_mode: '{mode}' }}",
            f"nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode='{mode}')",
            [(1, 2, 4, 5)] + [(2, 4, 5)] * (mode != "circular"),  # torch 1.13 trips over itself there.
        )
        for mode in ("reflect", "replicate", "circular")
    ),
    (
        "conv2d { in_channels: 2 out_channels: 3 kernel_size: [4, 2] padding_name: 'same' padding_mode: 'reflect' }",
        "nn.Conv2d(2, 3, (4, 2), padding='same', padding_mode='reflect')",
        [(1, 2, 4, 5)],
    ),
    ("batch_norm2d { num_features: 3 }", "nn.BatchNorm2d(3)", [(2, 3, 4, 5), (3, 4, 5), (2, 4, 2, 2)]),
    ("batch_norm2d { num_features: 3 eps: 0.001 } training: true", "nn.BatchNorm2d(3, eps=0.001).train()",
     [(2, 3, 4, 5), (1, 3, 1, 1), (2, 4, 2, 2)]),
    ("batch_norm2d { num_features: 3 momentum_none: true affine: false }",
     "nn.BatchNorm2d(3, momentum=None, affine=False)", [(2, 3, 4, 5)]),
    ("batch_norm2d { num_features: 3 momentum: 0.25 track_running_stats: false }",
     "nn.BatchNorm2d(3, momentum=0.25, track_running_stats=False)", [(2, 3, 4, 5)]),
    ("layer_norm { normalized_shape: 5 }", "nn.LayerNorm(5)", [(2, 5), (5,), (2, 3, 5), (2, 3)]),
    ("layer_norm { normalized_shape: [3, 5] eps: 0.1 elementwise_affine: false }",
     "nn.LayerNorm((3, 5), eps=0.1, elementwise_affine=False)", [(2, 3, 5), (3, 5), (5,)]),
    ("relu {}", "nn.ReLU()", [(2, 3), (), "int64 3", "bool 2"]),
    ("relu { inplace: true }", "nn.ReLU(inplace=True)", [(2, 3)]),
    ("relu6 { inplace: true }", "nn.ReLU6(inplace=True)", [(50,), "int64 5"]),
    ("sigmoid {}", "nn.Sigmoid()", [(2, 3), "int64 3", "bool 2"]),
    ("tanh {}", "nn.Tanh()", [(2, 3), "int32 3"]),
    ("gelu {}", "nn.GELU()", [(50,)]),
    ("gelu { approximate: 'tanh' }", "nn.GELU('tanh')", [(50,)]),
    ("silu { inplace: false }", "nn.SiLU()", [(50,)]),
    ("hardswish { inplace: true }", "nn.Hardswish(inplace=True)", [(50,)]),
    ("hardsigmoid {}", "nn.Hardsigmoid()", [(50,)]),
    ("softmax { dim: 1 }", "nn.Softmax(dim=1)", [(2, 3), (2, 3, 4), (3,)]),
    ("softmax { dim: -2 }", "nn.Softmax(dim=-2)", [(2, 3)]),
    ("softmax {}", "nn.Softmax()", [(2, 3), (3,), (2, 3, 2), (2, 2, 3, 2)]),
    ("log_softmax { dim: 0 }", "nn.LogSoftmax(0)", [(2, 3), ()]),
    ("log_softmax {}", "nn.LogSoftmax()", [(2, 3)]),
    ("max_pool2d { kernel_size: 2 }", "nn.MaxPool2d(2)", [(2, 3, 5, 6), (3, 5, 6), (2, 3), (1, 1, 1, 1)]),
    ("max_pool2d { kernel_size: [3, 2] stride: [2, 1] padding: 1 dilation: [1, 2] ceil_mode: true "
     "return_indices: true }",
     "nn.MaxPool2d((3, 2), stride=(2, 1), padding=1, dilation=(1, 2), ceil_mode=True, return_indices=True)",
     [(2, 3, 6, 7), (3, 6, 7)]),
    ("avg_pool2d { kernel_size: [3] padding: 1 ceil_mode: true count_include_pad: false }",
     "nn.AvgPool2d(3, padding=1, ceil_mode=True, count_include_pad=False)", [(2, 3, 5, 6), (3, 5, 6)]),
    ("avg_pool2d { kernel_size: [3, 2] stride: 2 divisor_override: 4 }",
     "nn.AvgPool2d((3, 2), stride=2, divisor_override=4)", [(2, 3, 5, 6)]),
    ("adaptive_avg_pool2d { output_size: 1 }", "nn.AdaptiveAvgPool2d(1)", [(2, 3, 5, 6), (3, 5, 6)]),
    ("adaptive_avg_pool2d { output_size: [3, -1] }", "nn.AdaptiveAvgPool2d((3, None))", [(2, 3, 5, 6)]),
    ("flatten {}", "nn.Flatten()", [(2, 3, 4), (3,), ()]),
    ("flatten { start_dim: 0 end_dim: -2 }", "nn.Flatten(0, -2)", [(2, 3, 4), (2,)]),
    ("flatten { start_dim: 2 end_dim: 1 }", "nn.Flatten(2, 1)", [(2, 3, 4)]),
    ("dropout {}", "nn.Dropout()", [(2, 3)]),
    ("dropout { p: 0.25 inplace: true }", "nn.Dropout(0.25, inplace=True)", [(2, 3)]),
    ("dropout { p: 1 } training: true", "nn.Dropout(1.0).train()", [(2, 3)]),
    ("dropout { p: 0 } training: true", "nn.Dropout(0.0).train()", [(2, 3)]),
]


class Input:
    """The name of an input in a function's arguments."""

    def __init__(self, name):
        self.name = name


x, y = Input("x"), Input("y")
F = functions
FLOATS, INTS, BOOLS = (2, 3), "int64 2,3", "bool 2,3"

# (function, args, kwargs, input types)
FUNCTIONS = [
    # Promotion: tensors of every two types, with and without axes, and numbers.
    *(
        (function, (x, y), {}, [f"{a} {shape_a}", f"{b} {shape_b}"])
        for function in (F.add, F.mul)
        for a, b in [("float32", "int64"), ("int32", "int64"), ("uint8", "int32"), ("bool", "int8"), ("bool", "bool"),
                     ("float64", "float32"), ("int64", "float32")]
        for shape_a, shape_b in [("2,3", "2,3"), ("2,3", "")]
    ),
    *((F.add, (x, number), {}, [f"{dtype} 2,3"]) for dtype in ("float32", "float64", "int64", "uint8", "bool")
      for number in (2, 1.5, True)),
    (F.add, (x, 300), {}, ["uint8 3"]),
    (F.add, (1, x), {}, [FLOATS]),
    (F.add, (x, y), {"alpha": 2}, [FLOATS, FLOATS]),
    (F.add, (x, y), {"alpha": 0.5}, [FLOATS, INTS]),
    (F.add, (x, y), {"alpha": 0.5}, [INTS, INTS]),
    (F.add, (x, 3), {"alpha": 2}, [FLOATS]),
    (F.add, (x, y), {}, [(2, 1, 3), (4, 1)]),
    (F.add, (x, y), {}, [(2, 3), (4,)]),
    (F.add, (x, "a"), {}, [FLOATS]),
    (F.add, (x, None), {}, [FLOATS]),
    (F.add, (x, [1]), {}, [FLOATS]),
    (F.add, (x,), {}, [FLOATS]),
    (F.add, (), {}, []),
    (F.add, (x, x, x), {}, [FLOATS]),
    (F.add, (x, x), {"beta": 1}, [FLOATS]),
    (F.add, (x, x), {"input": 1}, [FLOATS]),
    (F.sub, (x, y), {}, [FLOATS, INTS]),
    (F.sub, (x, y), {"alpha": 3}, [INTS, INTS]),
    (F.sub, (2, x), {}, [INTS]),
    (F.sub, (x, y), {}, [BOOLS, BOOLS]),
    (F.sub, (x, 1), {}, [BOOLS]),
    (F.mul, (x, -3), {}, [FLOATS]),
    (F.mul, (x, y), {}, [(3,), ()]),
    (F.div, (x, y), {}, [INTS, "int64 2,3"]),
    (F.div, (x, 2), {}, [INTS]),
    (F.div, (x, 0), {}, [FLOATS]),
    (F.div, (x, y), {}, ["float64 2,3", FLOATS]),
    (F.div, (x, 4), {"rounding_mode": "floor"}, [INTS]),
    (F.div, (x, 4), {"rounding_mode": "trunc"}, [INTS]),
    (F.div, (x, 0.75), {"rounding_mode": "trunc"}, [FLOATS]),
    (F.div, (x, 0.75), {"rounding_mode": "floor"}, [FLOATS]),
    (F.div, (x, 2), {"rounding_mode": "up"}, [FLOATS]),
    (F.floordiv, (x, 4), {}, [INTS]),
    (F.floordiv, (x, -0.75), {}, [FLOATS]),
    (F.floordiv, (x, 0), {}, [INTS]),
    (F.floordiv, (7, x), {}, [(4,)]),
    # Python's own arithmetic.
    *((function, args, {}, []) for function in (F.add, F.sub, F.mul, F.floordiv)
      for args in [(7, 2), (-7, 2), (7, -2), (7.5, -2), (True, 2), (-1, 0.25), (0, 5.0), (-6.0, 3)]),
    *((function, args, {}, []) for function in (F.div, F.floordiv) for args in [(1, 0), (1.0, 0), (-7, 2), (True, 3)]),
    (F.add, ((1, 2), (3,)), {}, []),
    (F.add, ([1], [2, 3]), {}, []),
    (F.add, ((1,), 1), {}, []),
    (F.add, ([1], (1,)), {}, []),
    (F.add, (1, None), {}, []),
    (F.sub, ("a", 1), {}, []),
    # Shapes.
    (F.cat, ([x, y],), {}, [(2, 3), (1, 3)]),
    (F.cat, ((x, y), -1), {}, [(2, 3), (2, 2)]),
    (F.cat, ([x, y],), {"dim": 1}, [(2, 3), INTS]),
    (F.cat, ([x, y],), {}, [(2, 3), (0,)]),
    (F.cat, ([x, y],), {}, [(0,), (2, 3)]),
    (F.cat, ([],), {}, []),
    (F.cat, ([x, 1],), {}, [FLOATS]),
    (F.cat, ([x, y], 2), {}, [FLOATS, FLOATS]),
    (F.cat, ([x, y],), {}, [(2, 3), (2,)]),
    (F.cat, ([x, y],), {}, [(2, 3), (2, 4)]),
    (F.cat, ([x, y],), {}, [(), ()]),
    (F.flatten, (x,), {}, [(2, 3, 4)]),
    (F.flatten, (x, 1), {}, [(2, 3, 4)]),
    (F.flatten, (x,), {"start_dim": 0, "end_dim": 1}, [(2, 3, 4)]),
    (F.flatten, (x,), {}, [()]),
    (F.flatten, (x, 1, 0), {}, [FLOATS]),
    (F.flatten, (x, 3), {}, [FLOATS]),
    (F.reshape, (x, (3, -1)), {}, [FLOATS]),
    (F.reshape, (x, [-1]), {}, [FLOATS]),
    (F.reshape, (x, ()), {}, [(1,)]),
    (F.reshape, (x, (4,)), {}, [FLOATS]),
    (F.reshape, (x, (-1, -1)), {}, [FLOATS]),
    (F.reshape, (x, (-2, 3)), {}, [FLOATS]),
    (F.reshape, (x, (4, -1)), {}, [FLOATS]),
    (F.reshape, (x, (0, -1)), {}, [(0, 2)]),
    (F.reshape, (x, (0, -1)), {}, [FLOATS]),
    (F.permute, (x, (2, 0, 1)), {}, [(2, 3, 4)]),
    (F.permute, (x, (-1, 0, 1)), {}, [(2, 3, 4)]),
    (F.permute, (x, (0, 1)), {}, [FLOATS]),
    (F.permute, (x, (0,)), {}, [FLOATS]),
    (F.permute, (x, (0, 0)), {}, [FLOATS]),
    (F.permute, (x, (0, 3)), {}, [FLOATS]),
    (F.transpose, (x, 0, -1), {}, [(2, 3, 4)]),
    (F.transpose, (x, 1, 1), {}, [FLOATS]),
    (F.transpose, (x, 0, 0), {}, [()]),
    (F.transpose, (x, 0, 3), {}, [FLOATS]),
    (F.transpose, (x, 0), {}, [FLOATS]),
    (F.size, (x,), {}, [(2, 3)]),
    (F.size, (x, -1), {}, [(2, 3)]),
    (F.size, (x,), {}, [()]),
    (F.size, (x, 2), {}, [(2, 3)]),
    (F.size, (x, 0), {}, [()]),
    # Elements.
    (F.relu, (x,), {}, [FLOATS]),
    (F.relu, (x,), {}, [BOOLS]),
    (F.softmax, (x,), {"dim": 0}, [FLOATS]),
    (F.softmax, (x,), {"dim": -1, "dtype": torch.float64}, [INTS]),
    (F.softmax, (x, 5), {}, [FLOATS]),
    (F.softmax, (x, 1), {}, [INTS]),
    (F.softmax, (x, 0), {}, [INTS]),
    (F.mean, (x,), {}, [FLOATS]),
    (F.mean, (x, 1), {}, [FLOATS]),
    (F.mean, (x, (0, -1), True), {}, [(2, 3, 4)]),
    (F.mean, (x, [1]), {"keepdim": True}, [FLOATS]),
    (F.mean, (x, ()), {}, [FLOATS]),
    (F.mean, (x, 0), {}, [()]),
    (F.mean, (x,), {"dtype": torch.float64}, [INTS]),
    (F.mean, (x,), {}, [INTS]),
    (F.mean, (x,), {"dtype": torch.int64}, [FLOATS]),
    (F.mean, (x, 2), {}, [FLOATS]),
    (F.mean, (x, (0, 0)), {}, [FLOATS]),
    (F.matmul, (x, y), {}, [(2, 3), (3, 4)]),
    (F.matmul, (x, y), {}, [(3,), (3,)]),
    (F.matmul, (x, y), {}, [(5, 1, 2, 3), (4, 3, 2)]),
    (F.matmul, (x, y), {}, [(2, 3), (2, 3)]),
    (F.matmul, (x, y), {}, [(), (2, 3)]),
    # Subscripts.
    *((F.getitem, (x, index), {}, [(4, 3, 5)]) for index in [
        0, -1, 4, -5, slice(None), slice(1, None), slice(-2, None), slice(None, None, 2), slice(3, 1),
        slice(-100, 100, 3),
        slice(None, None, -1), slice(None, None, 0), None, Ellipsis, (), (0, 1, 2), (0, 1, 2, 3), (Ellipsis, 0),
        (Ellipsis, 0, slice(None, None, 2)), (0, Ellipsis, -1), (slice(1, 3), None, Ellipsis, slice(2), None),
        (slice(None), 1), (Ellipsis, None), (0, Ellipsis, 0, Ellipsis), (slice(2, None), 7), 1.0]),
    (F.getitem, (x, 0), {}, [()]),
    (F.getitem, (x, Ellipsis), {}, [()]),
    (F.getitem, (x, None), {}, [()]),
    (F.getitem, (x, slice(5, None)), {}, [FLOATS]),
    *((F.getitem, (items, index), {}, []) for items in [(1, 2, 3), [1, 2, 3]]
      for index in [0, -1, 3, -4, slice(1, None), slice(None, None, -1), slice(5, 0, -2), slice(None, None, 0), "a"]),
    (F.getitem, ({"a": 1, "b": 2}, "b"), {}, []),
    (F.getitem, ({"a": 1}, "b"), {}, []),
    (F.getitem, (5, 0), {}, []),
    (F.getitem, (None, 0), {}, []),
]

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


for layer, constructor, specs in LAYERS:
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

for function, args, kwargs, specs in FUNCTIONS:
    inputs = [make_input(spec, which) for which, spec in enumerate(specs)]
    write_case(graph(function, args, kwargs, len(inputs)), inputs,
               lambda: function(*substitute(args, inputs), **kwargs))
