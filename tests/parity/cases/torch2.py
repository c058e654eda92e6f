"""Layers and functions that only PyTorch 2 has: described by hand, and compared with what their documentation says."""
import reference2x
import torch
from case import layer, uniform

from moduled.v1 import module_pb2

# [C, spatial...] in one to three dimensions.
IMAGES = {1: (3, 6), 2: (3, 5, 6), 3: (2, 4, 5, 6)}


def described(subject, field, arguments, reference, *inputs, name):
    """A case whose module is a description with one layer, `field`, of these arguments."""

    def description():
        made = module_pb2.ModuleDescription()
        layer_message = getattr(made, field)
        layer_message.SetInParent()
        for key, value in arguments.items():
            if isinstance(value, tuple):
                getattr(layer_message, key).extend(value)
            elif key == "norm_type":
                getattr(layer_message, key).float = value
            else:
                setattr(layer_message, key, value)
        return made

    return layer(subject, reference, *inputs, name=name, description=description)


def called(function, reference, *inputs, name, **constants):
    """A case whose module is a graph with one call of a function."""

    def description():
        made = module_pb2.ModuleDescription()
        nodes = made.composite.graph.nodes
        made.composite.type = "Function"
        for index in range(len(inputs)):
            nodes.add(name=f"x{index}").placeholder.SetInParent()
        call = nodes.add(name="call", call_function=function)
        for index in range(len(inputs)):
            call.args.add(node=f"x{index}")
        for key, value in constants.items():
            fill(call.kwargs.add(name=key).value, value)
        nodes.add(name="output", args=[module_pb2.Argument(node="call")]).output.SetInParent()
        return made

    return layer(function, lambda: reference2x.Function(reference), *inputs, name=name, description=description)


def fill(argument, value):
    """The constant as an argument of a node."""
    if isinstance(value, tuple):
        argument.tuple.SetInParent()
        for item in value:
            fill(argument.tuple.items.add(), item)
    else:
        setattr(argument, type(value).__name__, value)


def normalised():
    yield called(
        "rms_norm",
        lambda x: reference2x.rms_norm(x, 1, (-1,), 0.1),
        (2, 3, 6),
        name="last",
        normalized_shape=(6,),
        eps=0.1,
    )


def attentions():
    attend = reference2x.scaled_dot_product_attention
    q, k, v = (2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7)
    yield called("scaled_dot_product_attention", attend, q, k, v, name="plain")
    yield called("scaled_dot_product_attention", attend, q, k, v, (4, 5), name="bias")
    kept = lambda: torch.tensor([[True, False, True, True, False]] * 4)
    yield called("scaled_dot_product_attention", attend, q, k, v, kept, name="mask")
    causal = lambda *inputs: attend(*inputs, is_causal=True, scale=0.3)
    yield called("scaled_dot_product_attention", causal, q, k, v, name="causal", is_causal=True, scale=0.3)


def rms_norms():
    for name, shape, x, options in (
        ("last", (6,), (2, 3, 6), {}),
        ("two", (3, 6), (4, 3, 6), {"eps": 1e-3}),
        ("plain", (5,), (5,), {"elementwise_affine": False}),
    ):
        yield described(
            "RMSNorm",
            "rms_norm",
            {"normalized_shape": shape, **options},
            lambda shape=shape, options=options: reference2x.RMSNorm(shape, **options),
            x,
            name=name,
        )


def pads(kind, mode, n):
    image = IMAGES[n]
    for name, padding, x in (
        ("same", (2,), (2, *image)),
        ("sides", (1, 0, 2, 1, 0, 3)[: 2 * n], image),
        ("cut", (-1, 2) + (0, 1) * (n - 1), (1, *image)),
    ):
        whole = padding * (2 * n) if len(padding) == 1 else padding
        yield described(
            f"{kind}Pad{n}d",
            f"{kind.lower()}_pad{n}d",
            {"padding": padding},
            lambda whole=whole: reference2x.Pad(mode, n, whole),
            x,
            name=name,
        )


def lp_pools():
    image = IMAGES[3]
    for name, options, x in (
        ("batch", {"norm_type": 2.0, "kernel_size": (2,)}, (2, *image)),
        ("ceil", {"norm_type": 3.0, "kernel_size": (3,), "stride": (2,), "ceil_mode": True}, uniform(0.1, 2, *image)),
        ("root", {"norm_type": 1.5, "kernel_size": (2, 1, 2), "stride": (1, 2, 1)}, uniform(0.1, 2, 1, *image)),
    ):
        arguments = {key: value[0] if value in ((2,), (3,)) else value for key, value in options.items()}
        yield described(
            "LPPool3d",
            "lp_pool3d",
            options,
            lambda arguments=arguments: reference2x.LPPool3d(**arguments),
            x,
            name=name,
        )


CASES = [
    *rms_norms(),
    *(case for n in (1, 3) for case in pads("Zero", "constant", n)),
    *(case for n in (1, 2, 3) for case in pads("Circular", "circular", n)),
    *lp_pools(),
    *normalised(),
    *attentions(),
]
