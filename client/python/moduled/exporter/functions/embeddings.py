"""Look-ups in tables, one_hot, and distances of vectors."""
import torch
import torch.nn.functional as F


def embedding(
    input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False
):
    return F.embedding(input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)


def embedding_bag(
    input,
    weight,
    offsets=None,
    max_norm=None,
    norm_type=2,
    scale_grad_by_freq=False,
    mode="mean",
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    return F.embedding_bag(
        input,
        weight,
        offsets,
        max_norm,
        norm_type,
        scale_grad_by_freq,
        mode,
        sparse,
        per_sample_weights,
        include_last_offset,
        padding_idx,
    )


def one_hot(tensor, num_classes=-1):
    return F.one_hot(tensor, num_classes)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    return F.cosine_similarity(x1, x2, dim, eps)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    return F.pairwise_distance(x1, x2, p, eps, keepdim)


def _one_hot(tensor, num_classes=-1):
    if num_classes == -1:
        raise TypeError("one_hot needs num_classes here: the shape of its result may not depend on the data")
    return (tensor, num_classes), {}


TABLE = [
    (embedding, None, [F.embedding]),
    (embedding_bag, None, [F.embedding_bag]),
    (one_hot, _one_hot, [F.one_hot]),
    (cosine_similarity, None, [F.cosine_similarity, torch.cosine_similarity]),
    (pairwise_distance, None, [F.pairwise_distance, torch.pairwise_distance]),
]
