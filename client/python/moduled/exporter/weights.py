"""A module's state_dict -> model.safetensors.

The metadata keeps what the format has no place for:
    format          "pt"
    order           JSON list of all keys in state_dict's order, those of shared tensors too
    torch_metadata  JSON of state_dict()._metadata: the version of each module's state
    <key>           for a tensor that another key holds already: that key
"""
import json

from moduled import safetensors
from moduled.dtypes import BFLOAT16

from .errors import ExportError
from .tensors import to_numpy

_RESERVED = {"format", "order", "torch_metadata"}


def write_weights(module, path):
    """Writes the state_dict of `module`; each tensor is stored once."""
    state = module.state_dict()
    metadata = {
        "format": "pt",
        "order": json.dumps(list(state)),
        "torch_metadata": json.dumps(state._metadata),
    }
    kept, arrays = {}, {}
    for key, tensor in state.items():
        first = kept.setdefault(_identity(tensor), key) if tensor.numel() else key
        if first != key and key not in _RESERVED:
            metadata[key] = first
            continue
        array = to_numpy(tensor)
        arrays[key] = array.view(BFLOAT16) if str(tensor.dtype) == "torch.bfloat16" else array
    try:
        safetensors.write(path, arrays, metadata)
    except safetensors.SafetensorsError as error:
        raise ExportError("", str(error)) from error


def _identity(tensor):
    """Equal for tensors that are the same elements of the same memory."""
    return tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride()
