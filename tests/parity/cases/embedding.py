"""Look-ups in tables: layers and functions."""
import torch
import torch.nn.functional as F
from case import function, integers, layer
from torch import nn


def ragged(values):
    """A function that makes offsets of bags."""
    return lambda: torch.tensor(values)


CASES = [
    layer("Embedding", lambda: nn.Embedding(7, 4), integers(7, 2, 3)),
    layer("Embedding", lambda: nn.Embedding(7, 4, padding_idx=2), integers(7, 5), name="padding"),
    layer("Embedding", lambda: nn.Embedding(7, 4, padding_idx=-1), integers(7, 2, 5), name="padding-from-end"),
    layer("Embedding", lambda: nn.Embedding(7, 4, scale_grad_by_freq=True), integers(3, 2, 5), name="frequencies"),
    layer("Embedding", lambda: nn.Embedding(3, 1), integers(3), name="scalar"),
    layer("Embedding", lambda: nn.Embedding(7, 4, max_norm=0.5), integers(7, 2, 5), name="max-norm"),
    layer("Embedding", lambda: nn.Embedding(7, 4, max_norm=1, norm_type=1), integers(7, 5), name="max-norm-1"),
    layer("EmbeddingBag", lambda: nn.EmbeddingBag(7, 4), integers(7, 3, 5)),
    layer("EmbeddingBag", lambda: nn.EmbeddingBag(7, 4, mode="sum", padding_idx=1), integers(7, 3, 5), name="sum"),
    layer("EmbeddingBag", lambda: nn.EmbeddingBag(7, 4, mode="max"), integers(7, 3, 5), name="max"),
    layer("EmbeddingBag", lambda: nn.EmbeddingBag(7, 4, max_norm=0.5), integers(7, 3, 5), name="max-norm"),
    layer("EmbeddingBag", lambda: nn.EmbeddingBag(7, 4, padding_idx=2), integers(3, 3, 5), name="padding"),
    layer("EmbeddingBag", lambda: nn.EmbeddingBag(7, 4), integers(7, 6), ragged([0, 2, 2]), name="offsets"),
    layer(
        "EmbeddingBag",
        lambda: nn.EmbeddingBag(7, 4, mode="sum", include_last_offset=True),
        integers(7, 6),
        ragged([0, 2, 6]),
        name="last-offset",
    ),
    layer(
        "EmbeddingBag",
        lambda: nn.EmbeddingBag(7, 4, mode="sum"),
        integers(7, 15),
        ragged([0, 2, 9]),
        (15,),
        name="weights",
    ),
    function("embedding", F.embedding, integers(5, 2, 3), (5, 4)),
    function("embedding", lambda i, w: F.embedding(i, w, padding_idx=0), integers(5, 2, 3), (5, 4), name="padding"),
    function("embedding_bag", F.embedding_bag, integers(5, 2, 3), (5, 4)),
    function(
        "embedding_bag",
        lambda i, w, o: F.embedding_bag(i, w, o, mode="max"),
        integers(5, 6),
        (5, 4),
        ragged([0, 3]),
        name="offsets",
    ),
    function("one_hot", lambda i: F.one_hot(i, 6), integers(6, 2, 3), backward=False),
]
