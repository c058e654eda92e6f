"""Normalisations: layers and functions, by running statistics and by the batch's."""
import torch
import torch.nn.functional as F
from case import function, layer, uniform
from torch import nn

from moduled.v1 import module_pb2

# [N, C, ...] in one to three dimensions.
IMAGES = {1: (4, 3, 6), 2: (4, 3, 5, 6), 3: (2, 3, 4, 5, 6)}


def batches(name, make, shape):
    yield layer(name, lambda: make(3), shape)
    yield layer(name, lambda: make(3), shape, name="training", training=True)
    yield layer(name, lambda: make(3, eps=0.1, momentum=None, affine=False), shape, name="plain")
    yield layer(name, lambda: make(3, affine=False), shape, name="plain-training", training=True)
    yield layer(name, lambda: make(3, momentum=0.3, track_running_stats=False), shape, name="untracked")


def instances(name, make, shape):
    yield layer(name, lambda: make(3), shape)
    yield layer(name, lambda: make(3, eps=0.1, affine=True), shape[1:], name="unbatched")
    yield layer(name, lambda: make(3, affine=True, track_running_stats=True), shape, name="tracked")
    yield layer(
        name, lambda: make(3, affine=True, track_running_stats=True), shape, name="tracked-training", training=True
    )
    yield layer(name, lambda: make(3, momentum=0.3, track_running_stats=True), shape[1:], name="tracked-unbatched")


class RMSNorm(nn.Module):
    """torch.nn.RMSNorm of 2.4, by its definition."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.axes = tuple(range(-len(normalized_shape), 0))
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(normalized_shape)) if elementwise_affine else None

    def forward(self, input):
        eps = torch.finfo(input.dtype).eps if self.eps is None else self.eps
        result = input * torch.rsqrt(input.square().mean(self.axes, keepdim=True) + eps)
        return result if self.weight is None else result * self.weight


class AnyBatchNorm(nn.modules.batchnorm._BatchNorm):
    """torch.nn.SyncBatchNorm without other processes, which PyTorch 1.13 runs on GPUs alone."""

    def _check_input_dim(self, input):
        pass


def described(name, make, *inputs, label="", **arguments):
    """A layer that this PyTorch cannot run: its reference, and its description."""

    def description():
        module = module_pb2.ModuleDescription()
        message = getattr(module, FIELDS[name])
        for argument, value in arguments.items():
            if isinstance(value, tuple):
                getattr(message, argument).extend(value)
            else:
                setattr(message, argument, value)
        return module

    return layer(name, lambda: make(**arguments), *inputs, name=label, description=description)


FIELDS = {"RMSNorm": "rms_norm", "SyncBatchNorm": "sync_batch_norm"}


def layers():
    for n, image in IMAGES.items():
        yield from batches(f"BatchNorm{n}d", getattr(nn, f"BatchNorm{n}d"), image)
        yield from instances(f"InstanceNorm{n}d", getattr(nn, f"InstanceNorm{n}d"), image)
    yield layer("BatchNorm1d", lambda: nn.BatchNorm1d(3), (4, 3))
    yield layer("BatchNorm1d", lambda: nn.BatchNorm1d(3), (4, 3), name="flat-training", training=True)
    yield described("SyncBatchNorm", AnyBatchNorm, (4, 3), num_features=3)
    yield described("SyncBatchNorm", AnyBatchNorm, (4, 3, 6), num_features=3, eps=0.1, affine=False)
    yield described("SyncBatchNorm", AnyBatchNorm, (2, 3, 4, 5, 6), num_features=3, track_running_stats=False)
    yield layer("GroupNorm", lambda: nn.GroupNorm(2, 6), (3, 6, 4, 5))
    yield layer("GroupNorm", lambda: nn.GroupNorm(1, 4, eps=0.1), (2, 4), name="whole")
    yield layer("GroupNorm", lambda: nn.GroupNorm(3, 3, affine=False), (2, 3, 7), name="plain", training=True)
    yield layer("LayerNorm", lambda: nn.LayerNorm(6), (3, 4, 6))
    yield layer("LayerNorm", lambda: nn.LayerNorm((4, 6), eps=0.1), (3, 4, 6), name="axes")
    yield layer("LayerNorm", lambda: nn.LayerNorm(6, elementwise_affine=False), (6,), name="plain")
    yield layer("LocalResponseNorm", lambda: nn.LocalResponseNorm(3), (2, 5, 4, 3))
    yield layer("LocalResponseNorm", lambda: nn.LocalResponseNorm(4, 0.5, 0.6, 2.0), (2, 5, 4))
    yield layer("LocalResponseNorm", lambda: nn.LocalResponseNorm(7, alpha=1.5), (2, 3, 2, 3, 4))
    yield layer("CrossMapLRN2d", lambda: nn.CrossMapLRN2d(3), (2, 5, 4, 3))
    yield layer("CrossMapLRN2d", lambda: nn.CrossMapLRN2d(5, 0.5, 0.6, 2), (2, 7, 2, 3))
    # torch has no gradient of windows of one channel: it fails.
    yield layer("CrossMapLRN2d", lambda: nn.CrossMapLRN2d(1, alpha=1.5), (1, 3, 2, 2), backward=False)
    yield layer("CrossMapLRN2d", lambda: nn.CrossMapLRN2d(4, alpha=1.5), (2, 6, 2, 2), name="even")
    yield layer("CrossMapLRN2d", lambda: nn.CrossMapLRN2d(9, alpha=1.5), (1, 3, 2, 2), name="wide")
    yield described("RMSNorm", RMSNorm, (3, 4, 6), normalized_shape=(6,))
    yield described("RMSNorm", RMSNorm, (3, 4, 6), normalized_shape=(4, 6), eps=0.1, label="axes")
    yield described("RMSNorm", RMSNorm, (6,), normalized_shape=(6,), elementwise_affine=False)


def functions():
    shape, channels = (4, 3, 5), (3,)
    mean, var = lambda: torch.rand(3, dtype=torch.float64), uniform(0.5, 2, 3)
    # torch has no gradient of running statistics.
    yield function("batch_norm", lambda x, m, v: F.batch_norm(x, m.detach(), v.detach()), shape, mean, var)
    yield function(
        "batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), shape, channels, channels, name="training"
    )
    yield function(
        "batch_norm",
        lambda x, m, v, w: F.batch_norm(x, m.detach(), v.detach(), w, eps=0.1),
        shape,
        mean,
        var,
        channels,
        name="weight",
    )
    yield function("instance_norm", F.instance_norm, shape)
    yield function(
        "instance_norm",
        lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=0.1),
        shape,
        channels,
        channels,
        name="affine",
    )
    yield function(
        "instance_norm",
        lambda x, m, v: F.instance_norm(x, m.detach(), v.detach(), use_input_stats=False),
        shape,
        mean,
        var,
        name="running",
    )
    yield function("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b), (3, 4, 5), (4,), (4,))
    yield function("group_norm", lambda x: F.group_norm(x, 1, eps=0.1), (3, 4), name="plain")
    yield function("layer_norm", lambda x: F.layer_norm(x, x.shape[1:]), shape, name="plain")
    yield function("local_response_norm", lambda x: F.local_response_norm(x, 2, 0.5, 0.6, 2.0), (2, 5, 4))
    yield function("normalize", F.normalize, shape)
    yield function("normalize", lambda x: F.normalize(x, p=1, dim=-1), shape, name="l1")
    yield function("normalize", lambda x: F.normalize(x, p=3.0, dim=0, eps=1.0), shape, name="l3")
    zeros = lambda: torch.zeros(4, dtype=torch.float64)
    yield function("normalize", lambda x: F.normalize(x, dim=0), zeros, name="zeros")


CASES = [*layers(), *functions()]
