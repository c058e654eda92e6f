"""Distances of vectors: layers and functions."""
import torch
import torch.nn.functional as F
from case import function, layer
from torch import nn

CASES = [
    layer("CosineSimilarity", nn.CosineSimilarity, (4, 5), (4, 5)),
    layer("CosineSimilarity", lambda: nn.CosineSimilarity(dim=0, eps=0.5), (4, 5), (4, 5), name="eps"),
    layer("CosineSimilarity", lambda: nn.CosineSimilarity(dim=-1), (2, 3, 4), (3, 4), name="broadcast"),
    layer("PairwiseDistance", nn.PairwiseDistance, (4, 5), (4, 5)),
    layer("PairwiseDistance", lambda: nn.PairwiseDistance(p=1, eps=0.1, keepdim=True), (4, 5), (4, 5), name="p1"),
    layer("PairwiseDistance", lambda: nn.PairwiseDistance(p=3.5), (5,), (5,), name="vectors"),
    function("cosine_similarity", F.cosine_similarity, (3, 4), (3, 4)),
    function("cosine_similarity", lambda a, b: torch.cosine_similarity(a, b, dim=0), (3, 4), (3, 4), name="dim"),
    function("pairwise_distance", F.pairwise_distance, (3, 4), (3, 4)),
    function("pairwise_distance", lambda a, b: F.pairwise_distance(a, b, 1.0, keepdim=True), (3, 4), (4,), name="p1"),
]
