"""torch.nn.functional's functions of images: padding, resizing, shuffling and sampling."""
import torch.nn.functional as F


def pad(input, pad, mode="constant", value=None):
    return F.pad(input, pad, mode, value)


def interpolate(
    input,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
    antialias=False,
):
    return F.interpolate(input, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias)


def pixel_shuffle(input, upscale_factor):
    return F.pixel_shuffle(input, upscale_factor)


def pixel_unshuffle(input, downscale_factor):
    return F.pixel_unshuffle(input, downscale_factor)


def channel_shuffle(input, groups):
    return F.channel_shuffle(input, groups)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    return F.grid_sample(input, grid, mode, padding_mode, align_corners)


def affine_grid(theta, size, align_corners=None):
    return F.affine_grid(theta, size, align_corners)


def _upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    return (input, size, scale_factor, mode, align_corners), {}


def _upsample_nearest(input, size=None, scale_factor=None):
    return (input, size, scale_factor), {"mode": "nearest"}


def _upsample_bilinear(input, size=None, scale_factor=None):
    return (input, size, scale_factor), {"mode": "bilinear", "align_corners": True}


TABLE = [
    (pad, None, [F.pad]),
    (interpolate, None, [F.interpolate]),
    (interpolate, _upsample, [F.upsample]),
    (interpolate, _upsample_nearest, [F.upsample_nearest]),
    (interpolate, _upsample_bilinear, [F.upsample_bilinear]),
    (pixel_shuffle, None, [F.pixel_shuffle]),
    (pixel_unshuffle, None, [F.pixel_unshuffle]),
    (channel_shuffle, None, [F.channel_shuffle]),
    (grid_sample, None, [F.grid_sample]),
    (affine_grid, None, [F.affine_grid]),
]
