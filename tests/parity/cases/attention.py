"""MultiheadAttention, by itself and with masks and flags; and the functional form, where this torch has it."""
import torch
import torch.nn.functional as F
from case import function, layer
from torch import nn


class Attends(nn.Module):
    """Attention with flags, which no example input can be."""

    def __init__(self, attention, **flags):
        super().__init__()
        self.attention = attention
        self.flags = flags

    def forward(self, query, key, value, attn_mask=None, key_padding_mask=None):
        both = self.attention(query, key, value, key_padding_mask=key_padding_mask, attn_mask=attn_mask, **self.flags)
        return both if self.flags.get("need_weights", True) else both[0]


class LooksAtItself(nn.Module):
    """Self-attention whose weights nobody sees: one product makes query, key and value."""

    def __init__(self, **options):
        super().__init__()
        self.attention = nn.MultiheadAttention(6, 2, **options)

    def forward(self, x, attn_mask=None, key_padding_mask=None):
        return self.attention(
            x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, need_weights=False
        )[0]


def square_mask():
    """[4, 4], for each of two sequences and two heads."""
    return torch.eye(4, dtype=torch.bool).roll(1, 0).expand(4, 4, 4).contiguous()


def square_padding():
    """[2, 4]."""
    return torch.tensor([[False, False, False, True], [True, False, False, False]])


def mask():
    """[4, 3], which forbids some."""
    return torch.tensor([[False, True, False], [False, False, True], [True, False, False], [False, False, False]])


def padding():
    """[2, 3]."""
    return torch.tensor([[False, False, True], [False, True, False]])


def attention(make, *inputs, name, **flags):
    return layer("MultiheadAttention", lambda: Attends(make(), **flags), *inputs, name=name)


QUERY, MEMORY = (4, 2, 6), (3, 2, 6)

CASES = [
    layer("MultiheadAttention", lambda: nn.MultiheadAttention(6, 3), QUERY, MEMORY, MEMORY),
    layer("MultiheadAttention", lambda: nn.MultiheadAttention(6, 2, bias=False), (4, 6), (3, 6), (3, 6)),
    layer(
        "MultiheadAttention",
        lambda: nn.MultiheadAttention(6, 1, add_bias_kv=True, add_zero_attn=True, kdim=3, vdim=5, batch_first=True),
        *((2, 4, 6), (2, 3, 3), (2, 3, 5)),
    ),
    attention(lambda: nn.MultiheadAttention(6, 2), QUERY, MEMORY, MEMORY, mask, padding, name="masks"),
    attention(
        lambda: nn.MultiheadAttention(6, 2), QUERY, MEMORY, MEMORY, (4, 4, 3), name="heads", average_attn_weights=False
    ),
    attention(
        lambda: nn.MultiheadAttention(6, 3, add_zero_attn=True, add_bias_kv=True),
        *(QUERY, MEMORY, MEMORY, mask, padding),
        name="alone",
        need_weights=False,
    ),
    layer("MultiheadAttention", LooksAtItself, (4, 2, 6), square_mask, name="itself"),
    layer(
        "MultiheadAttention",
        lambda: LooksAtItself(batch_first=True),
        *((2, 4, 6), square_mask, square_padding),
        name="itself-batch-first",
    ),
    layer("MultiheadAttention", lambda: LooksAtItself(bias=False), (4, 6), name="itself-unbatched"),
    attention(
        lambda: nn.MultiheadAttention(6, 2, batch_first=True),
        *((2, 4, 6), (2, 3, 6), (2, 3, 6), mask, padding),
        name="alone-batch-first",
        need_weights=False,
    ),
    attention(
        lambda: nn.MultiheadAttention(6, 2, batch_first=True),
        *((2, 4, 6), (2, 3, 6), (2, 3, 6), mask, padding),
        name="weights-batch-first",
    ),
]

if hasattr(F, "scaled_dot_product_attention"):
    _attend = F.scaled_dot_product_attention
    CASES += [
        function("scaled_dot_product_attention", _attend, (2, 4, 6), (2, 3, 6), (2, 3, 5)),
        function("scaled_dot_product_attention", lambda *qkv: _attend(*qkv, is_causal=True), *[(2, 4, 6)] * 3),
        function("scaled_dot_product_attention", lambda *all: _attend(*all), (4, 6), (3, 6), (3, 6), mask, name="mask"),
    ]
