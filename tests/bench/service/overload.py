"""Three times what the server can do: it must go on doing what it can, say no to the rest at once, and forget it."""
import os
import threading
import time

from comparison import machine

from .finding import Finding
from .processes import HEALTH, Stage
from .rounds import median

# Much work in few bytes: the client, on the same CPUs, is not what limits.
_MODEL = "lstm"
_TIMES = 3
_QUEUE = 256  # Calls.
_OUTSTANDING = 2048  # Of the client: far more than the server lets wait.
_GOODPUT = 0.9
_HEALTH_MICROSECONDS = 100_000
_HEALTH_RATE = 20
_PEAK_CALLS = (2, 8, 32)
# A queue of n calls takes n / rate seconds; the rest is for the runs that are under way and the client's own waiting.
_QUEUE_SLACK = 1.5
_MEMORY = 1.10


def overload(settings):
    with Stage(settings) as stage:
        server = stage.moduled([_MODEL], "--max-queue", str(_QUEUE))
        request, client, watcher = stage.request(_MODEL, 1, server), stage.client(), stage.client()
        peak = max(median([client.measure(server, request, calls=calls)["rate"] for _ in range(settings.rounds)])
                   for calls in _PEAK_CALLS)
        baseline = machine.memory(server.pid)
        health = {}
        watch = threading.Thread(target=lambda: health.update(watcher.measure(
            server, None, method=HEALTH, seconds=settings.overload_seconds, rate=_HEALTH_RATE, most=100)))
        watch.start()
        under = client.measure(server, request, seconds=settings.overload_seconds, rate=_TIMES * peak,
                               most=_OUTSTANDING)
        watch.join()
        after = _memory_after(server.pid, _MEMORY * baseline, settings.rest_seconds)
    goodput = under["rate"] / peak
    bound = _QUEUE_SLACK * (_QUEUE + len(os.sched_getaffinity(0))) / peak * 1e6
    checks = {
        "goodput": goodput >= _GOODPUT,
        "p99": under["p99"] <= bound,
        "health": health["max"] <= _HEALTH_MICROSECONDS and not health["errors"],
        "memory": after <= _MEMORY * baseline,
        "only refusals": set(under["errors"]) <= {"RESOURCE_EXHAUSTED"},
    }
    return Finding(
        "overload", f"{_MODEL} at {_TIMES} times capacity: goodput, p99 of accepted, slowest health check, memory",
        f"{goodput:.2f} of {peak:.0f}/s, {under['p99'] / 1e3:.0f} ms, {health['max'] / 1e3:.0f} ms, "
        f"{after / baseline:.2f}" + "".join(f"; not {name}" for name, good in checks.items() if not good),
        f">= {_GOODPUT}, <= {bound / 1e3:.0f} ms, <= {_HEALTH_MICROSECONDS / 1e3:.0f} ms, <= {_MEMORY}",
        all(checks.values()),
        {"peak": peak, "goodput": goodput, "under_load": under, "health": health, "memory_before": baseline,
         "memory_after": after, "checks": checks},
    )


def _memory_after(pid, wanted, seconds):
    """Of the process, as soon as it has come down to what is wanted, or when it has had its time."""
    until = time.monotonic() + seconds
    while (memory := machine.memory(pid)) > wanted and time.monotonic() < until:
        time.sleep(0.2)
    return memory
