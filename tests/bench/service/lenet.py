"""A small model, where serving is most of the work: what a call costs beyond gRPC's echo and the engine's run."""
from .finding import Finding
from .processes import Stage
from .rounds import engine_run, median, take_turns

# What a call may take beyond an echo of the same bytes and the engine's run.
_OVERHEAD_MICROSECONDS = 40
_SHARE_OF_ECHO = 0.8


def latency(settings):
    """One client: the median, against the echo's and the engine's."""
    with Stage(settings) as stage:
        server = stage.moduled(["lenet"])
        request = stage.request("lenet", 1, server)
        echo, client, engine = stage.echo(request), stage.client(), stage.engine("lenet", 1, threads=1)
        turns = take_turns(settings.rounds, {
            "echo": lambda: client.measure(echo, request, calls=1)["p50"],
            "moduled": lambda: client.measure(server, request, calls=1)["p50"],
            "engine": lambda: engine_run(engine, settings.turn_seconds / 4),
        })
    beyond = [ours - echo - engine
              for ours, echo, engine in zip(turns["moduled"], turns["echo"], turns["engine"])]
    parts = {name: round(median(values), 1) for name, values in turns.items()}
    return Finding(
        "lenet-latency", "LeNet, one client: p50 beyond echo and engine",
        f"{median(beyond):.0f} us ({parts['moduled']:g} - {parts['echo']:g} - {parts['engine']:g})",
        f"<= {_OVERHEAD_MICROSECONDS} us", median(beyond) <= _OVERHEAD_MICROSECONDS, {**turns, "beyond": beyond},
    )


def throughput(settings):
    """Eight clients: calls a second, against the echo's."""
    with Stage(settings) as stage:
        server = stage.moduled(["lenet"])
        request = stage.request("lenet", 1, server)
        echo, client = stage.echo(request), stage.client()
        turns = take_turns(settings.rounds, {
            "echo": lambda: client.measure(echo, request, calls=8)["rate"],
            "moduled": lambda: client.measure(server, request, calls=8)["rate"],
        })
    shares = [ours / echo for ours, echo in zip(turns["moduled"], turns["echo"])]
    return Finding(
        "lenet-throughput", "LeNet, 8 clients: share of the echo's calls a second",
        f"{median(shares):.2f} ({median(turns['moduled']):.0f} of {median(turns['echo']):.0f})",
        f">= {_SHARE_OF_ECHO}", median(shares) >= _SHARE_OF_ECHO, {**turns, "shares": shares},
    )
