"""Files of the safetensors format, with NumPy alone.

    u64 little-endian N | N bytes of JSON: {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …} | the elements

The JSON may hold "__metadata__", a map from string to string. Tensors lie one after the other without holes, in C
order, little-endian. A file that departs from that in any way is refused before an element is touched.
"""
import json
import math
import os
import tempfile
from collections import OrderedDict

import numpy as np

from .dtypes import BFLOAT16

# A longer header is an attack or a mistake: it would hold a million tensors.
MAX_HEADER_BYTES = 100_000_000

# Bits of an element, in the format's own order: writers sort by it, widest last, and write it backwards.
_BITS = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(_BITS)}

_NUMPY = {
    "BOOL": np.dtype("?"), "U8": np.dtype("u1"), "I8": np.dtype("i1"), "I16": np.dtype("<i2"), "U16": np.dtype("<u2"),
    "F16": np.dtype("<f2"), "BF16": BFLOAT16, "I32": np.dtype("<i4"), "U32": np.dtype("<u4"), "F32": np.dtype("<f4"),
    "C64": np.dtype("<c8"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8"), "U64": np.dtype("<u8"),
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _NUMPY.items()}


class SafetensorsError(ValueError):
    """A file that is not safetensors, or something that safetensors cannot hold."""


def write(path, tensors, metadata=None):
    """Writes {name: array} to `path`, all or nothing: the file appears under its name when it is complete."""
    arrays = {name: _storable(name, array) for name, array in tensors.items()}
    header = {"__metadata__": _checked_metadata(metadata)} if metadata else {}
    end = 0
    # Widest elements first, so that each tensor is aligned if the elements start aligned; by name among equals.
    order = sorted(arrays, key=lambda name: (-_RANK[_NAMES[arrays[name].dtype]], name))
    for name in order:
        begin, end = end, end + arrays[name].nbytes
        header[name] = {
            "dtype": _NAMES[arrays[name].dtype], "shape": list(arrays[name].shape), "data_offsets": [begin, end],
        }  # fmt: skip
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    directory = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(dir=directory, prefix=".safetensors-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(len(text).to_bytes(8, "little"))
            file.write(text)
            for name in order:
                file.write(arrays[name].data if arrays[name].nbytes else b"")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def read(path):
    """The tensors of a file as {name: array} in file order, and its metadata. The arrays are views of the file."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < 8:
            raise SafetensorsError(f"{path}: the file is too short (got {size} bytes, want at least 8)")
        length = int.from_bytes(file.read(8), "little")
        if length > MAX_HEADER_BYTES:
            raise SafetensorsError(f"{path}: the header is too long (got {length}, want at most {MAX_HEADER_BYTES})")
        if length > size - 8:
            raise SafetensorsError(f"{path}: the header runs past the end (got {length}, want at most {size - 8})")
        header = _parse(path, file.read(length))
    metadata = _checked_metadata(header.pop("__metadata__", {}), f"{path}: ")
    entries = sorted(((name, *_checked_entry(path, name, entry)) for name, entry in header.items()), key=lambda e: e[3])
    _check_layout(path, entries, size - 8 - length)
    content = np.memmap(path, np.uint8, "r", offset=8 + length) if size > 8 + length else np.empty(0, np.uint8)
    tensors = OrderedDict()
    for name, dtype, shape, (begin, end) in entries:
        if dtype not in _NUMPY:
            raise SafetensorsError(f"{path}: tensor {name!r}: NumPy has no {dtype}")
        tensors[name] = np.asarray(content[begin:end]).view(_NUMPY[dtype]).reshape(shape)
    return tensors, metadata


def _storable(name, array):
    array = np.asarray(array)
    array = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False)).reshape(array.shape)
    if array.dtype not in _NAMES:
        raise SafetensorsError(f"tensor {name!r}: safetensors cannot hold {array.dtype}")
    if name == "__metadata__":
        raise SafetensorsError("a tensor cannot be named '__metadata__'")
    return array


def _parse(path, text):
    if text[:1] != b"{":
        raise SafetensorsError(f"{path}: the header does not begin with '{{'")
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:  # Both bad UTF-8 and bad JSON are ValueErrors.
        raise SafetensorsError(f"{path}: the header is not valid: {error}") from error


def _without_duplicates(pairs):
    found = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} occurs twice")
        found[key] = value
    return found


def _checked_metadata(metadata, where=""):
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise SafetensorsError(f"{where}__metadata__ is not a map from string to string")
    return metadata


def _checked_entry(path, name, entry):
    """(dtype, shape, (begin, end)) of one entry of the header."""
    where = f"{path}: tensor {name!r}"
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise SafetensorsError(f"{where}: its entry does not hold exactly dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _BITS:
        raise SafetensorsError(f"{where}: unknown dtype (got {dtype!r})")
    if not _is_sizes(shape):
        raise SafetensorsError(f"{where}: the shape is not a list of sizes (got {shape!r})")
    if not _is_sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise SafetensorsError(f"{where}: data_offsets is not [begin, end] (got {offsets!r})")
    bits = math.prod(shape) * _BITS[dtype]
    if bits % 8 or max(math.prod(n for n in shape if n), 1) * _BITS[dtype] >= 2**67:
        raise SafetensorsError(f"{where}: {dtype} of shape {shape} is not a whole number of bytes below 2^64")
    if bits // 8 != offsets[1] - offsets[0]:
        raise SafetensorsError(f"{where}: the length is wrong (got {offsets[1] - offsets[0]} bytes, want {bits // 8})")
    return dtype, shape, tuple(offsets)


def _is_sizes(value):
    return isinstance(value, list) and all(type(n) is int and 0 <= n < 2**64 for n in value)


def _check_layout(path, entries, available):
    """Tensors lie one after the other from 0 to the end of the file."""
    end = 0
    for name, _, _, offsets in entries:
        if offsets[0] != end:
            kind = "a hole" if offsets[0] > end else "an overlap"
            raise SafetensorsError(f"{path}: {kind} before tensor {name!r} (it begins at {offsets[0]}, want {end})")
        end = offsets[1]
    if end != available:
        raise SafetensorsError(f"{path}: the file has the wrong length (got {available} bytes of tensors, want {end})")
