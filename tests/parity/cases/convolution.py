"""Convolution layers and functions, their transposes, and windows as columns."""
import torch
import torch.nn.functional as F
from case import function, layer
from torch import nn

# [C, spatial...] in one to three dimensions.
IMAGES = {1: (4, 9), 2: (4, 7, 6), 3: (4, 4, 5, 6)}


def convolutions(n):
    """Conv1d to Conv3d and their functions."""
    name, image = f"Conv{n}d", IMAGES[n]
    conv, call = getattr(nn, name), getattr(F, f"conv{n}d")
    yield layer(name, lambda: conv(4, 6, 3), (2, *image))
    yield layer(name, lambda: conv(4, 6, 2, stride=2, padding=1, dilation=2, groups=2), image, name="groups")
    yield layer(name, lambda: conv(4, 4, 3, padding="same", groups=4, bias=False), (2, *image), name="depthwise")
    yield layer(name, lambda: conv(4, 2, 2, padding="same", dilation=3), (2, *image), name="same")
    yield layer(name, lambda: conv(4, 2, 3, padding="valid", stride=2), image, name="valid")
    for mode in ("reflect", "replicate", "circular"):
        yield layer(name, lambda mode=mode: conv(4, 2, 3, padding=2, padding_mode=mode), (2, *image), name=mode)
    yield layer(name, lambda: conv(4, 2, 2, padding="same", padding_mode="replicate"), image, name="same-replicate")
    weight, grouped = (3, 4, *(2,) * n), (6, 2, *(3,) * n)
    yield function(f"conv{n}d", lambda x, w: call(x, w), (2, *image), weight)
    yield function(f"conv{n}d", lambda x, w, b: call(x, w, b, padding="same"), image, weight, (3,), name="same")
    yield function(f"conv{n}d", lambda x, w: call(x, w, None, 2, 1, 1, 2), (2, *image), grouped, name="groups")


def transposes(n):
    """ConvTranspose1d to ConvTranspose3d and their functions."""
    name, image = f"ConvTranspose{n}d", IMAGES[n]
    conv, call = getattr(nn, name), getattr(F, f"conv_transpose{n}d")
    larger = [2 * extent + 2 for extent in image[1:]]
    yield layer(name, lambda: conv(4, 3, 3), (2, *image))
    yield layer(name, lambda: conv(4, 6, 2, stride=3, padding=1, output_padding=2, groups=2), image, name="groups")
    yield layer(name, lambda: conv(4, 2, 3, dilation=3, output_padding=2, bias=False), (2, *image), name="dilation")
    yield layer(name, lambda: conv(4, 2, 1, stride=4, padding=1, output_padding=3), (2, *image), name="holes")
    yield layer(name, lambda: conv(4, 2, 3, stride=2), (2, *image), lambda: larger, name="size")
    yield layer(name, lambda: conv(4, 2, 3, stride=2), image, lambda: [2, *larger], name="whole-size")
    weight, grouped = (4, 3, *(2,) * n), (4, 1, *(3,) * n)
    function_name = f"conv_transpose{n}d"
    yield function(function_name, lambda x, w: call(x, w), (2, *image), weight)
    yield function(function_name, lambda x, w, b: call(x, w, b, stride=2, padding=1), image, weight, (3,), name="bias")
    yield function(function_name, lambda x, w: call(x, w, None, 2, 1, 1, 4), (2, *image), grouped, name="groups")


CASES = [
    *(case for n in (1, 2, 3) for case in convolutions(n)),
    *(case for n in (1, 2, 3) for case in transposes(n)),
    layer("Conv2d", lambda: nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=(1, 2), groups=2), (2, 4, 7, 6)),
    layer("Conv2d", lambda: nn.Conv2d(16, 32, 3, padding=1), (4, 16, 28, 28), name="large"),
    layer("ConvTranspose2d", lambda: nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1), (2, 16, 20, 20), name="large"),
    layer("ConvTranspose2d", lambda: nn.ConvTranspose2d(2, 3, (1, 4), stride=(2, 1), padding=(0, 1)), (2, 3, 4)),
    layer("Unfold", lambda: nn.Unfold(2), (2, 3, 4, 5)),
    layer("Unfold", lambda: nn.Unfold((2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2)), (2, 2, 4, 5)),
    layer("Unfold", lambda: nn.Unfold(3, padding=1), (3, 5, 4)),
    layer("Fold", lambda: nn.Fold((4, 5), 2), (2, 12, 12)),
    layer("Fold", lambda: nn.Fold(4, (2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2)), (2, 12, 4)),
    layer("Fold", lambda: nn.Fold((4, 5), 2), (12, 12)),
    function("unfold", lambda x: F.unfold(x, (2, 3), stride=2), (2, 3, 6, 7)),
    function("unfold", lambda x: F.unfold(x, 2, padding=(1, 0)), (3, 6, 7), name="unbatched"),
    function("fold", lambda x: F.fold(x, (6, 7), 2), (2, 12, 30)),
    function("conv2d", lambda x, w: torch.conv2d(x, w, padding=(1, 0)), (1, 2, 5, 5), (2, 2, 3, 3), name="builtin"),
]
