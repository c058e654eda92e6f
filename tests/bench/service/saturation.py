"""A large model, where the engine is most of the work: how much of its speed is left behind a server."""
import os

from .finding import Finding
from .processes import Stage
from .rounds import engine_run, median, take_turns

_SHARE = 0.95
_CLIENTS = 8
_BATCHES = (1, 8)  # The engine's images a second are those of the better one.


def saturation(settings, model="resnet18"):
    threads = len(os.sched_getaffinity(0))
    with Stage(settings) as stage:
        server = stage.moduled([model])
        request, client = stage.request(model, 1, server), stage.client()
        engines = {f"engine_{rows}": (stage.engine(model, rows, threads), rows) for rows in _BATCHES}
        turns = take_turns(settings.rounds, {
            "moduled": lambda: client.measure(server, request, seconds=2 * settings.turn_seconds,
                                              calls=_CLIENTS)["rate"],
            **{name: lambda engine=engine, rows=rows: rows * 1e6 / engine_run(engine, settings.turn_seconds)
               for name, (engine, rows) in engines.items()},
        })
    alone = [max(rates) for rates in zip(*(turns[name] for name in engines))]
    shares = [ours / engine for ours, engine in zip(turns["moduled"], alone)]
    return Finding(
        "saturation", f"{model} at saturation: share of the engine's images a second",
        f"{median(shares):.3f} ({median(turns['moduled']):.1f} of {median(alone):.1f})",
        f">= {_SHARE}", median(shares) >= _SHARE, {**turns, "shares": shares},
    )
