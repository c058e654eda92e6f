"""The losses of torch.nn.functional, each under torch's name with torch's arguments."""
import torch.nn.functional as F


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return F.l1_loss(input, target, size_average, reduce, reduction)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return F.mse_loss(input, target, size_average, reduce, reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    return F.smooth_l1_loss(input, target, size_average, reduce, reduction, beta)


def huber_loss(input, target, reduction="mean", delta=1.0):
    return F.huber_loss(input, target, reduction, delta)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return F.soft_margin_loss(input, target, size_average, reduce, reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    return F.kl_div(input, target, size_average, reduce, reduction, log_target)


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
):
    return F.poisson_nll_loss(input, target, log_input, full, size_average, eps, reduce, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    return F.gaussian_nll_loss(input, target, var, full, eps, reduction)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    return F.binary_cross_entropy(input, target, weight, size_average, reduce, reduction)


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    return F.binary_cross_entropy_with_logits(input, target, weight, size_average, reduce, reduction, pos_weight)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    return F.multilabel_soft_margin_loss(input, target, weight, size_average, reduce, reduction)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    return F.nll_loss(input, target, weight, size_average, ignore_index, reduce, reduction)


def cross_entropy(
    input,
    target,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
    label_smoothing=0.0,
):
    return F.cross_entropy(input, target, weight, size_average, ignore_index, reduce, reduction, label_smoothing)


def multi_margin_loss(
    input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"
):
    return F.multi_margin_loss(input, target, p, margin, weight, size_average, reduce, reduction)


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return F.multilabel_margin_loss(input, target, size_average, reduce, reduction)


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    return F.margin_ranking_loss(input1, input2, target, margin, size_average, reduce, reduction)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    return F.hinge_embedding_loss(input, target, margin, size_average, reduce, reduction)


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    return F.cosine_embedding_loss(input1, input2, target, margin, size_average, reduce, reduction)


def triplet_margin_loss(
    anchor,
    positive,
    negative,
    margin=1.0,
    p=2,
    eps=1e-6,
    swap=False,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    return F.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, size_average, reduce, reduction)


def triplet_margin_with_distance_loss(anchor, positive, negative, *, margin=1.0, swap=False, reduction="mean"):
    return F.triplet_margin_with_distance_loss(
        anchor, positive, negative, margin=margin, swap=swap, reduction=reduction
    )


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity)


def _without_distance(*args, distance_function=None, **kwargs):
    if distance_function is not None:
        raise TypeError("triplet_margin_with_distance_loss: a distance_function of one's own is not supported")
    return args, kwargs


TABLE = [
    (l1_loss, None, [F.l1_loss]),
    (mse_loss, None, [F.mse_loss]),
    (smooth_l1_loss, None, [F.smooth_l1_loss]),
    (huber_loss, None, [F.huber_loss]),
    (soft_margin_loss, None, [F.soft_margin_loss]),
    (kl_div, None, [F.kl_div]),
    (poisson_nll_loss, None, [F.poisson_nll_loss]),
    (gaussian_nll_loss, None, [F.gaussian_nll_loss]),
    (binary_cross_entropy, None, [F.binary_cross_entropy]),
    (binary_cross_entropy_with_logits, None, [F.binary_cross_entropy_with_logits]),
    (multilabel_soft_margin_loss, None, [F.multilabel_soft_margin_loss]),
    (nll_loss, None, [F.nll_loss]),
    (cross_entropy, None, [F.cross_entropy]),
    (multi_margin_loss, None, [F.multi_margin_loss]),
    (multilabel_margin_loss, None, [F.multilabel_margin_loss]),
    (margin_ranking_loss, None, [F.margin_ranking_loss]),
    (hinge_embedding_loss, None, [F.hinge_embedding_loss]),
    (cosine_embedding_loss, None, [F.cosine_embedding_loss]),
    (triplet_margin_loss, None, [F.triplet_margin_loss]),
    (triplet_margin_with_distance_loss, _without_distance, [F.triplet_margin_with_distance_loss]),
    (ctc_loss, None, [F.ctc_loss]),
]
