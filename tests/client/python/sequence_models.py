"""Recurrent, attention and transformer layers with inputs: {name: (module, example inputs)}, in float32."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence


class Attends(nn.Module):
    """Attention with arguments that no example input can be: flags."""

    def __init__(self, attention, **flags):
        super().__init__()
        self.attention = attention
        self.flags = flags

    def forward(self, query, key, value, attn_mask=None, key_padding_mask=None):
        return self.attention(
            query, key, value, key_padding_mask=key_padding_mask, attn_mask=attn_mask, **self.flags
        )[0 if self.flags.get("need_weights") is False else slice(None)]


class Translates(nn.Module):
    """A transformer within a model, with masks from buffers."""

    def __init__(self, **options):
        super().__init__()
        self.transformer = nn.Transformer(8, 2, 2, 1, 12, dropout=0.0, **options)
        self.register_buffer("causal", nn.Transformer.generate_square_subsequent_mask(4))

    def forward(self, src, tgt, padding):
        return self.transformer(src, tgt, tgt_mask=self.causal, src_key_padding_mask=padding)


def _scrambled(module):
    """Norms and zero biases that differ from what every layer begins with."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.rand_like(parameter) - 0.5)
    return module.eval()


def _packed(*lengths, features=4, enforce_sorted=False):
    return pack_sequence([torch.randn(length, features) for length in lengths], enforce_sorted=enforce_sorted)


def _recurrent():
    r = torch.randn
    yield "rnn", nn.RNN(4, 3), (r(5, 2, 4),)
    yield "rnn_relu_deep", nn.RNN(4, 3, 3, nonlinearity="relu", bias=False, batch_first=True), (r(2, 5, 4), r(3, 2, 3))
    yield "rnn_unbatched", nn.RNN(4, 3, bidirectional=True), (r(5, 4), r(2, 3))
    yield "lstm", nn.LSTM(4, 3, 2, bidirectional=True), (r(5, 2, 4),)
    yield "lstm_projected", nn.LSTM(4, 5, 2, proj_size=2, batch_first=True), (r(2, 5, 4), (r(2, 2, 2), r(2, 2, 5)))
    yield "lstm_unbatched", nn.LSTM(4, 3), (r(1, 4), (r(1, 3), r(1, 3)))
    yield "lstm_packed", nn.LSTM(4, 3, 2, bidirectional=True), (_packed(2, 5, 1),)
    yield "lstm_packed_states", nn.LSTM(4, 3), (_packed(5, 2, 2, enforce_sorted=True), (r(1, 3, 3), r(1, 3, 3)))
    yield "gru", nn.GRU(4, 3, 2, bias=False), (r(5, 2, 4), r(2, 2, 3))
    yield "gru_one_sequence", nn.GRU(4, 3, bidirectional=True, batch_first=True), (r(1, 6, 4),)
    yield "gru_packed", nn.GRU(4, 3, bidirectional=True), (_packed(3, 4), r(2, 2, 3))
    yield "rnn_cell", nn.RNNCell(4, 3, nonlinearity="relu"), (r(2, 4), r(2, 3))
    yield "rnn_cell_unbatched", nn.RNNCell(4, 3, bias=False), (r(4),)
    yield "lstm_cell", nn.LSTMCell(4, 3), (r(2, 4), (r(2, 3), r(2, 3)))
    yield "lstm_cell_unbatched", nn.LSTMCell(4, 3, bias=False), (r(4),)
    yield "gru_cell", nn.GRUCell(4, 3), (r(2, 4), r(2, 3))
    yield "gru_cell_unbatched", nn.GRUCell(4, 3), (r(4), r(3))


def _attention():
    r = torch.randn
    mask = torch.tensor([[False, True, False], [False, False, True], [True, False, False], [False, False, False]])
    padding = torch.tensor([[False, False, True], [False, True, False]])
    plain = nn.MultiheadAttention(4, 2)
    yield "attention", plain, (r(4, 2, 4), r(3, 2, 4), r(3, 2, 4))
    yield "attention_unbatched", nn.MultiheadAttention(4, 2, bias=False), (r(4, 4), r(3, 4), r(3, 4))
    extended = nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True, kdim=3, vdim=5, batch_first=True)
    yield "attention_extended", extended, (r(2, 4, 4), r(2, 3, 3), r(2, 3, 5))
    memory = r(3, 2, 4)
    yield "attention_masked", Attends(plain), (r(4, 2, 4), memory, memory, mask, padding)
    yield "attention_heads", Attends(plain, average_attn_weights=False), (r(4, 2, 4), memory, memory, r(4, 4, 3))
    many = nn.MultiheadAttention(6, 3, add_zero_attn=True, add_bias_kv=True)
    wide = r(3, 2, 6)
    yield "attention_alone", Attends(many, need_weights=False), (r(4, 2, 6), wide, wide, r(4, 3))


def _transformers():
    r = torch.randn
    causal = nn.Transformer.generate_square_subsequent_mask(5)
    padding = torch.tensor([[False, False, False, False, True], [False, False, True, True, True]])
    layer = nn.TransformerEncoderLayer
    yield "encoder_layer", layer(4, 2, 6), (r(5, 2, 4),)
    yield "encoder_layer_gelu", layer(4, 1, 6, activation="gelu", norm_first=True, batch_first=True), (r(2, 5, 4), causal)
    yield "encoder_layer_module", layer(4, 2, 6, dropout=0.5, activation=nn.SiLU(), layer_norm_eps=0.1), (r(5, 4), causal)
    decoder = nn.TransformerDecoderLayer
    yield "decoder_layer", decoder(4, 2, 6), (r(5, 2, 4), r(3, 2, 4))
    yield "decoder_layer_first", decoder(4, 4, 6, activation="gelu", norm_first=True, batch_first=True), (
        *(r(2, 5, 4), r(2, 3, 4), causal, r(5, 3), padding),
    )
    yield "decoder_layer_unbatched", decoder(4, 2, 6), (r(5, 4), r(3, 4), causal)
    stack = nn.TransformerEncoder
    yield "encoder", stack(layer(4, 2, 6, dropout=0.0), 3, nn.LayerNorm(4)), (r(5, 2, 4), causal)
    yield "encoder_without_norm", stack(layer(4, 2, 6, norm_first=True, dropout=0.0), 2), (r(5, 2, 4),)
    yield "encoder_unbatched", stack(layer(4, 2, 6), 1, nn.LayerNorm(4)), (r(5, 4),)
    stack = nn.TransformerDecoder
    yield "decoder", stack(decoder(4, 2, 6), 2, nn.LayerNorm(4)), (r(5, 2, 4), r(3, 2, 4), causal)
    yield "decoder_without_norm", stack(decoder(4, 2, 6, batch_first=True), 1), (r(2, 5, 4), r(2, 3, 4))
    yield "decoder_unbatched", stack(decoder(4, 2, 6), 2), (r(5, 4), r(3, 4))
    yield "transformer", nn.Transformer(8, 2, 1, 1, 12), (r(5, 2, 8), r(4, 2, 8))
    yield "transformer_batched", Translates(batch_first=True, norm_first=True), (r(2, 5, 8), r(2, 4, 8), padding)
    custom = nn.Transformer(8, 2, 1, 2, 12, activation="gelu", custom_encoder=_Halves())
    yield "transformer_custom", custom, (r(5, 8), r(4, 8))


class _Halves(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(8, 8)

    def forward(self, src, mask=None, src_key_padding_mask=None):
        return self.linear(src) * 0.5


def models():
    torch.manual_seed(5)
    every = (*_recurrent(), *_attention(), *_transformers())
    return {name: (_scrambled(module), inputs) for name, module, inputs in every}
