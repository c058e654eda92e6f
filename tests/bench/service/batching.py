"""What batching gains where a model's weights are most of the work."""
from .finding import Finding
from .processes import Stage
from .rounds import median, take_turns

_GAIN = 2.0
_CLIENTS = 32


def batching(settings):
    with Stage(settings) as stage:
        on, off = stage.moduled(["mlp"]), stage.moduled(["mlp"], config="max_batch_size: 1\n")
        request, client = stage.request("mlp", 1, on), stage.client()
        turns = take_turns(settings.rounds, {
            "on": lambda: client.measure(on, request, calls=_CLIENTS)["rate"],
            "off": lambda: client.measure(off, request, calls=_CLIENTS)["rate"],
        })
    gains = [on / off for on, off in zip(turns["on"], turns["off"])]
    return Finding(
        "batching", f"MLP, {_CLIENTS} clients: calls a second with batching over those without",
        f"{median(gains):.2f} ({median(turns['on']):.0f} over {median(turns['off']):.0f})",
        f">= {_GAIN:g}", median(gains) >= _GAIN, {**turns, "gains": gains},
    )
