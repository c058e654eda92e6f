"""Dropouts: nothing in evaluation; while training, where chance has no say."""
import torch
import torch.nn.functional as F
from case import function, layer
from torch import nn

SHAPES = {
    "Dropout": (3, 4),
    "Dropout1d": (2, 3, 4),
    "Dropout2d": (2, 3, 4, 5),
    "Dropout3d": (2, 3, 4, 5, 6),
    "AlphaDropout": (3, 4),
    "FeatureAlphaDropout": (2, 3, 4),
}
FUNCTIONS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")


def cases():
    for (name, shape), call in zip(SHAPES.items(), FUNCTIONS):
        make = getattr(nn, name)
        yield layer(name, make, shape)
        yield layer(name, lambda make=make: make(0.3, inplace=True), shape)
        yield layer(name, lambda make=make: make(0), shape, name="none", training=True)
        yield layer(name, lambda make=make: make(1), shape, name="all", training=True)
        drop = getattr(F, call)
        yield function(call, lambda x, drop=drop: drop(x, 0.3, False), shape)
        yield function(call, lambda x, drop=drop: drop(x, p=1, training=True), shape, name="all")
        yield function(call, lambda x, drop=drop: drop(x, 0, inplace=True), shape, name="none")
    yield layer("Dropout1d", nn.Dropout1d, (3, 4))
    yield layer("Dropout3d", lambda: nn.Dropout3d(1), (3, 4, 5, 6), training=True)
    yield function("dropout", lambda x: torch.dropout(x, 0.5, False), (3, 4), name="torch")


CASES = list(cases())
