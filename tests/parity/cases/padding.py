"""Padding layers and functions."""
import torch.nn.functional as F
from case import function, layer
from torch import nn

# [C, spatial...] in one to three dimensions.
IMAGES = {1: (3, 6), 2: (3, 5, 6), 3: (2, 4, 5, 6)}


def pads(kind, n, *value):
    """One kind of padding in n dimensions: the same on all sides, with and without a batch axis, cutting off."""
    name, image = f"{kind}Pad{n}d", IMAGES[n]
    pad = getattr(nn, name)
    yield layer(name, lambda: pad(2, *value), (2, *image))
    yield layer(name, lambda: pad((1, 0, 2, 1, 0, 3)[: 2 * n], *value), image)
    yield layer(name, lambda: pad((-1, 2) + (0, 1) * (n - 1), *value), (1, *image))


CASES = [
    *(case for n in (1, 2, 3) for kind in ("Reflection", "Replication") for case in pads(kind, n)),
    *(case for n in (1, 2, 3) for case in pads("Constant", n, 1.5)),
    layer("ConstantPad2d", lambda: nn.ConstantPad2d((3, 0, -1, 2), -2), (4, 5)),
    *pads("Zero", 2),
    function("pad", lambda x: F.pad(x, (1, 2)), (4,)),
    function("pad", lambda x: F.pad(x, (0, 1, 2, 3, -1, 2), value=0.5), (2, 3, 4), name="value"),
    *(
        function("pad", lambda x, mode=mode: F.pad(x, (1, 2, 0, 3), mode), (2, 3, 4, 5), name=mode)
        for mode in ("reflect", "replicate", "circular")
    ),
]
