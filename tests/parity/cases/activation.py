"""Activations: layers and functions."""
import functools

import torch
import torch.nn.functional as F
from case import function, layer
from torch import nn

X = (3, 4, 6)


def edges(*points):
    """A function that makes points where an activation has kinks, and some between and beyond them."""
    return lambda: torch.tensor([-30.0, -2.5, -0.3, 0, 0.3, 2.5, 30, *points], dtype=torch.float64)


# {class of torch.nn: (constructor's arguments, points where its kinks are)}
SHAPED = {
    "ELU": [({}, []), ({"alpha": 0.7}, []), ({"alpha": 2, "inplace": True}, [])],
    "Hardshrink": [({}, [-0.5, 0.5]), ({"lambd": 1.5}, [-1.5, 1.5]), ({"lambd": 0}, [])],
    "Hardsigmoid": [({}, [-3, 3])] * 2 + [({"inplace": True}, [-3, 3])],
    "Hardtanh": [({}, [-1, 1]), ({"min_val": -2, "max_val": 0.5}, [-2, 0.5]), ({"inplace": True}, [-1, 1])],
    "Hardswish": [({}, [-3, 3])] * 2 + [({"inplace": True}, [-3, 3])],
    "LeakyReLU": [({}, []), ({"negative_slope": 0.3}, []), ({"negative_slope": 0.1, "inplace": True}, [])],
    "LogSigmoid": [({}, [-100, 100])] * 3,
    "ReLU": [({}, [])] * 2 + [({"inplace": True}, [])],
    "ReLU6": [({}, [6])] * 2 + [({"inplace": True}, [6])],
    "SELU": [({}, [])] * 2 + [({"inplace": True}, [])],
    "CELU": [({}, []), ({"alpha": 0.7}, []), ({"alpha": 2, "inplace": True}, [])],
    "GELU": [({}, [])] * 2 + [({"approximate": "tanh"}, [])],
    "Sigmoid": [({}, [-100, 100])] * 3,
    "SiLU": [({}, [-80, 80])] * 2 + [({"inplace": True}, [])],
    "Mish": [({}, [-80, 80])] * 2 + [({"inplace": True}, [])],
    "Softplus": [({}, [20, 21]), ({"beta": 2}, [10, 11]), ({"beta": 0.5, "threshold": 3}, [6, 7])],
    "Softshrink": [({}, [-0.5, 0.5]), ({"lambd": 1.5}, [-1.5, 1.5]), ({"lambd": 0}, [])],
    "Softsign": [({}, [])] * 3,
    "Tanh": [({}, [])] * 3,
    "Tanhshrink": [({}, [])] * 3,
    "Threshold": [
        ({"threshold": 0.3, "value": -4}, []),
        ({"threshold": -2.5, "value": 20}, []),
        ({"threshold": 0, "value": 0, "inplace": True}, []),
    ],
}


# torch's gradients hold these constants, 1/6 and alpha, in float32.
ROUNDED = {name: {"float64_tolerance": 1e-7} for name in ("Hardsigmoid", "hardsigmoid", "CELU", "celu")}


def shaped():
    """Every configuration of functions of a number, each with another input: samples, none, and kinks."""
    for name, configurations in SHAPED.items():
        for (arguments, kinks), points in zip(configurations, (X, (0, 3), None)):
            make = functools.partial(getattr(nn, name), **arguments)
            rounded = ROUNDED.get(name, {})
            yield layer(name, make, points or edges(*kinks), **rounded)
            if points == (0, 3):
                yield layer(name, make, edges(*kinks), name="kinks", **rounded)


def along_axes():
    for name in ("Softmin", "Softmax", "LogSoftmax"):
        make = getattr(nn, name)
        yield layer(name, lambda make=make: make(dim=1), X)
        yield layer(name, lambda make=make: make(dim=-1), (5,))
        yield layer(name, lambda make=make: make(dim=0), (2, 3, 4, 5))
    yield layer("Softmax2d", nn.Softmax2d, (2, 3, 4, 5))
    yield layer("Softmax2d", nn.Softmax2d, (3, 4, 5))
    yield layer("Softmax2d", nn.Softmax2d, (1, 1, 2, 2))
    yield layer("GLU", nn.GLU, X)
    yield layer("GLU", lambda: nn.GLU(1), X)
    yield layer("GLU", lambda: nn.GLU(0), (8,))


def learnt():
    yield layer("PReLU", nn.PReLU, X)
    yield layer("PReLU", lambda: nn.PReLU(4, init=0.1), X)
    yield layer("PReLU", lambda: nn.PReLU(3), (2, 3))
    yield layer("PReLU", nn.PReLU, (), name="scalar")
    yield layer("PReLU", nn.PReLU, edges(), name="kinks")
    # While training slopes are random: of bounds that are equal, nothing is left to chance.
    yield layer("RReLU", nn.RReLU, X)
    yield layer("RReLU", lambda: nn.RReLU(0.2, 0.6, inplace=True), edges())
    yield layer("RReLU", lambda: nn.RReLU(0.25, 0.25), edges(), name="training", training=True)


def functions():
    for name in (
        "elu selu celu gelu silu mish hardswish hardsigmoid hardtanh relu6 leaky_relu logsigmoid "
        "softplus softsign tanhshrink hardshrink softshrink"
    ).split():
        yield function(name, getattr(F, name), X, **ROUNDED.get(name, {}))
    yield function("elu", lambda x: F.elu(x, 0.7, inplace=True), X, name="alpha")
    yield function("elu", lambda x: F.elu_(x * 1, alpha=0.7), X, name="in_place")
    yield function("celu", lambda x: F.celu(x, alpha=0.7), X, name="alpha", **ROUNDED["celu"])
    yield function("gelu", lambda x: F.gelu(x, approximate="tanh"), X, name="tanh")
    yield function("hardtanh", lambda x: F.hardtanh(x, -0.5, 2), X, name="bounds")
    yield function("leaky_relu", lambda x: F.leaky_relu(x, 0.3, True), X, name="slope")
    yield function("softplus", lambda x: F.softplus(x, beta=2, threshold=1), X, name="threshold")
    yield function("hardshrink", lambda x: x.hardshrink(0.8), X, name="method")
    yield function("softshrink", lambda x: F.softshrink(x, 0.8), X, name="lambd")
    yield function("threshold", lambda x: F.threshold(x, 0.2, -3), X)
    yield function("sigmoid", F.sigmoid, X, name="functional")
    yield function("tanh", F.tanh, X, name="functional")
    yield function("relu", F.relu, X, name="functional")
    yield function("glu", F.glu, X)
    yield function("glu", lambda x: F.glu(x, 1), X, name="axis")
    yield function("prelu", F.prelu, X, (4,))
    yield function("prelu", torch.prelu, X, (1,), name="one")
    yield function("rrelu", F.rrelu, X)
    yield function("rrelu", lambda x: F.rrelu(x, 0.3, 0.3, training=True), X, name="training")
    yield function("softmin", lambda x: F.softmin(x, dim=1), X)
    yield function("softmin", lambda x: F.softmin(x, 0, dtype=torch.float64), X, name="dtype")
    yield function("softmax", lambda x: F.softmax(x, dim=-1), X, name="functional")
    yield function("log_softmax", lambda x: F.log_softmax(x, dim=1), X)
    yield function("log_softmax", lambda x: x.log_softmax(-1, dtype=torch.float64), X, name="dtype")
    # Of one class, chance has no say.
    yield function("gumbel_softmax", lambda x: F.gumbel_softmax(x, 0.5), (3, 1))
    yield function("gumbel_softmax", lambda x: F.gumbel_softmax(x, hard=True, dim=0), (1, 4), name="hard")


CASES = [*shaped(), *along_axes(), *learnt(), *functions()]
