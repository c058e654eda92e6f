"""torch.nn.functional's attention, which is newer than some torch."""
import torch.nn.functional as F


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):
    return F.scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, **_given(scale=scale))


def _given(**options):
    """The scale came after the function."""
    return {name: value for name, value in options.items() if value is not None}


_SPELLINGS = [getattr(F, "scaled_dot_product_attention", None)]

TABLE = [(scaled_dot_product_attention, None, [spelling for spelling in _SPELLINGS if spelling is not None])]
