"""torchvision's own functions, which its models do not let fx look into.

torchvision need not be installed: its functions are known by their full names, and rows look them up when they run.
"""
import importlib


def _torchvision(module, name):
    return getattr(importlib.import_module(f"torchvision.{module}"), name)


def stochastic_depth(input, p, mode, training=True):
    return _torchvision("ops", "stochastic_depth")(input, p, mode, training)


def patch_merging_pad(x):
    return _torchvision(_SWIN, "_patch_merging_pad")(x)


def get_relative_position_bias(relative_position_bias_table, relative_position_index, window_size):
    function = _torchvision(_SWIN, "_get_relative_position_bias")
    return function(relative_position_bias_table, relative_position_index, window_size)


def shifted_window_attention(
    input,
    qkv_weight,
    proj_weight,
    relative_position_bias,
    window_size,
    num_heads,
    shift_size,
    attention_dropout=0.0,
    dropout=0.0,
    qkv_bias=None,
    proj_bias=None,
    logit_scale=None,
    training=True,
):
    function = _torchvision(_SWIN, "shifted_window_attention")
    options = {} if training else {"training": False}  # Not every torchvision knows it.
    return function(
        input,
        qkv_weight,
        proj_weight,
        relative_position_bias,
        window_size,
        num_heads,
        shift_size,
        attention_dropout,
        dropout,
        qkv_bias,
        proj_bias,
        logit_scale,
        **options,
    )


_SWIN = "models.swin_transformer"

TABLE = [
    (stochastic_depth, None, ["torchvision.ops.stochastic_depth.stochastic_depth"]),
    (patch_merging_pad, None, [f"torchvision.{_SWIN}._patch_merging_pad"]),
    (get_relative_position_bias, None, [f"torchvision.{_SWIN}._get_relative_position_bias"]),
    (shifted_window_attention, None, [f"torchvision.{_SWIN}.shifted_window_attention"]),
]
