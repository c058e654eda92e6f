"""Convolution layers."""
from case import layer
from torch import nn

CASES = [
    layer("Conv2d", lambda: nn.Conv2d(4, 6, 3), (2, 4, 7, 6)),
    layer("Conv2d", lambda: nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=(1, 2), groups=2), (2, 4, 7, 6)),
    layer("Conv2d", lambda: nn.Conv2d(3, 3, 3, padding="same", groups=3, bias=False), (3, 5, 6)),
]
