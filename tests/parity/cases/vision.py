"""Vision, shuffle and shape layers and functions."""
import torch.nn.functional as F
from case import function, layer, uniform
from torch import nn

IMAGE = (2, 3, 5, 6)


def upsampling(mode, *shape):
    """Upsample in one mode, with what the mode takes."""
    corners = [{}] if mode.startswith("nearest") or mode == "area" else [{}, {"align_corners": True}]
    factors = (1.6, 0.7, 2.0)[: len(shape) - 2]
    for options in corners:
        for target in (
            {"size": tuple(extent + 3 for extent in shape[2:])},
            {"scale_factor": 1.7},
            {"scale_factor": factors},
            {"scale_factor": 1.7, "recompute_scale_factor": True},
        ):
            label = "-".join([mode, *target, *options])
            yield layer("Upsample", lambda o={**options, **target}: nn.Upsample(mode=mode, **o), shape, name=label)


def sampling():
    """grid_sample in all its ways."""
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for corners in (False, True):
                yield function(
                    "grid_sample",
                    lambda x, grid, o=(mode, padding, corners): F.grid_sample(x, grid, *o),
                    IMAGE,
                    uniform(-1.4, 1.4, 2, 4, 3, 2),
                    name=f"{mode}-{padding}-{corners}",
                )
    yield function(
        "grid_sample",
        lambda x, grid: F.grid_sample(x, grid, align_corners=False),
        (1, 2, 3, 4, 5),
        uniform(-1.2, 1.2, 1, 2, 3, 2, 3),
        name="volume",
    )


CASES = [
    layer("PixelShuffle", lambda: nn.PixelShuffle(2), (2, 8, 3, 4)),
    layer("PixelShuffle", lambda: nn.PixelShuffle(3), (9, 2, 2)),
    layer("PixelShuffle", lambda: nn.PixelShuffle(2), (1, 2, 4, 3, 3)),
    layer("PixelUnshuffle", lambda: nn.PixelUnshuffle(2), (2, 3, 4, 6)),
    layer("PixelUnshuffle", lambda: nn.PixelUnshuffle(3), (1, 3, 6)),
    layer("PixelUnshuffle", lambda: nn.PixelUnshuffle(2), (1, 2, 1, 4, 4)),
    # PyTorch 1.13 has no gradient of channel_shuffle.
    layer("ChannelShuffle", lambda: nn.ChannelShuffle(2), (2, 6, 3), backward=False),
    layer("ChannelShuffle", lambda: nn.ChannelShuffle(3), (1, 6, 2, 2), backward=False),
    layer("ChannelShuffle", lambda: nn.ChannelShuffle(4), (2, 4, 1, 2, 3), backward=False),
    layer("Flatten", lambda: nn.Flatten(), (2, 3, 4)),
    layer("Flatten", lambda: nn.Flatten(0, 1), (2, 3, 4)),
    layer("Flatten", lambda: nn.Flatten(-2), (2, 3, 4, 5)),
    layer("Unflatten", lambda: nn.Unflatten(1, (2, 3)), (4, 6, 2)),
    layer("Unflatten", lambda: nn.Unflatten(-1, (-1, 2)), (4, 6)),
    layer("Unflatten", lambda: nn.Unflatten(0, (2, 1, 2)), (4, 3)),
    *(case for mode in ("nearest", "nearest-exact", "linear", "area") for case in upsampling(mode, 2, 3, 7)),
    *(
        case
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic", "area")
        for case in upsampling(mode, *IMAGE)
    ),
    *(case for mode in ("nearest", "trilinear") for case in upsampling(mode, 1, 2, 3, 4, 5)),
    layer("UpsamplingNearest2d", lambda: nn.UpsamplingNearest2d(scale_factor=2), IMAGE),
    layer("UpsamplingNearest2d", lambda: nn.UpsamplingNearest2d((4, 9)), IMAGE),
    layer("UpsamplingNearest2d", lambda: nn.UpsamplingNearest2d(size=7), (1, 1, 3, 4)),
    layer("UpsamplingBilinear2d", lambda: nn.UpsamplingBilinear2d(scale_factor=2), IMAGE),
    layer("UpsamplingBilinear2d", lambda: nn.UpsamplingBilinear2d((4, 9)), IMAGE),
    layer("UpsamplingBilinear2d", lambda: nn.UpsamplingBilinear2d(size=7), (1, 1, 3, 4)),
    function("interpolate", lambda x: F.interpolate(x, size=x.shape[-1] * 2), (1, 2, 5)),
    *(
        function(
            "interpolate",
            lambda x, mode=mode, size=size: F.interpolate(x, size, mode=mode, antialias=True),
            (1, 2, 9, 6),
            name=f"{mode}-antialias-{size[0]}",
        )
        for mode in ("bilinear", "bicubic")
        for size in ((4, 4), (11, 3))
    ),
    function("upsample", lambda x: F.upsample(x, scale_factor=2), (1, 2, 5)),
    function("upsample_nearest", lambda x: F.upsample_nearest(x, (4, 8)), IMAGE),
    function("upsample_bilinear", lambda x: F.upsample_bilinear(x, scale_factor=2), IMAGE),
    function("pixel_shuffle", lambda x: F.pixel_shuffle(x, 2), (1, 4, 2, 2)),
    function("pixel_unshuffle", lambda x: F.pixel_unshuffle(x, 2), (1, 1, 4, 4)),
    function("channel_shuffle", lambda x: F.channel_shuffle(x, 2), (1, 4, 2, 2), backward=False),
    *sampling(),
    function("affine_grid", lambda theta: F.affine_grid(theta, (2, 1, 4, 5), align_corners=False), (2, 2, 3)),
    function("affine_grid", lambda theta: F.affine_grid(theta, (2, 1, 1, 5), True), (2, 2, 3), name="row"),
    function("affine_grid", lambda theta: F.affine_grid(theta, (1, 1, 2, 3, 4), True), (1, 3, 4), name="volume"),
]
