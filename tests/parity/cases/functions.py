"""The functions, operators and methods that graphs of torch.fx call, forward and backward."""
import torch
import torch.nn.functional as F
import torchvision
from case import function, integers, uniform

X = (3, 4, 6)


def both(*shape):
    """A function that makes a bool tensor."""
    return lambda: torch.rand(shape) > 0.4


def arithmetic():
    yield function("add", lambda a, b: a + b, X, (4, 1))
    yield function("add", lambda a, b: torch.add(a, b, alpha=2.5), X, X, name="alpha")
    yield function("sub", lambda a, b: a - b, X, (3, 1, 6))
    yield function("sub", lambda a: 1 - a, X, name="reversed")
    yield function("mul", lambda a, b: 2 * a * b, X, (6,))
    yield function("div", lambda a, b: a / b, X, uniform(0.5, 2, 4, 6))
    yield function("div", lambda a: 2 / a, uniform(0.5, 2, *X), name="reciprocal")
    yield function("floordiv", lambda a: a // 0.3, X, backward=False)
    yield function("remainder", lambda a: a % 0.7, X)
    yield function("pow", lambda a: a**3, X)
    yield function("pow", lambda a, b: a**b, uniform(0.5, 2, *X), (4, 6), name="tensors")
    yield function("neg", lambda a: -a, X)
    yield function("matmul", lambda a, b: a @ b, X, (6, 5))
    yield function("matmul", torch.matmul, (2, 1, 3, 4), (5, 4, 2), name="broadcast")
    yield function("matmul", torch.matmul, (4,), (4,), name="vectors")
    yield function("addmm", lambda a, b, c: torch.addmm(a, b, c, beta=0.5, alpha=2), (5,), (3, 4), (4, 5))
    yield function("baddbmm", lambda a, b, c: torch.baddbmm(a, b, c, beta=0.5), (2, 3, 5), (2, 3, 4), (2, 4, 5))
    yield function("einsum", lambda a, b: torch.einsum("bij,bkj->bik", a, b), (2, 3, 4), (2, 5, 4))
    yield function("einsum", lambda a: torch.einsum("ijk->ki", a), X, name="sum")


def comparisons():
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        yield function(name, getattr(torch, name), X, (4, 6), backward=False)
    for name in ("logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor"):
        yield function(name, getattr(torch, name), both(3, 4), both(4), backward=False)
    yield function("logical_not", torch.logical_not, both(3, 4), backward=False)
    yield function("bitwise_not", lambda a: ~a, both(3, 4), backward=False)
    yield function("maximum", torch.maximum, X, (4, 6))
    yield function("maximum", lambda a: torch.maximum(a, a), X, name="ties")
    yield function("minimum", torch.minimum, X, (3, 1, 6))
    yield function("where", torch.where, both(3, 4, 6), X, (6,))
    yield function("masked_fill", lambda a, mask: a.masked_fill(mask, 2.5), X, both(4, 6))


def elementary():
    for name in ("abs", "sign", "exp", "sigmoid", "tanh", "relu"):
        yield function(name, getattr(torch, name), X)
    for name in ("log", "log1p", "sqrt", "rsqrt"):
        yield function(name, getattr(torch, name), uniform(0.1, 3, *X))
    yield function("clamp", lambda a: a.clamp(-0.5, 0.7), X)
    yield function("clamp", lambda a: a.clamp(0, 1), lambda: torch.tensor([-1.0, 0, 0.5, 1, 2]), name="bounds")
    yield function("clamp", lambda a, low: torch.clamp(a, min=low), X, (6,), name="tensor")
    yield function("to", lambda a: a.double() * 2, X)
    yield function("to", lambda a: a.float() * 2, X, name="float")
    yield function("type_as", lambda a, b: b.type_as(a) * a, X, integers(5, 4, 6))
    yield function("detach", lambda a: a * a.detach(), X)
    yield function("softmax", lambda a: a.softmax(1), X)
    yield function("layer_norm", lambda a, w, b: F.layer_norm(a, (6,), w, b), X, (6,), (6,))


def reductions():
    for name in ("sum", "mean", "var", "std", "amax", "amin"):
        yield function(name, lambda a, name=name: getattr(a, name)((0, 2)), X, name="axes")
        yield function(name, lambda a, name=name: getattr(a, name)(-1, keepdim=True), X, name="kept")
        if name not in ("amax", "amin"):
            yield function(name, getattr(torch, name), X)
    yield function("prod", lambda a: a.prod(), X)
    yield function("prod", lambda a: a.prod(1), X, name="axis")
    yield function("prod", lambda a: a.prod(), lambda: torch.tensor([2.0, 0, 3]), name="zero")
    yield function("any", lambda a: (a > 1).any(1), X, backward=False)
    yield function("all", lambda a: (a > -1).all(2), X, backward=False)
    yield function("logsumexp", lambda a: a.logsumexp((0, 2)), X)
    for p in (0.5, 1, 2, 3, float("inf")):
        yield function("norm", lambda a, p=p: a.norm(p, 1), X, name=f"{p}")
    for name in ("max", "min"):
        yield function(name, getattr(torch, name), X)
        yield function(name, lambda a, name=name: getattr(a, name)(1), X, name="axis")
    yield function("max", lambda a: a.max(), lambda: torch.tensor([1.0, 3, 3, 2]), name="ties")
    yield function("amax", lambda a: a.amax(0), lambda: torch.tensor([1.0, 3, 3, 2]), name="ties")
    for name in ("argmax", "argmin"):
        yield function(name, lambda a, name=name: getattr(a, name)(1), X, backward=False)
    yield function("sort", lambda a: a.sort(1, descending=True), X)
    yield function("argsort", lambda a: a.argsort(0), X, backward=False)
    yield function("topk", lambda a: a.topk(2, 1), X)
    yield function("cumsum", lambda a: a.cumsum(1), X)
    yield function("gather", lambda a, i: a.gather(1, i), X, integers(4, 3, 5, 6))


def views():
    yield function("cat", lambda a, b: torch.cat([a, b], 1), X, (3, 2, 6))
    yield function("stack", lambda a, b: torch.stack([a, b, a], -1), X, X)
    yield function("flatten", lambda a: a.flatten(1), X)
    yield function("unflatten", lambda a: a.unflatten(2, (2, -1)), X)
    yield function("reshape", lambda a: a.view(-1, 8), X)
    yield function("permute", lambda a: a.permute(2, 0, 1), X)
    yield function("transpose", lambda a: a.transpose(0, -1), X)
    yield function("movedim", lambda a: a.movedim((0, 1), (2, 0)), X)
    yield function("t", lambda a: a.t(), (3, 4))
    yield function("unsqueeze", lambda a: a.unsqueeze(1), X)
    yield function("squeeze", lambda a: a.squeeze(), (3, 1, 4, 1))
    yield function("expand", lambda a: a.expand(2, -1, 4, -1), (3, 1, 6))
    yield function("expand_as", lambda a, b: a.expand_as(b) * b, (4, 1), X)
    yield function("repeat", lambda a: a.repeat(2, 1, 3), (3, 4))
    yield function("roll", lambda a: a.roll((1, -2), (0, 2)), X)
    yield function("roll", lambda a: a.roll(5), X, name="flat")
    yield function("flip", lambda a: a.flip(0, 2), X)
    yield function("tril", lambda a: a.tril(-1), X)
    yield function("triu", lambda a: a.triu(2), X)
    yield function("chunk", lambda a: a.chunk(4, 2), X)
    yield function("split", lambda a: a.split([1, 3], 1), X)
    yield function("split", lambda a: a.split(4, -1)[1], X, name="one")
    yield function("narrow", lambda a: a.narrow(1, 1, 2), X)
    yield function("select", lambda a: a.select(2, -1), X)
    yield function("unbind", lambda a: a.unbind(1), X)
    yield function("size", lambda a: a * a.size(1), X)
    yield function("numel", lambda a: a / a.numel(), X)


def indexing():
    yield function("getitem", lambda a: a[1], X, name="int")
    yield function("getitem", lambda a: a[:, 1:6:2, None, -3:], X, name="slices")
    yield function("getitem", lambda a: a[..., 0, :], X, name="ellipsis")
    yield function("getitem", lambda a, i: a[i], X, integers(3, 2, 5), name="gather")
    yield function("getitem", lambda a, i, j: a[:, i, j], X, integers(4, 5), integers(6, 5), name="pairs")
    yield function("getitem", lambda a, i, j: a[i, :, j], X, integers(3, 5), integers(6, 2, 1), name="apart")


def creations():
    yield function("full", lambda a: a + torch.full((4, 6), 2.5, dtype=torch.float32), X)
    yield function("zeros", lambda a: torch.cat([a, torch.zeros(3, 4, 1, dtype=torch.float64)], 2), X)
    yield function("ones", lambda a: a * torch.ones(a.shape[-1], dtype=torch.float32), X)
    yield function("full_like", lambda a: a * torch.full_like(a, 3), X)
    yield function("new_full", lambda a: a * a.new_full((4, 1), 3), X)
    yield function("arange", lambda a: a * torch.arange(1, 7, 1), X)


def visions():
    yield function("stochastic_depth", lambda a: torchvision.ops.stochastic_depth(a, 0.3, "row", False), X)
    yield function("patch_merging_pad", torchvision.models.swin_transformer._patch_merging_pad, (2, 3, 5, 4))
    yield function(
        "get_relative_position_bias",
        lambda table, index: torchvision.models.swin_transformer._get_relative_position_bias(table, index, [2, 2]),
        (9, 3),
        integers(9, 16),
    )
    for shift in (0, 1):
        yield function(
            "shifted_window_attention",
            lambda x, qkv, out, bias, shift=shift: torchvision.models.swin_transformer.shifted_window_attention(
                x, qkv, out, bias, [2, 2], 2, [shift, shift]
            ),
            (2, 5, 4, 6),
            (18, 6),
            (6, 6),
            (1, 2, 4, 4),
            name=f"shift{shift}",
        )
    yield function("_assert", lambda a: (torch._assert(a.dim() == 3, "rank"), a * 2)[1], X)


FAMILIES = (arithmetic, comparisons, elementary, reductions, views, indexing, creations, visions)
CASES = [case for family in FAMILIES for case in family()]
