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
]

if hasattr(F, "scaled_dot_product_attention"):
    _attend = F.scaled_dot_product_attention
    CASES += [
        function("scaled_dot_product_attention", _attend, (2, 4, 6), (2, 3, 6), (2, 3, 5)),
        function("scaled_dot_product_attention", lambda *qkv: _attend(*qkv, is_causal=True), *[(2, 4, 6)] * 3),
        function("scaled_dot_product_attention", lambda *all: _attend(*all), (4, 6), (3, 6), (3, 6), mask, name="mask"),
    ]
