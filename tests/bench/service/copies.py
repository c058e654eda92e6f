"""How often the server copies a large tensor: counted by memcpy and memmove themselves (programs/copy_counter.cc).

Two models that do next to nothing, one that takes a batch of pictures and one that gives one, tell the way in from the
way out.
"""
import struct

from .finding import Finding
from .processes import Stage, answers, call_bytes

_ROWS = 8  # Of 3 times 224 times 224 floats: 4.8 MB.
_CALLS = 20
_LEAST = 1024  # gRPC hands messages on in slices of some kilobytes.
_MOST_IN, _MOST_OUT = 1, 0
# Copies are whole numbers but for what is beside the tensors.
_TOLERANCE = 0.05
_NAMES = {"in": "takes_images", "out": "gives_images"}


def copies(settings):
    tensor_bytes = _ROWS * 3 * 224 * 224 * 4
    with Stage(settings) as stage:
        counts = stage.folder / "copies"
        counts.write_bytes(bytes(16))
        counter = settings.build / "tests/bench/service/programs/libserving_copies.so"
        server = stage.moduled(list(_NAMES.values()), command=[
            "env", f"LD_PRELOAD={counter}", f"COPY_COUNTER_FILE={counts}", f"COPY_COUNTER_LEAST={_LEAST}"])
        found = {way: _copied(server, counts, name) / tensor_bytes for way, name in _NAMES.items()}
    reached = found["in"] <= _MOST_IN + _TOLERANCE and found["out"] <= _MOST_OUT + _TOLERANCE
    return Finding(
        "copies", "A batch of 5 MB: copies of its bytes in the server",
        f"{found['in']:.2f} in, {found['out']:.2f} out", f"<= {_MOST_IN} in, {_MOST_OUT} out", reached, found,
    )


def _copied(server, counts, name):
    """Bytes that a call copies."""
    payload = call_bytes(name, _ROWS)
    answers(server, payload, times=3)  # Until nothing is new.
    _, before = struct.unpack("QQ", counts.read_bytes())
    answers(server, payload, times=_CALLS)
    _, after = struct.unpack("QQ", counts.read_bytes())
    return (after - before) / _CALLS
