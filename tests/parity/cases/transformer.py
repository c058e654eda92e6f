"""Transformers and their layers."""
import torch
from case import layer
from torch import nn


class Translates(nn.Module):
    """A transformer within a model, with a mask from a buffer."""

    def __init__(self, **options):
        super().__init__()
        self.transformer = nn.Transformer(8, 2, 2, 1, 12, dropout=0.0, **options)
        self.register_buffer("causal", nn.Transformer.generate_square_subsequent_mask(4))

    def forward(self, src, tgt, padding):
        return self.transformer(src, tgt, tgt_mask=self.causal, src_key_padding_mask=padding)


class Halves(nn.Module):
    """An encoder that is not torch's."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(8, 8)

    def forward(self, src, mask=None, src_key_padding_mask=None):
        return self.linear(src) * 0.5


def causal():
    return nn.Transformer.generate_square_subsequent_mask(5)


def padding():
    return torch.tensor([[False, False, False, False, True], [False, False, True, True, True]])


def short_padding():
    return padding()[:, 1:4]


encoder, decoder = nn.TransformerEncoderLayer, nn.TransformerDecoderLayer
SRC, TGT = (3, 2, 4), (5, 2, 4)

CASES = [
    layer("TransformerEncoderLayer", lambda: encoder(4, 2, 6), TGT),
    layer(
        "TransformerEncoderLayer",
        lambda: encoder(4, 1, 6, activation="gelu", norm_first=True, batch_first=True),
        *((2, 5, 4), causal),
        name="first",
    ),
    layer(
        "TransformerEncoderLayer",
        lambda: encoder(4, 2, 6, dropout=0.0, activation=nn.SiLU(), layer_norm_eps=0.1),
        *((5, 4), causal),
        name="module",
        training=True,
    ),
    layer("TransformerDecoderLayer", lambda: decoder(4, 2, 6), TGT, SRC),
    layer(
        "TransformerDecoderLayer",
        lambda: decoder(4, 4, 6, activation="gelu", norm_first=True, batch_first=True),
        *((2, 5, 4), (2, 3, 4), causal, (5, 3), padding, short_padding),
        name="masks",
    ),
    layer("TransformerDecoderLayer", lambda: decoder(4, 2, 6), (5, 4), (3, 4), causal, name="unbatched"),
    layer(
        "TransformerEncoder",
        lambda: nn.TransformerEncoder(encoder(4, 2, 6), 3, nn.LayerNorm(4)),
        *(TGT, causal),
        name="norm",
    ),
    layer("TransformerEncoder", lambda: nn.TransformerEncoder(encoder(4, 2, 6, norm_first=True), 2), TGT),
    layer("TransformerEncoder", lambda: nn.TransformerEncoder(encoder(4, 2, 6), 1), (5, 4), name="unbatched"),
    layer(
        "TransformerDecoder",
        lambda: nn.TransformerDecoder(decoder(4, 2, 6), 2, nn.LayerNorm(4)),
        *(TGT, SRC, causal),
        name="norm",
    ),
    layer("TransformerDecoder", lambda: nn.TransformerDecoder(decoder(4, 1, 6), 1), TGT, SRC),
    layer("TransformerDecoder", lambda: nn.TransformerDecoder(decoder(4, 2, 6), 2), (5, 4), (3, 4), name="unbatched"),
    layer("Transformer", lambda: nn.Transformer(8, 2, 1, 1, 12), (5, 2, 8), (4, 2, 8)),
    layer(
        "Transformer",
        lambda: Translates(batch_first=True, norm_first=True),
        *((2, 5, 8), (2, 4, 8), padding),
        name="masks",
    ),
    layer(
        "Transformer",
        lambda: nn.Transformer(8, 2, 1, 2, 12, activation="gelu", custom_encoder=Halves()),
        *((5, 8), (4, 8)),
        name="custom",
    ),
]
