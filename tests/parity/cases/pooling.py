"""Pooling layers and functions."""
import torch
import torch.nn.functional as F
from case import function, layer, uniform
from torch import nn

# [C, spatial...] in one to three dimensions.
IMAGES = {1: (3, 9), 2: (3, 7, 8), 3: (2, 5, 6, 7)}


def pooled(which, n, *shape):
    """The maxima (0) or their indices (1) of pooling the same tensor each time."""

    def make():
        image = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
        return getattr(F, f"max_pool{n}d")(image, 2, return_indices=True)[which]

    return make


def windows(n):
    """Max and average pooling in n dimensions."""
    name, image = f"MaxPool{n}d", IMAGES[n]
    pool = getattr(nn, name)
    yield layer(name, lambda: pool(2), (2, *image))
    yield layer(name, lambda: pool(3, 2, 1, ceil_mode=True, return_indices=True), (2, *image), name="indices")
    yield layer(name, lambda: pool((2,) * n, stride=1, dilation=2), image)
    name, average = f"AvgPool{n}d", getattr(nn, f"AvgPool{n}d")
    yield layer(name, lambda: average(2), (2, *image))
    yield layer(name, lambda: average(3, 2, 1, ceil_mode=True, count_include_pad=False), image)
    yield layer(name, lambda: average((2,) * n, stride=(1,) * n, padding=1), (1, *image))
    if n > 1:
        yield layer(name, lambda: average(3, divisor_override=5), (2, *image), name="divisor")
    yield function(f"max_pool{n}d", lambda x: getattr(F, f"max_pool{n}d")(x, 2, 1, 1), (2, *image))
    yield function(
        f"max_pool{n}d", lambda x: getattr(F, f"max_pool{n}d")(x, 2, return_indices=True), image, name="indices"
    )
    yield function(f"avg_pool{n}d", lambda x: getattr(F, f"avg_pool{n}d")(x, 3, 2, 1), (2, *image))


def adaptive(n):
    """Adaptive pooling in n dimensions."""
    image, whole = IMAGES[n], 3 if n == 1 else (None,) + (2,) * (n - 1)
    for kind in ("Avg", "Max"):
        name, low = f"Adaptive{kind}Pool{n}d", f"adaptive_{kind.lower()}_pool{n}d"
        pool = getattr(nn, name)
        yield layer(name, lambda pool=pool: pool(4), (2, *image))
        yield layer(name, lambda pool=pool: pool(1), image)
        yield layer(name, lambda pool=pool: pool(whole), (1, *image))
        yield function(low, lambda x, low=low: getattr(F, low)(x, 3), (2, *image))
    name, maximum = f"AdaptiveMaxPool{n}d", getattr(nn, f"AdaptiveMaxPool{n}d")
    yield layer(name, lambda: maximum(3, return_indices=True), (2, *image), name="indices")


def unpooling(n):
    """The inverse of max pooling in n dimensions."""
    name, unpool = f"MaxUnpool{n}d", getattr(nn, f"MaxUnpool{n}d")
    batch, single = (2, 2, *(6, 4, 8)[:n]), (2, *(4, 6, 2)[:n])
    yield layer(name, lambda: unpool(2), pooled(0, n, *batch), pooled(1, n, *batch), name="batch")
    yield layer(name, lambda: unpool((2,) * n), pooled(0, n, *single), pooled(1, n, *single), name="single")
    yield layer(
        name, lambda: unpool(2, stride=2, padding=0), pooled(0, n, *single), pooled(1, n, *single), name="stride"
    )
    odd = tuple(extent + 1 for extent in batch[2:])
    yield function(
        f"max_unpool{n}d",
        lambda x, i: getattr(F, f"max_unpool{n}d")(x, i, 2, output_size=odd),
        pooled(0, n, *batch),
        pooled(1, n, *batch),
    )


def norms(n):
    """Power-average pooling in n dimensions."""
    name, image = f"LPPool{n}d", IMAGES[n]
    pool = getattr(nn, name)
    yield layer(name, lambda: pool(2, 2), (2, *image))
    yield layer(name, lambda: pool(3.0, 3, stride=2, ceil_mode=True), uniform(0.1, 2, *image), name="ceil")
    yield layer(name, lambda: pool(1.5, 2, stride=1), uniform(0.1, 2, 2, *image), name="root")
    yield layer(name, lambda: pool(2, 2), lambda: torch.zeros(1, *image, dtype=torch.float64), name="zeros")
    yield function(f"lp_pool{n}d", lambda x: getattr(F, f"lp_pool{n}d")(x, 2, 3, 1), (2, *image))


def fractional(n):
    """Pooling at given random places in n dimensions."""
    name, image = f"FractionalMaxPool{n}d", IMAGES[n]
    pool = getattr(nn, name)
    yield layer(name, lambda: pool(2, output_size=3, _random_samples=torch.rand(2, image[0], n)), (2, *image))
    yield layer(
        name,
        lambda: pool((1,) + (2,) * (n - 1), output_ratio=0.5, _random_samples=torch.rand(1, image[0], n)),
        image,
    )
    yield layer(
        name,
        lambda: pool(3, output_size=(2,) * n, return_indices=True, _random_samples=torch.rand(3, image[0], n)),
        (2, *image),
        name="indices",
    )
    yield function(
        f"fractional_max_pool{n}d",
        lambda x, samples: getattr(F, f"fractional_max_pool{n}d")(x, 2, 3, _random_samples=samples),
        (2, *image),
        uniform(0, 1, 2, image[0], n),
        backward=False,  # PyTorch refuses gradients where samples could have one.
    )


CASES = [
    *(case for family in (windows, adaptive, unpooling) for n in (1, 2, 3) for case in family(n)),
    *(case for n in (1, 2) for case in norms(n)),
    *(case for n in (2, 3) for case in fractional(n)),
]
