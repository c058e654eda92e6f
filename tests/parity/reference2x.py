"""Layers that only PyTorch 2 has, by their documentation, for PyTorch 1.13: what is right for them."""
import torch
import torch.nn.functional as F
from torch import nn


class RMSNorm(nn.Module):
    """torch.nn.RMSNorm: x / sqrt(mean(x^2) + eps) * weight, the mean over the last axes."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(self.shape)) if elementwise_affine else None

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        axes = tuple(range(-len(self.shape), 0))
        normalized = x * torch.rsqrt(x.square().mean(axes, keepdim=True) + eps)
        return normalized if self.weight is None else normalized * self.weight


class Pad(nn.Module):
    """torch.nn.ZeroPad1d, ZeroPad3d and CircularPad1d to 3d: F.pad, with or without a batch axis."""

    def __init__(self, mode, axes, padding):
        super().__init__()
        self.mode, self.axes = mode, axes
        self.padding = (padding,) * (2 * axes) if isinstance(padding, int) else padding

    def forward(self, x):
        if self.mode == "constant":
            return F.pad(x, self.padding)
        if x.dim() == self.axes + 2:
            return F.pad(x, self.padding, self.mode)
        return F.pad(x[None], self.padding, self.mode)[0]


class LPPool3d(nn.Module):
    """torch.nn.LPPool3d: the p-norm of each window, by the formula of LPPool2d."""

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type, self.stride, self.ceil_mode = norm_type, stride, ceil_mode
        self.kernel_size = (kernel_size,) * 3 if isinstance(kernel_size, int) else kernel_size

    def forward(self, x):
        mean = F.avg_pool3d(x.pow(self.norm_type), self.kernel_size, self.stride, 0, self.ceil_mode)
        elements = self.kernel_size[0] * self.kernel_size[1] * self.kernel_size[2]
        return (mean.sign() * mean.abs().relu() * elements).pow(1.0 / self.norm_type)


class Function(nn.Module):
    """A function, as the only node of a graph."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def rms_norm(x, weight, axes, eps):
    """torch.nn.functional.rms_norm over the last axes."""
    return x * torch.rsqrt(x.square().mean(axes, keepdim=True) + eps) * weight


def scaled_dot_product_attention(query, key, value, attn_mask=None, is_causal=False, scale=None):
    """torch.nn.functional.scaled_dot_product_attention, by its documentation."""
    scores = query @ key.transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        scores = scores.masked_fill(~seen, -torch.inf)
    if attn_mask is not None:
        masked = attn_mask.dtype == torch.bool
        scores = scores.masked_fill(~attn_mask, -torch.inf) if masked else scores + attn_mask
    return scores.softmax(-1) @ value
