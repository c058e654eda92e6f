"""state_dicts in pieces: a header with names and types, then the elements, tensor after tensor."""
import math
from collections import OrderedDict

import grpc
import numpy as np

from moduled.v1 import introspection_pb2

from . import dtypes
from .errors import Error
from .results import StateDict
from .tensors import as_array

# Well below gRPC's default limit of 4 MiB a message, so that proxies with defaults let the pieces pass.
CHUNK_BYTES = 1 << 20


def assemble(chunks):
    """The StateDict of a stream of StateDictChunks. Raises moduled.Error if pieces are missing or out of place."""
    chunks = iter(chunks)
    first = next(chunks, None)
    if first is None or first.WhichOneof("kind") != "header":
        raise _broken("it does not begin with a header")
    buffers = [np.empty(_size(entry.tensor), np.uint8) for entry in first.header.entries]
    filled = [0] * len(buffers)
    for chunk in chunks:
        entry, offset, data = chunk.data.entry, chunk.data.offset, chunk.data.data
        if chunk.WhichOneof("kind") != "data" or entry >= len(buffers):
            raise _broken(f"a piece belongs to no tensor (entry {entry} of {len(buffers)})")
        if offset != filled[entry] or offset + len(data) > len(buffers[entry]):
            raise _broken(f"a piece of {first.header.entries[entry].name} is out of place (at byte {offset})")
        buffers[entry][offset : offset + len(data)] = np.frombuffer(data, np.uint8)
        filled[entry] += len(data)
    state_dict = StateDict()
    for entry, buffer, count in zip(first.header.entries, buffers, filled):
        if count != len(buffer):
            raise _broken(f"{entry.name} is not complete (got {count} bytes, want {len(buffer)})")
        state_dict[entry.name] = buffer.view(dtypes.from_wire(entry.tensor.dtype)).reshape(tuple(entry.tensor.shape))
    state_dict._metadata = OrderedDict((each.path, {"version": each.version}) for each in first.header.metadata)
    return state_dict


def header_of(state_dict):
    """The header of a mapping from key to array, and the arrays. A `_metadata` attribute is sent along."""
    header, arrays = introspection_pb2.StateDictHeader(), []
    for name, value in state_dict.items():
        array = as_array(value)
        entry = header.entries.add(name=name)
        entry.tensor.dtype = dtypes.to_wire(array.dtype)
        entry.tensor.shape.extend(array.shape)
        arrays.append(array)
    for path, metadata in (getattr(state_dict, "_metadata", None) or {}).items():
        if "version" in metadata:
            header.metadata.add(path=path, version=metadata["version"])
    return header, arrays


def pieces_of(arrays, chunk_bytes=CHUNK_BYTES):
    """The arrays' TensorChunks, in order."""
    for entry, array in enumerate(arrays):
        content = memoryview(array.reshape(-1).view(np.uint8)) if array.nbytes else b""
        for offset in range(0, array.nbytes, chunk_bytes):
            data = bytes(content[offset : offset + chunk_bytes])
            yield introspection_pb2.TensorChunk(entry=entry, offset=offset, data=data)


def _size(spec):
    if any(extent < 0 for extent in spec.shape):
        raise _broken(f"a tensor has the shape {list(spec.shape)}")
    return math.prod(spec.shape) * dtypes.from_wire(spec.dtype).itemsize


def _broken(what):
    return Error(f"the state_dict from the server is broken: {what}", grpc.StatusCode.DATA_LOSS)
