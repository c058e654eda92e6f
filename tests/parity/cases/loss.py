"""Losses: layers with their reductions, weights and kinds of targets, and functions."""
import torch
import torch.nn.functional as F
from case import function, integers, layer, uniform
from torch import nn

X = (4, 5)
REDUCTIONS = ("mean", "sum", "none")


def signs(*shape):
    return lambda: torch.randint(0, 2, shape).to(torch.float64) * 2 - 1


def bits(*shape):
    return lambda: torch.randint(0, 2, shape).to(torch.float64)


def probabilities(*shape):
    """Along axis 1."""
    return lambda: torch.rand(shape, dtype=torch.float64).softmax(1)


def log_probabilities(*shape, dim=1):
    return lambda: torch.randn(shape, dtype=torch.float64).log_softmax(dim)


def weights(count):
    return torch.linspace(0.5, 2, count)


def reduced(name, inputs, held=(), **arguments):
    """The layer in all of its reductions."""
    make = getattr(nn, name)
    for reduction in REDUCTIONS:
        yield layer(name, lambda r=reduction: make(reduction=r, **arguments), *inputs, name=reduction, held=held)


def elementwise():
    for name in ("L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss"):
        yield from reduced(name, (X, X))
    yield layer("SmoothL1Loss", lambda: nn.SmoothL1Loss(beta=0.3), X, X, name="beta")
    yield layer("SmoothL1Loss", lambda: nn.SmoothL1Loss(beta=0.0), X, X, name="no-beta")
    yield layer("HuberLoss", lambda: nn.HuberLoss(delta=0.3), X, X, name="delta")
    yield from reduced("SoftMarginLoss", (X, signs(*X)), held=(1,))
    yield from reduced("HingeEmbeddingLoss", (X, signs(*X)))
    yield layer("HingeEmbeddingLoss", lambda: nn.HingeEmbeddingLoss(margin=0.2), (3,), signs(3), name="margin")


def of_distributions():
    yield from reduced("KLDivLoss", (log_probabilities(*X), probabilities(*X)))
    yield layer(
        "KLDivLoss", lambda: nn.KLDivLoss(reduction="batchmean"), log_probabilities(*X), probabilities(*X), name="batch"
    )
    yield layer(
        "KLDivLoss", lambda: nn.KLDivLoss(log_target=True), log_probabilities(*X), log_probabilities(*X), name="log-target"
    )
    yield from reduced("PoissonNLLLoss", (X, uniform(0, 4, *X)))
    yield layer("PoissonNLLLoss", lambda: nn.PoissonNLLLoss(full=True), X, uniform(0, 4, *X), name="full")
    yield layer(
        "PoissonNLLLoss",
        lambda: nn.PoissonNLLLoss(log_input=False, eps=0.1),
        uniform(0.1, 4, *X),
        uniform(0, 4, *X),
        name="plain",
    )
    yield from reduced("GaussianNLLLoss", (X, X, uniform(0.2, 2, *X)))
    yield layer(
        "GaussianNLLLoss", lambda: nn.GaussianNLLLoss(full=True, eps=0.1), X, X, uniform(0.2, 2, 4), name="full"
    )
    yield layer("GaussianNLLLoss", nn.GaussianNLLLoss, X, X, uniform(0.2, 2, 4, 1), name="column")
    yield from reduced("BCELoss", (uniform(0.01, 0.99, *X), bits(*X)))
    yield layer(
        "BCELoss", lambda: nn.BCELoss(weight=weights(5)), uniform(0.01, 0.99, *X), uniform(0, 1, *X), name="weight"
    )
    yield from reduced("BCEWithLogitsLoss", (X, uniform(0, 1, *X)))
    yield layer(
        "BCEWithLogitsLoss",
        lambda: nn.BCEWithLogitsLoss(weight=weights(5), pos_weight=weights(5)),
        X,
        bits(*X),
        name="weights",
    )


def of_classes():
    for reduction in REDUCTIONS:
        def options(**arguments):
            return dict(reduction=reduction, **arguments)

        cross = lambda options=options(weight=weights(5), ignore_index=2): nn.CrossEntropyLoss(**options)
        yield layer("CrossEntropyLoss", cross, X, integers(5, 4), name=reduction)
        smooth = lambda options=options(weight=weights(5), label_smoothing=0.3): nn.CrossEntropyLoss(**options)
        yield layer("CrossEntropyLoss", smooth, X, integers(5, 4), name=f"smooth-{reduction}")
        yield layer("CrossEntropyLoss", smooth, X, probabilities(*X), name=f"probabilities-{reduction}")
        images = lambda options=options(weight=weights(3), ignore_index=1): nn.NLLLoss(**options)
        yield layer("NLLLoss", images, log_probabilities(2, 3, 4, 5), integers(3, 2, 4, 5), name=f"images-{reduction}")
        old = lambda options=options(): nn.NLLLoss2d(**options)
        yield layer("NLLLoss2d", old, log_probabilities(2, 3, 4, 5), integers(3, 2, 4, 5), name=reduction)
    yield layer("CrossEntropyLoss", nn.CrossEntropyLoss, (5,), integers(5), name="unbatched")
    yield layer("CrossEntropyLoss", nn.CrossEntropyLoss, (2, 3, 4, 5), integers(3, 2, 4, 5), name="images")
    yield layer("CrossEntropyLoss", nn.CrossEntropyLoss, (2, 3, 4), probabilities(2, 3, 4), name="sequences")
    yield layer("NLLLoss", nn.NLLLoss, log_probabilities(*X), integers(5, 4))
    yield layer("NLLLoss", nn.NLLLoss, log_probabilities(5, dim=0), integers(5), name="unbatched")
    yield from reduced("MultiMarginLoss", (X, integers(5, 4)))
    yield layer("MultiMarginLoss", lambda: nn.MultiMarginLoss(2, 0.5, weights(5)), X, integers(5, 4), name="weight")
    labels = lambda: torch.tensor([[3, 0, -1, 1, 2], [0, 1, 2, 3, 4], [-1, 0, 0, 0, 0], [4, -1, 4, 4, 4]])
    yield from reduced("MultiLabelMarginLoss", (X, labels))
    yield from reduced("MultiLabelSoftMarginLoss", (X, bits(*X)))
    yield layer(
        "MultiLabelSoftMarginLoss", lambda: nn.MultiLabelSoftMarginLoss(weight=weights(5)), X, bits(*X), name="weight"
    )


def of_pairs():
    yield from reduced("MarginRankingLoss", ((4,), (4,), signs(4)))
    yield layer("MarginRankingLoss", lambda: nn.MarginRankingLoss(margin=0.5), X, X, signs(*X), name="margin")
    yield from reduced("CosineEmbeddingLoss", (X, X, signs(4)), margin=-0.3)
    yield layer(
        "CosineEmbeddingLoss",
        nn.CosineEmbeddingLoss,
        (5,),
        (5,),
        lambda: torch.tensor(1.0, dtype=torch.float64),
        name="unbatched",
    )
    yield from reduced("TripletMarginLoss", (X, X, X))
    yield layer("TripletMarginLoss", lambda: nn.TripletMarginLoss(2.0, p=1.5, swap=True), X, X, X, name="swap")
    yield from reduced("TripletMarginWithDistanceLoss", (X, X, X))
    yield layer(
        "TripletMarginWithDistanceLoss",
        lambda: nn.TripletMarginWithDistanceLoss(margin=2.0, swap=True),
        X,
        X,
        X,
        name="swap",
    )


def ctc(name, make, targets, lengths, batch=3):
    inputs = lambda: torch.tensor([9, 8, 9][:batch])
    return layer(
        "CTCLoss",
        make,
        log_probabilities(9, batch, 5, dim=2),
        targets,
        inputs,
        lambda: torch.tensor(lengths),
        name=name,
    )


def sequences():
    yield ctc("padded", nn.CTCLoss, integers(5, 3, 4, low=1), [4, 2, 3])
    yield ctc("sum", lambda: nn.CTCLoss(reduction="sum"), integers(5, 9, low=1), [4, 2, 3])
    yield ctc("none", lambda: nn.CTCLoss(blank=4, reduction="none"), integers(4, 3, 4), [4, 0, 3])
    yield ctc("infinite", lambda: nn.CTCLoss(zero_infinity=True), lambda: torch.full((3, 6), 2), [6, 2, 3])


def adaptive():
    def made(*arguments, **options):
        return lambda: nn.AdaptiveLogSoftmaxWithLoss(*arguments, **options)

    name = "AdaptiveLogSoftmaxWithLoss"
    all_clusters = lambda: torch.tensor([9, 0, 3, 6, 5, 2, 8, 4])
    yield layer(name, made(16, 10, [3, 6]), (8, 16), all_clusters)
    yield layer(name, made(16, 10, [2], div_value=3.5, head_bias=True), (8, 16), all_clusters, name="bias")
    yield layer(name, made(16, 10, [1, 4, 5], div_value=1.0), (8, 16), all_clusters, name="three")
    # 16 / 1.6 is 10, but 16 // 1.6 is 9.
    yield layer(name, made(16, 10, [3, 6], div_value=1.6), (8, 16), all_clusters, name="floored")
    yield layer(name, made(16, 10, [3], div_value=0.5), (8, 16), all_clusters, name="wider")
    # Where no target is in a cluster, torch leaves its gradients None, and here they are zero.
    unbatched = made(16, 10, [3, 6], div_value=2.0, head_bias=True)
    yield layer(name, unbatched, (16,), integers(10), name="unbatched", backward=False)
    yield layer(name, made(16, 10, [5]), (6, 16), integers(5, 6), name="shortlist", backward=False)


def functions():
    for name in ("l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss"):
        yield function(name, getattr(F, name), X, X)
        yield function(name, lambda a, b, f=getattr(F, name): f(a, b, reduction="none"), X, X, name="none")
    yield function("soft_margin_loss", F.soft_margin_loss, X, signs(*X), held=(1,))
    yield function("hinge_embedding_loss", lambda a, b: F.hinge_embedding_loss(a, b, 0.4), X, signs(*X))
    yield function(
        "kl_div", lambda a, b: F.kl_div(a, b, reduction="batchmean"), log_probabilities(*X), probabilities(*X)
    )
    yield function("poisson_nll_loss", F.poisson_nll_loss, X, uniform(0, 4, *X))
    yield function("gaussian_nll_loss", F.gaussian_nll_loss, X, X, uniform(0.2, 2, *X))
    yield function("binary_cross_entropy", F.binary_cross_entropy, uniform(0.01, 0.99, *X), bits(*X))
    yield function(
        "binary_cross_entropy",
        F.binary_cross_entropy,
        uniform(0.01, 0.99, *X),
        bits(*X),
        uniform(0, 1, 5),
        name="weight",
        held=(2,),
    )
    yield function("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, X, bits(*X))
    yield function("multilabel_soft_margin_loss", F.multilabel_soft_margin_loss, X, bits(*X))
    yield function("nll_loss", F.nll_loss, log_probabilities(*X), integers(5, 4))
    yield function("cross_entropy", F.cross_entropy, X, integers(5, 4))
    yield function(
        "cross_entropy",
        lambda a, b: F.cross_entropy(a, b, label_smoothing=0.2, reduction="sum"),
        X,
        integers(5, 4),
        name="smooth",
    )
    yield function("multi_margin_loss", F.multi_margin_loss, X, integers(5, 4))
    yield function("multilabel_margin_loss", F.multilabel_margin_loss, X, integers(5, 4, 5))
    yield function("margin_ranking_loss", F.margin_ranking_loss, X, X, signs(*X))
    yield function("cosine_embedding_loss", F.cosine_embedding_loss, X, X, signs(4))
    yield function("triplet_margin_loss", F.triplet_margin_loss, X, X, X)
    yield function("triplet_margin_with_distance_loss", F.triplet_margin_with_distance_loss, X, X, X)
    lengths = lambda: torch.tensor([2, 3])
    yield function(
        "ctc_loss",
        F.ctc_loss,
        log_probabilities(7, 2, 4, dim=2),
        integers(4, 2, 3, low=1),
        lambda: torch.tensor([7, 6]),
        lengths,
    )


CASES = [*elementwise(), *of_distributions(), *of_classes(), *of_pairs(), *sequences(), *adaptive(), *functions()]
