"""The network: a small residual net for 28x28 pictures, written as one would write any PyTorch module.

    x [N, 1, 28, 28], values in 0..1  ->  logits [N, 10]

    stem    [N, 32, 28, 28]  edges and textures at full resolution: the feature maps that are nice to look at
    pool    [N, 32, 14, 14]
    layer1  [N, 32, 14, 14]  residual block
    layer2  [N, 64, 7, 7]    residual block that halves the resolution
    head    [N, 10]

There is no separate normalisation of the input: the stem's batch normalisation absorbs mean and scale.
"""
from collections import OrderedDict

from torch import nn


class ResidualBlock(nn.Module):
    """relu(f(x) + shortcut(x)), f being two convolutions; the shortcut is a projection where shapes differ."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        if stride == 1 and in_channels == out_channels:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride),
                nn.Conv2d(in_channels, out_channels, 1, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return self.relu(out + self.shortcut(x))


class FashionNet(nn.Module):
    """Ten kinds of clothes from 28x28 gray pictures."""

    def __init__(self, classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(1, 32, 3, padding=1, bias=False),
                bn=nn.BatchNorm2d(32),
                relu=nn.ReLU(inplace=True),
            )
        )
        self.pool = nn.MaxPool2d(2)
        self.layer1 = nn.Sequential(ResidualBlock(32, 32))
        self.layer2 = nn.Sequential(ResidualBlock(32, 64, stride=2))
        self.head = nn.Sequential(
            OrderedDict(
                pool=nn.AdaptiveAvgPool2d(1),
                flatten=nn.Flatten(),
                dropout=nn.Dropout(0.1),
                fc=nn.Linear(64, classes),
            )
        )

    def forward(self, x):
        x = self.pool(self.stem(x))
        x = self.layer2(self.layer1(x))
        return self.head(x)
