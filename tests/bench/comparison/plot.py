"""The picture: how fast each engine is beside the best of the peers, for every case."""
import matplotlib

matplotlib.use("Agg")  # Files only: no display is asked for.

from matplotlib import pyplot, ticker  # noqa: E402

from . import figures  # noqa: E402
from .engines import ENGINES, OURS  # noqa: E402

# Told apart by everyone, also by those who do not see all colours (Okabe and Ito), and by their shapes.
_MARKS = {
    OURS: ("#D55E00", "o"),
    "torch": ("#999999", "v"),
    "torch_traced": ("#0072B2", "^"),
    "onnxruntime": ("#009E73", "s"),
}
_LEGEND_INCHES = 0.4


def plot(results, path):
    """One panel for each batch size and number of threads, one row for each model."""
    cases = results["cases"]
    models = list(dict.fromkeys(case["model"] for case in cases))
    panels = sorted({(case["batch"], case["threads"]) for case in cases})
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(6 * columns, 1.6 + rows * (0.9 + 0.36 * len(models))), squeeze=False, sharex=True,
        layout="constrained",
    )
    for place, (batch, threads) in zip(axes.flat, panels):
        chosen = [case for case in cases if (case["batch"], case["threads"]) == (batch, threads)]
        _draw_panel(place, chosen, models)
        place.set_title(f"batch {batch}, {threads} thread{'s' if threads > 1 else ''}", fontsize=11)
    for place in axes.flat[len(panels):]:
        place.remove()
    _finish(figure, axes, cases)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def _draw_panel(axes, cases, models):
    heights = {model: len(models) - 1 - i for i, model in enumerate(models)}
    axes.axvline(1, color="black", linewidth=1, zorder=1)
    for case in cases:
        speeds = _speeds(case)
        axes.hlines(heights[case["model"]], *_span(speeds), color="#DDDDDD", linewidth=1.5, zorder=0)
        for name, speed in speeds.items():
            colour, marker = _MARKS[name]
            axes.plot(speed, heights[case["model"]], marker, color=colour, markersize=9 if name == OURS else 6,
                      zorder=3 if name == OURS else 2)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(ticker.FixedLocator([0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5]))
    axes.xaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.tick_params(labelbottom=True)
    axes.set_yticks(list(heights.values()), list(heights))
    axes.set_ylim(-0.6, len(models) - 0.4)
    axes.grid(axis="x", color="#EEEEEE")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _finish(figure, axes, cases):
    mean = figures.geometric_mean([figures.ratio(case) for case in cases])
    figure.suptitle(
        "Speed beside the best peer (= 1)" + (f"; moduled's geometric mean: {mean:.2f}" if mean else ""), fontsize=13
    )
    marks = [
        matplotlib.lines.Line2D([], [], color=_MARKS[engine.name][0], marker=_MARKS[engine.name][1], linestyle="none",
                                label=engine.label)
        for engine in ENGINES
    ]
    figure.legend(handles=marks, loc="lower center", ncols=len(marks), frameon=False)
    below = _LEGEND_INCHES / figure.get_figheight()
    figure.get_layout_engine().set(rect=(0, below, 1, 1 - below))


def _speeds(case):
    """Of each engine that finished, relative to the best peer's."""
    peer = figures.best_peer(case)
    if peer is None:
        return {}
    best = figures.median_ms(case["engines"][peer])
    times = {name: figures.median_ms(record) for name, record in case["engines"].items()}
    return {name: best / time for name, time in times.items() if time is not None}


def _span(speeds):
    return min(speeds.values(), default=1), max(speeds.values(), default=1)
