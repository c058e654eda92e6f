"""The tables that are printed."""
from . import figures
from .engines import ENGINES, OURS, REFERENCE

_LABELS = {engine.name: engine.label for engine in ENGINES}
_CASE = ["model", "batch", "threads"]


def report(results):
    """The text of a whole comparison."""
    cases = results["cases"]
    parts = [
        _heading(results), _times(cases), _rates(cases), *_scaling(cases), _memory(cases), _deviations(cases),
        *_problems(results), _closing(cases),
    ]
    return "\n\n".join(parts) + "\n"


def progress(case):
    """One line on a case, for those who wait."""
    times = [
        f"{_LABELS[name]} {_milliseconds(figures.median_ms(record))}" for name, record in case["engines"].items()
    ]
    return f"{' '.join(_case_cells(case))}: {', '.join(times)}; ratio {_number(figures.ratio(case), '.2f')}"


def table(header, rows):
    """Columns as wide as what is in them; the first one flush left, numbers flush right."""
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])])
        for line in lines
    )


def _heading(results):
    machine, settings = results["machine"], results["settings"]
    return (
        f"{machine['cpu']}, {machine['cpus']} CPUs. {settings['rounds']} rounds, {settings['turn_seconds']:g} s a turn."
        f" Precision: {settings['precision']}. Spinning: {settings['spin']}."
    )


def _times(cases):
    names = list(_LABELS)
    rows = []
    for case in cases:
        engines = case["engines"]
        rows.append([
            *_case_cells(case),
            *(_pair(_milliseconds(figures.median_ms(engines[name])), _milliseconds(figures.minimum_ms(engines[name])))
              for name in names),
            _LABELS.get(figures.best_peer(case), "-"),
            _number(figures.ratio(case), ".2f"),
            _number(figures.ratio(case, figures.minimum_ms), ".2f"),
            _number(figures.ratio(case, figures.cpu_ms), ".2f"),
            _number(figures.disturbance(case), ".2f"),
        ])
    header = [*_CASE, *_LABELS.values(), "best peer", "ratio", "of minima", "of CPU times", "others' CPUs"]
    return (
        "Milliseconds a run: median (minimum). Ratio: the best peer's median over ours; above 1 we are faster.\n"
        + table(header, rows)
    )


def _rates(cases):
    rows = []
    for case in cases:
        rates = (_pair(_number(figures.gflops(case, name), ".1f"), _number(figures.share_of_peak(case, name), ".0%"))
                 for name in _LABELS)
        rows.append([*_case_cells(case), *rates, _number(figures.machine_gflops(case), ".0f")])
    return (
        "GFLOP/s of the model's own operations (share of what the CPUs can do, measured in the same rounds)\n"
        + table([*_CASE, *_LABELS.values(), "machine"], rows)
    )


def _scaling(cases):
    rows = []
    for case in cases:
        if one := figures.on_one_thread(cases, case):
            rows.append([*_case_cells(case), *(_number(figures.speedup(one, case, name), ".2f") for name in _LABELS)])
    return ["Times as fast as on one thread\n" + table([*_CASE, *_LABELS.values()], rows)] if rows else []


def _memory(cases):
    rows = []
    for case in cases:
        rows.append([
            *_case_cells(case),
            f"{case['weight_bytes'] / 2**20:.1f}",
            *(_memory_cell(case["engines"][name]) for name in _LABELS),
            _number(figures.memory_per_weight(case, OURS), ".2f"),
        ])
    return (
        "Peak memory in MiB (of the program before it loads a model); the rest of ours as a multiple of the weights\n"
        + table([*_CASE, "weights", *_LABELS.values(), "multiple"], rows)
    )


def _deviations(cases):
    compared = [name for name in _LABELS if name != REFERENCE]
    rows = [
        [*_case_cells(case), *(_number(case["engines"][name].get("deviation"), ".1e") for name in compared)]
        for case in cases
    ]
    return (
        f"How far outputs are from those of {_LABELS[REFERENCE]}, relative to their largest element\n"
        + table([*_CASE, *(_LABELS[name] for name in compared)], rows)
    )


def _memory_cell(record):
    return _pair(_number(figures.peak_memory(record), ".0f"), _number(figures.empty_memory(record), ".0f"))


def _problems(results):
    lines = [
        f"{case['model']}, batch {case['batch']}, threads {case['threads']}: {text}"
        for case, text in figures.problems(results)
    ]
    return ["Problems\n" + "\n".join(lines)] if lines else []


def _closing(cases):
    ratios = [figures.ratio(case) for case in cases]
    measured = [ratio for ratio in ratios if ratio is not None]
    of_medians = figures.geometric_mean(ratios)
    of_minima, of_cpu_times = (
        figures.geometric_mean([figures.ratio(case, figure) for case in cases])
        for figure in (figures.minimum_ms, figures.cpu_ms)
    )
    return (
        f"Geometric mean of the ratios over {len(measured)} of {len(cases)} cases: {_number(of_medians, '.3f')} "
        f"(of minima {_number(of_minima, '.3f')}, of CPU times {_number(of_cpu_times, '.3f')}); "
        f"smallest {_number(min(measured, default=None), '.2f')}"
    )


def _case_cells(case):
    return [case["model"], str(case["batch"]), str(case["threads"])]


def _pair(number, other):
    return f"{number} ({other})"


def _milliseconds(time):
    """Three digits that mean something."""
    return "-" if time is None else f"{time:.3f}" if time < 1 else f"{time:.2f}" if time < 100 else f"{time:.0f}"


def _number(number, form):
    return "-" if number is None else format(number, form)
