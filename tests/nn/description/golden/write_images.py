"""Writes images.txt: what PyTorch makes of pooling, padding and vision layers and functions.

    /usr/bin/python3 write_images.py > images.txt
"""
from golden_cases import F, write_functions, write_layers, x

# A kind of layer in one to three dimensions: what a number of axes makes of each text and shape.
SHAPES = {1: (3, 7), 2: (3, 5, 6), 3: (2, 4, 5, 6)}  # [C, spatial...]


def forms(kind, arguments, constructor, dimensions=(1, 2, 3), shapes=None, too_few=True):
    """(layer, constructor, inputs) for each number of dimensions: with and without a batch axis, and with too few."""
    message = {"LPPool": "lp_pool"}.get(kind) or "".join(f"_{c.lower()}" if c.isupper() else c for c in kind).strip("_")
    for n in dimensions:
        shape = SHAPES[n]
        inputs = [(2, *shape), shape, *[shape[2:]] * too_few] if shapes is None else shapes
        yield f"{message}{n}d {{ {arguments} }}", f"nn.{kind}{n}d({constructor})", inputs


LAYERS = [
    *forms("MaxPool", "kernel_size: 2", "2"),
    *forms("MaxPool", "kernel_size: 3 stride: 2 padding: 1 ceil_mode: true return_indices: true",
           "3, stride=2, padding=1, ceil_mode=True, return_indices=True", too_few=False),
    *forms("MaxPool", "kernel_size: 2 dilation: 3", "2, dilation=3"),
    *forms("AvgPool", "kernel_size: 2 stride: 1", "2, stride=1", (1, 3)),
    *forms("AvgPool", "kernel_size: 3 padding: 1 ceil_mode: true count_include_pad: false",
           "3, padding=1, ceil_mode=True, count_include_pad=False", too_few=False),
    *forms("AvgPool", "kernel_size: 3 divisor_override: 5", "3, divisor_override=5", (2, 3), too_few=False),
    *forms("LPPool", "norm_type { int: 2 } kernel_size: 2", "2, 2", (1, 2), [(1, 2, 5, 6)]),
    *forms("LPPool", "norm_type { float: 2.0 } kernel_size: 3 stride: 2 ceil_mode: true", "2.0, 3, 2, True", (2,),
           [(2, 3, 6, 8), (3, 6, 8)]),
    ("lp_pool1d { norm_type { int: 3 } kernel_size: 2 }", "nn.LPPool1d(3, 2)", [(2, 3, 7), (3, 7), (7,)]),
    *forms("AdaptiveAvgPool", "output_size: 3", "3"),
    *forms("AdaptiveMaxPool", "output_size: 3", "3", (1,)),
    *forms("AdaptiveMaxPool", "output_size: 4 return_indices: true", "4, return_indices=True",
           shapes=[(2, 3, 5, 6, 7)]),
    *forms("AdaptiveMaxPool", "output_size: 2 return_indices: true", "2, return_indices=True", (2,),
           [(2, 3, 5, 6), (3, 5, 6), (2, 0, 5, 6), "int64 2,3,5,6"]),
    ("adaptive_max_pool2d { output_size: [3, -1] }", "nn.AdaptiveMaxPool2d((3, None))", [(2, 3, 5, 6)]),
    ("adaptive_avg_pool3d { output_size: [-1, 2, 3] }", "nn.AdaptiveAvgPool3d((None, 2, 3))", [(2, 3, 4, 5, 6)]),
    *forms("ReflectionPad", "padding: 2", "2", shapes=[(3, 4, 5), (3, 5)]),
    *forms("ReflectionPad", "padding: 3", "3", (1, 2), [(2, 3, 4, 5)]),
    *forms("ReplicationPad", "padding: 2", "2", shapes=[(2, 3, 4, 5), (3, 5)]),
    *forms("ConstantPad", "padding: 2 value { float: 0.5 }", "2, 0.5", shapes=[(2, 3, 4), (5,), "int64 2,3,2"]),
    *forms("ConstantPad", "padding: 1 value { int: 3 }", "1, 3", shapes=[(2, 3, 4)]),
    ("reflection_pad1d { padding: [1, 3] }", "nn.ReflectionPad1d((1, 3))", [(2, 3, 5)]),
    ("reflection_pad1d { padding: [5, 2] }", "nn.ReflectionPad1d((5, 2))", [(1, 2, 7)]),
    ("reflection_pad1d { padding: [-1, 2] }", "nn.ReflectionPad1d((-1, 2))", [(1, 2, 5)]),
    ("replication_pad1d { padding: [-3, -3] }", "nn.ReplicationPad1d((-3, -3))", [(1, 2, 5)]),
    ("replication_pad2d { padding: [1, -2, 0, 9] }", "nn.ReplicationPad2d((1, -2, 0, 9))", [(1, 2, 4, 5)]),
    ("zero_pad2d { padding: 1 }", "nn.ZeroPad2d(1)", [(2, 3, 4), (3, 4), (5,), "bool 2,2"]),
    ("zero_pad2d { padding: [1, -1, 0, 2] }", "nn.ZeroPad2d((1, -1, 0, 2))", [(2, 3, 4, 5)]),
    ("pixel_shuffle { upscale_factor: 2 }", "nn.PixelShuffle(2)", [(1, 8, 2, 3), (4, 3, 2), (1, 3, 2, 2), (4, 4)]),
    ("pixel_shuffle { upscale_factor: -2 }", "nn.PixelShuffle(-2)", [(1, 4, 2, 2)]),
    ("pixel_unshuffle { downscale_factor: 2 }", "nn.PixelUnshuffle(2)",
     [(1, 2, 4, 6), (1, 2, 4), (1, 1, 3, 4), (1, 1, 4, 3), (4,)]),
    ("channel_shuffle { groups: 2 }", "nn.ChannelShuffle(2)", [(1, 6, 2, 2), (2, 4, 3), (1, 3, 2), (2, 4)]),
    ("channel_shuffle { groups: -1 }", "nn.ChannelShuffle(-1)", [(1, 6, 2)]),
    ("unflatten { dim: 1 unflattened_size: [2, 3] }", "nn.Unflatten(1, (2, 3))", [(2, 6), (2, 6, 2), (2, 5), (6,)]),
    ("unflatten { dim: 0 unflattened_size: [-1] }", "nn.Unflatten(0, (-1,))", [(4, 2)]),
    ("unflatten { dim: -1 unflattened_size: [4, -1] }", "nn.Unflatten(-1, (4, -1))", [(2, 8), (2, 6)]),
    ("upsample { size: 4 }", "nn.Upsample(4)", [(1, 2, 3), (1, 2, 3, 5), (1, 1, 2, 3, 2), (2, 3), "uint8 1,1,3,2"]),
    ("upsample { scale_factor: 2 }", "nn.Upsample(scale_factor=2)", [(1, 2, 3), "int64 1,2,3"]),
    ("upsample { size: [2, 7] mode: 'bilinear' align_corners: false }",
     "nn.Upsample((2, 7), mode='bilinear', align_corners=False)", [(1, 2, 4, 5), (1, 2, 4), (2, 0, 4, 5)]),
    ("upsample { scale_factor: [1.5, 0.6] mode: 'bicubic' align_corners: true }",
     "nn.Upsample(scale_factor=(1.5, 0.6), mode='bicubic', align_corners=True)", ["float64 1,2,4,5", (1, 2, 4, 5)]),
    ("upsample { scale_factor: 1.7 mode: 'linear' recompute_scale_factor: true }",
     "nn.Upsample(scale_factor=1.7, mode='linear', recompute_scale_factor=True)", [(2, 3, 5), (2, 3, 5, 5)]),
    ("upsample { size: 3 mode: 'trilinear' }", "nn.Upsample(3, mode='trilinear')", [(1, 1, 2, 4, 5), (1, 1, 4)]),
    ("upsample { size: [3, 3, 3] }", "nn.Upsample((3, 3, 3))", [(1, 2, 4, 5)]),
    ("upsample { scale_factor: 0.1 }", "nn.Upsample(scale_factor=0.1)", [(1, 2, 4, 5)]),
    ("upsample { mode: 'cubic' size: 3 }", "nn.Upsample(3, mode='cubic')", [(1, 2, 4, 5)]),
    ("upsample { size: 3 align_corners: true }", "nn.Upsample(3, align_corners=True)", [(1, 2, 4)]),
    ("upsample { size: 3 scale_factor: 2 }", "nn.Upsample(3, 2)", [(1, 2, 4)]),
    ("upsample {}", "nn.Upsample()", [(1, 2, 4)]),
    ("upsampling_nearest2d { scale_factor: 2 }", "nn.UpsamplingNearest2d(scale_factor=2)", [(1, 2, 3, 2)]),
    ("upsampling_bilinear2d { size: [3, 4] }", "nn.UpsamplingBilinear2d((3, 4))", [(1, 2, 5, 2)]),
]

IMAGE = (1, 2, 5, 6)

FUNCTIONS = [
    (F.max_pool2d, (x, 2), {"return_indices": True}, [IMAGE]),
    (F.max_pool2d, (x, (2, 2, 2)), {}, [IMAGE]),
    (F.max_pool2d, (x, 2, (1, 1, 1)), {}, [IMAGE]),
    (F.max_pool2d, (x, 2, 0), {}, [IMAGE]),
    (F.max_pool2d, (x, "a"), {}, [IMAGE]),
    (F.avg_pool1d, (x, 2), {"padding": 1}, [(1, 2, 5)]),
    (F.avg_pool1d, (x, (2, 2)), {}, [(1, 2, 5)]),
    (F.avg_pool2d, (x, 2), {"divisor_override": 0}, [IMAGE]),
    (F.avg_pool3d, (x, (1, 2, 3)), {"ceil_mode": True}, [(1, 2, 2, 3, 4)]),
    (F.lp_pool2d, (x, 2, (2, 3)), {}, [IMAGE]),
    (F.lp_pool1d, (x, 0, 2), {}, [(1, 2, 5)]),
    (F.adaptive_avg_pool2d, (x, (None, 3)), {}, [IMAGE]),
    (F.adaptive_avg_pool2d, (x, -1), {}, [IMAGE]),
    (F.adaptive_max_pool1d, (x, (2, 2)), {}, [(1, 2, 5)]),
    (F.fractional_max_pool2d, (x, 2), {}, [IMAGE]),
    (F.fractional_max_pool2d, (x, 4, 4), {}, [IMAGE]),
    *((F.pad, (x, (1, 2, 0, 1)), {"mode": mode}, [IMAGE])
      for mode in ("constant", "reflect", "replicate", "circular", "mirror")),
    (F.pad, (x, (1, 1, 2, 2, 3, 3)), {"value": 2.5}, [(2, 3, 4)]),
    (F.pad, (x, (1, 1)), {"mode": "reflect", "value": 1.0}, [IMAGE]),
    (F.pad, (x, (1, 1, 1)), {}, [IMAGE]),
    (F.pad, (x, (1, 1, 1, 1)), {}, [(3,)]),
    (F.pad, (x, (1, 1)), {"mode": "circular"}, [IMAGE]),
    (F.pad, (x, (7, 1, 0, 0)), {"mode": "circular"}, [IMAGE]),
    *((F.interpolate, (x,), {"size": (3, 8), "mode": mode, "antialias": True}, [IMAGE])
      for mode in ("bilinear", "bicubic", "nearest")),
    (F.interpolate, (x,), {"scale_factor": 2, "mode": "nearest-exact"}, [IMAGE]),
    (F.interpolate, (x,), {"scale_factor": (0.5, 1.5), "mode": "area"}, [IMAGE]),
    (F.interpolate, (x,), {"scale_factor": (2.0, 2.0, 2.0)}, [IMAGE]),
    (F.interpolate, (x,), {"size": 3, "recompute_scale_factor": True}, [IMAGE]),
    (F.pixel_shuffle, (x, 2), {}, [(1, 4, 2, 2)]),
    (F.pixel_unshuffle, (x, 2), {}, [(1, 1, 4, 4)]),
    (F.channel_shuffle, (x, 2), {}, [(1, 4, 2)]),
]

write_layers(LAYERS)
write_functions(FUNCTIONS)
