"""Everything that is measured: a function for each, from settings to a finding."""
from . import batching, copies, lenet, overload, reloads, saturation

PARTS = {
    "lenet-latency": lenet.latency,
    "lenet-throughput": lenet.throughput,
    "batching": batching.batching,
    "saturation": saturation.saturation,
    "copies": copies.copies,
    "overload": overload.overload,
    "reloads": reloads.reloads,
}
