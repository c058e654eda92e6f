"""What the times of a case mean: medians, ratios, rates."""
import statistics

from .engines import OURS


def times(record):
    """All runs of an engine, in nanoseconds."""
    return [time for turn in record["nanoseconds"] for time in turn]


def median_ms(record):
    """None where the engine failed, as everywhere below."""
    return None if _failed(record) else statistics.median(times(record)) * 1e-6


def minimum_ms(record):
    return None if _failed(record) else min(times(record)) * 1e-6


def cpu_ms(record):
    """Of all threads together, a run: what a busy machine disturbs least. The median over the turns."""
    return None if _failed(record) else statistics.median(record["cpu_nanoseconds"]) * 1e-6


def best_peer(case, figure=median_ms):
    """The name of the fastest of the others, by that figure."""
    peers = {name: figure(record) for name, record in case["engines"].items() if name != OURS}
    finished = {name: time for name, time in peers.items() if time is not None}
    return min(finished, key=finished.get) if finished else None


def ratio(case, figure=median_ms):
    """How many times as fast as the best peer this engine is: the peer's time over ours."""
    ours, peer = figure(case["engines"][OURS]), best_peer(case, figure)
    return None if ours is None or peer is None else figure(case["engines"][peer]) / ours


def geometric_mean(numbers):
    """Of those that there are; None if there are none."""
    present = [number for number in numbers if number is not None]
    return statistics.geometric_mean(present) if present else None


def on_one_thread(cases, case):
    """The case that differs only in that; None if it was not measured or is the same."""
    for other in cases:
        if other["threads"] == 1 < case["threads"] and all(other[key] == case[key] for key in ("model", "batch")):
            return other
    return None


def speedup(one, case, name):
    """How many times as fast an engine is in a case as in the same on one thread."""
    slow, fast = median_ms(one["engines"][name]), median_ms(case["engines"][name])
    return None if slow is None or fast is None else slow / fast


def gflops(case, name):
    """Of the model's own multiply-adds, whatever the engine really computes: Winograd exceeds what the CPU can do."""
    time = median_ms(case["engines"][name])
    return None if time is None else 2 * case["multiply_adds"] / (time * 1e6)


def machine_gflops(case):
    """What the cores can do undisturbed: the best of the rounds."""
    return max(case["peak_gflops"])


def share_of_peak(case, name):
    rate = gflops(case, name)
    return None if rate is None else rate / machine_gflops(case)


def disturbance(case):
    """CPUs that others used while the engines were measured, on average over the turns."""
    turns = [cpus for record in case["engines"].values() for cpus in record["other_cpus"]]
    return statistics.mean(turns) if turns else None


# How far this engine's outputs may be from PyTorch's, by precision: what the precisions promise. Of the fastest one
# the deviation is shown and not judged.
TOLERANCES = {"exact": 1e-5, "default": 1e-3, "fast": float("inf")}


def problems(results):
    """What is wrong with the comparison: engines that failed, and outputs of ours that are too far off. Pairs of a case
    and a text."""
    tolerance = TOLERANCES[results["settings"]["precision"]]
    found = []
    for case in results["cases"]:
        found += [(case, f"{name}: {record['error']}") for name, record in case["engines"].items() if _failed(record)]
        deviation = case["engines"][OURS].get("deviation", 0)
        if not deviation <= tolerance:  # Also if it is not a number.
            found.append((case, f"{OURS}: deviates by {deviation:.1e}, more than {tolerance:g}"))
    return found


def peak_memory(record):
    """MiB, of the whole process."""
    return record["peak_bytes"] / 2**20 if "peak_bytes" in record else None


def memory_per_weight(case, name):
    """What the model takes at most, as a multiple of its weights."""
    peak, empty = peak_memory(case["engines"][name]), empty_memory(case["engines"][name])
    return None if peak is None else (peak - empty) * 2**20 / case["weight_bytes"]


def empty_memory(record):
    """MiB, before it loaded the model: an interpreter and its libraries, for the peers."""
    return record["empty_bytes"] / 2**20 if "empty_bytes" in record else None


def _failed(record):
    return "error" in record
