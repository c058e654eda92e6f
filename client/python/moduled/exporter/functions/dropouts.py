"""Dropouts of torch.nn.functional: while training, chance decides."""
import torch
import torch.nn.functional as F

# The forms of one function differ in nothing but the name: a factory makes the row of each.


def _drop(name, training):
    function = getattr(F, name)

    def row(input, p=0.5, training=training):
        return function(input, p, training)

    row.__name__ = row.__qualname__ = name
    return row


dropout = _drop("dropout", True)
dropout1d = _drop("dropout1d", True)
dropout2d = _drop("dropout2d", True)
dropout3d = _drop("dropout3d", True)
alpha_dropout = _drop("alpha_dropout", False)
feature_alpha_dropout = _drop("feature_alpha_dropout", False)


def _without_inplace(input, *args, inplace=False, **kwargs):
    return (input, *args[:2]), kwargs


def _of_torch(input, p, train):
    """torch's own functions call it `train`."""
    return (input, p, train), {}


TABLE = [
    (dropout, _without_inplace, [F.dropout]),
    (dropout1d, _without_inplace, [F.dropout1d]),
    (dropout2d, _without_inplace, [F.dropout2d]),
    (dropout3d, _without_inplace, [F.dropout3d]),
    (alpha_dropout, _without_inplace, [F.alpha_dropout]),
    (feature_alpha_dropout, _without_inplace, [F.feature_alpha_dropout]),
    (dropout, _of_torch, [torch.dropout, torch.dropout_]),
    (alpha_dropout, _of_torch, [torch.alpha_dropout, torch.alpha_dropout_]),
    (feature_alpha_dropout, _of_torch, [torch.feature_alpha_dropout, torch.feature_alpha_dropout_]),
]
