"""Normalisations of torch.nn.functional. Running statistics are read, and never updated."""
import torch
import torch.nn.functional as F

from .adapters import every


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, eps=1e-05):
    return F.batch_norm(input, *_copies(running_mean, running_var), weight, bias, training, eps=eps)


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, eps=1e-05
):
    return F.instance_norm(
        input, *_copies(running_mean, running_var), weight, bias, use_input_stats, eps=eps
    )


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-05):
    return F.group_norm(input, num_groups, weight, bias, eps)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05):
    return F.layer_norm(input, normalized_shape, weight, bias, eps)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    return F.local_response_norm(input, size, alpha, beta, k)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    return F.rms_norm(input, normalized_shape, weight, eps)


def normalize(input, p=2.0, dim=1, eps=1e-12):
    return F.normalize(input, p, dim, eps)


def _copies(*statistics):
    """Of buffers that torch would update in place."""
    return [buffer if buffer is None else buffer.clone() for buffer in statistics]


def _batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05
):
    return (input, running_mean, running_var, weight, bias, training, eps), {}


def _torch_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled):
    return (input, running_mean, running_var, weight, bias, training, eps), {}


def _instance_norm(
    input,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    use_input_stats=True,
    momentum=0.1,
    eps=1e-05,
):
    return (input, running_mean, running_var, weight, bias, use_input_stats, eps), {}


def _torch_instance_norm(
    input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled
):
    return (input, running_mean, running_var, weight, bias, use_input_stats, eps), {}


def _torch_group_norm(input, num_groups, weight=None, bias=None, eps=1e-05, cudnn_enabled=True):
    return (input, num_groups, weight, bias, eps), {}


def _torch_layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05, cudnn_enable=True):
    return (input, normalized_shape, weight, bias, eps), {}


def _normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    if out is not None:
        raise TypeError("the result is written into another tensor (out=), which a graph cannot hold")
    return (input, p, dim, eps), {}


TABLE = [
    (batch_norm, _batch_norm, [F.batch_norm]),
    (batch_norm, _torch_batch_norm, [torch.batch_norm]),
    (instance_norm, _instance_norm, [F.instance_norm]),
    (instance_norm, _torch_instance_norm, [torch.instance_norm]),
    (group_norm, None, [F.group_norm]),
    (group_norm, _torch_group_norm, [torch.group_norm]),
    (layer_norm, None, [F.layer_norm]),
    (layer_norm, _torch_layer_norm, [torch.layer_norm]),
    (local_response_norm, None, [F.local_response_norm]),
    (rms_norm, None, [*every(F, "rms_norm"), *every(torch, "rms_norm")]),
    (normalize, _normalize, [F.normalize]),
]
