"""Recurrent and transformer layers of torch.nn: what their messages say that no attribute of theirs does.

A transformer keeps few of its constructor's arguments: the others are read from the children that it made. The
children are described too, so that whatever has been put in their place is what is served.
"""
import inspect

from torch import nn
from torch.nn import functional as F

from .errors import ExportError

_BLOCKS = {"self_attn", "linear1", "dropout", "linear2", "norm1", "norm2", "dropout1", "dropout2", "activation"}

# {class: the names of the children that it may have}. They are described.
CHILDREN = {
    nn.MultiheadAttention: {"out_proj"},
    nn.TransformerEncoderLayer: _BLOCKS,
    nn.TransformerDecoderLayer: _BLOCKS | {"multihead_attn", "norm3", "dropout3"},
    nn.TransformerEncoder: {"layers", "norm"},
    nn.TransformerDecoder: {"layers", "norm"},
    nn.Transformer: {"encoder", "decoder"},
    nn.AdaptiveLogSoftmaxWithLoss: {"head", "tail"},
}

_SEQUENCE_LAYERS = (nn.RNN, nn.LSTM, nn.GRU)


def constructor_of(cls):
    """The constructor's arguments. RNN, LSTM and GRU hand theirs on to RNNBase."""
    if cls not in _SEQUENCE_LAYERS:
        return dict(list(inspect.signature(cls.__init__).parameters.items())[1:])
    arguments = dict(list(inspect.signature(nn.RNNBase.__init__).parameters.items())[2:])
    if cls is not nn.LSTM:
        del arguments["proj_size"]
    if cls is nn.RNN:
        kind = inspect.Parameter.KEYWORD_ONLY
        arguments["nonlinearity"] = inspect.Parameter("nonlinearity", kind, default="tanh")
    return arguments


def check_children(path, module, cls):
    """What torch looks at without calling it cannot be anything else."""
    if cls is nn.MultiheadAttention and type(module.out_proj).forward is not nn.Linear.forward:
        kind = type(module.out_proj).__name__
        raise ExportError(path, f"torch does not call out_proj but uses its weight; a {kind} in its place has no effect")


def _has_bias(module, name):
    bias = module.in_proj_bias if isinstance(module, nn.MultiheadAttention) else module.bias
    return name, bias if isinstance(bias, bool) else bias is not None


def _has_bias_kv(module, name):
    return name, module.bias_k is not None


def _features(module, name):
    """kdim and vdim, where they are not embed_dim."""
    features = getattr(module, name)
    return name, None if features == module.embed_dim else features


def _inner(*places):
    """The first of these attributes that is there, "child.attribute"; the default where a child was replaced."""

    def read(module, name):
        for place in places:
            value = module
            for step in place.split("."):
                value = getattr(value, step, None)
            if value is not None:
                return name, value[0] if isinstance(value, tuple) else value
        return None, None

    return read


def _activation(module, name):
    activation = module.activation
    if isinstance(activation, nn.Module):
        return None, None  # A child.
    if activation is F.relu:
        return None, None  # The default.
    return name, "gelu" if activation is F.gelu else activation


def _bias_of_linear1(module, name):
    linear = module.linear1
    return name, not isinstance(linear, nn.Linear) or linear.bias is not None


def _number_of_layers(module, name):
    return name, len(module.layers)


def _layers_of(stack, cls):
    def read(module, name):
        child = getattr(module, stack)
        return name, len(child.layers) if isinstance(child, cls) else 0

    return read


def _of_a_layer(module, name):
    """What Transformer has given to its layers, read from the first of them."""
    for stack in (module.encoder, module.decoder):
        for layer in getattr(stack, "layers", ()):
            cls = next((cls for cls in (nn.TransformerEncoderLayer, nn.TransformerDecoderLayer) if isinstance(layer, cls)),
                       None)
            if cls is not None:
                return SPECIAL.get((cls, name), lambda module, name: (name, getattr(module, name)))(layer, name)
    return None, None


def _nothing(module, name):
    return None, None


def _rows():
    for cls in (*_SEQUENCE_LAYERS, nn.RNNBase, nn.RNNCell, nn.LSTMCell, nn.GRUCell, nn.MultiheadAttention):
        yield (cls, "bias"), _has_bias
    yield (nn.MultiheadAttention, "add_bias_kv"), _has_bias_kv
    yield (nn.MultiheadAttention, "kdim"), _features
    yield (nn.MultiheadAttention, "vdim"), _features
    for cls in (nn.TransformerEncoderLayer, nn.TransformerDecoderLayer):
        yield (cls, "d_model"), _inner("self_attn.embed_dim", "linear1.in_features", "norm1.normalized_shape")
        yield (cls, "nhead"), _inner("self_attn.num_heads")
        yield (cls, "dim_feedforward"), _inner("linear1.out_features", "linear2.in_features")
        yield (cls, "dropout"), _inner("dropout.p")
        yield (cls, "activation"), _activation
        yield (cls, "layer_norm_eps"), _inner("norm1.eps")
        yield (cls, "batch_first"), _inner("self_attn.batch_first")
        yield (cls, "bias"), _bias_of_linear1
    for cls, layer in ((nn.TransformerEncoder, "encoder_layer"), (nn.TransformerDecoder, "decoder_layer")):
        yield (cls, "num_layers"), _number_of_layers
        for name in (layer, "norm", "mask_check"):
            yield (cls, name), _nothing
    yield (nn.Transformer, "num_encoder_layers"), _layers_of("encoder", nn.TransformerEncoder)
    yield (nn.Transformer, "num_decoder_layers"), _layers_of("decoder", nn.TransformerDecoder)
    for name in ("dim_feedforward", "dropout", "activation", "layer_norm_eps", "norm_first", "bias"):
        yield (nn.Transformer, name), _of_a_layer
    for name in ("custom_encoder", "custom_decoder"):
        yield (nn.Transformer, name), _nothing


# {(class, constructor's argument): module, argument -> (field, value)}, as in layers.py.
SPECIAL = dict(_rows())
