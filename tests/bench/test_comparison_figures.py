"""What tests/bench/compare computes from times, and how it shows it."""
import json
import math

import pytest
from comparison import figures, report

MILLISECOND = 1_000_000


def record(*turns, **more):
    """An engine's, with the times of its turns in milliseconds."""
    nanoseconds = [[time * MILLISECOND for time in turn] for turn in turns]
    return {
        "nanoseconds": nanoseconds,
        "cpu_nanoseconds": [3 * sum(turn) / len(turn) for turn in nanoseconds],
        "other_cpus": [0.5] * len(turns),
        **more,
    }


FAILED = {"nanoseconds": [], "cpu_nanoseconds": [], "other_cpus": [], "error": "out of memory"}


def case_of(**engines):
    names = ["moduled", "torch", "torch_traced", "onnxruntime"]
    return {
        "model": "mlp", "batch": 8, "threads": 2, "multiply_adds": 1_000_000, "weight_bytes": 3 << 20,
        "peak_gflops": [80.0, 100.0, 90.0],
        "engines": {name: engines.get(name, FAILED) for name in names},
    }


def results_of(*cases):
    return {
        "machine": {"cpu": "A CPU", "cpus": 2},
        "settings": {"rounds": 3, "turn_seconds": 0.3, "precision": "default", "spin": "off"},
        "cases": list(cases),
    }


def test_median_and_minimum_are_over_the_runs_of_all_turns():
    times = record([5, 1, 4], [2], [30, 3])
    assert figures.median_ms(times) == 3.5
    assert figures.minimum_ms(times) == 1


def test_the_cpu_time_is_the_median_of_the_turns():
    assert figures.cpu_ms(record([1, 3], [5], [50])) == 15


def test_the_best_peer_is_the_fastest_of_the_others_that_finished():
    case = case_of(moduled=record([1]), torch=record([6]), onnxruntime=record([4]))
    assert figures.best_peer(case) == "onnxruntime"
    assert figures.ratio(case) == 4


def test_the_best_peer_by_minima_can_be_another_one():
    case = case_of(moduled=record([2, 2, 2]), torch=record([3, 5, 5]), onnxruntime=record([4, 4, 4]))
    assert figures.ratio(case) == 2
    assert figures.ratio(case, figures.minimum_ms) == 1.5


def test_there_is_no_ratio_without_us_or_without_a_peer():
    assert figures.ratio(case_of(torch=record([1]))) is None
    assert figures.ratio(case_of(moduled=record([1]))) is None


def test_the_geometric_mean_leaves_out_what_is_missing():
    assert math.isclose(figures.geometric_mean([2, None, 8]), 4)
    assert figures.geometric_mean([None]) is None


def test_a_multiply_add_is_two_operations_and_the_machine_s_peak_is_its_best_round():
    case = case_of(moduled=record([0.04]))
    assert math.isclose(figures.gflops(case, "moduled"), 50)
    assert math.isclose(figures.share_of_peak(case, "moduled"), 0.5)


def test_the_disturbance_is_the_mean_over_all_turns():
    quiet, busy = record([1], [1], [1]), record([1])
    quiet["other_cpus"], busy["other_cpus"] = [0, 0.1, 0.1], [1.0]
    assert math.isclose(figures.disturbance(case_of(moduled=quiet, torch=busy)), 0.3)


def test_cases_on_more_threads_are_held_against_the_same_on_one():
    two = case_of(moduled=record([2]), torch=record([4]))
    one = {**case_of(moduled=record([3])), "threads": 1}
    other = {**one, "batch": 1}
    assert figures.on_one_thread([other, one, two], two) is one
    assert figures.on_one_thread([other, one, two], one) is None
    assert figures.speedup(one, two, "moduled") == 1.5
    assert figures.speedup(one, two, "torch") is None
    assert "Times as fast as on one thread" not in report.report(results_of(two))
    assert "Times as fast as on one thread" in report.report(results_of(one, two))


def test_memory_is_counted_beyond_the_program_s_own():
    case = case_of(moduled=record([1], peak_bytes=10 << 20, empty_bytes=4 << 20))
    assert figures.memory_per_weight(case, "moduled") == 2
    assert figures.memory_per_weight(case, "torch") is None


def test_a_table_is_as_wide_as_its_cells():
    assert report.table(["name", "n"], [["a", "1"], ["longer", "200"]]) == (
        "name      n\n" "------  ---\n" "a         1\n" "longer  200"
    )


def test_the_report_shows_times_ratios_rates_memory_and_deviations():
    case = case_of(
        moduled=record([0.04, 0.05, 0.06], peak_bytes=20 << 20, empty_bytes=10 << 20, deviation=2.5e-6),
        torch=record([0.2], peak_bytes=300 << 20, empty_bytes=200 << 20, deviation=0.0),
    )
    text = report.report(results_of(case))
    (times,) = [line for line in text.splitlines() if line.startswith("mlp") and "torch eager" in line]
    assert times.split() == [
        "mlp", "8", "2", "0.050", "(0.040)", "0.200", "(0.200)", "-", "(-)", "-", "(-)",
        "torch", "eager", "4.00", "5.00", "4.00", "0.50",
    ]
    assert "40.0 (40%)" in text and "20 (10)" in text and "300 (200)" in text and "2.5e-06" in text
    assert "over 1 of 1 cases: 4.000 (of minima 5.000, of CPU times 4.000); smallest 4.00" in text


def test_the_report_names_what_failed_and_why():
    text = report.report(results_of(case_of(torch=record([1])), case_of(moduled=record([1]), torch=record([2]))))
    assert "\nProblems\nmlp, batch 8, threads 2: moduled: out of memory\n" in text
    assert "over 1 of 2 cases: 2.000" in text


@pytest.mark.parametrize("deviation", [2e-3, math.nan])
def test_an_output_that_is_too_far_off_is_a_problem(deviation):
    case = case_of(**{name: record([1]) for name in ("torch", "torch_traced", "onnxruntime")},
                   moduled=record([1], deviation=deviation))
    ((where, text),) = figures.problems(results_of(case))
    assert where is case and text.startswith("moduled: deviates by ") and text.endswith(", more than 0.001")


def test_how_far_an_output_may_be_off_depends_on_the_precision():
    peers = {name: record([1]) for name in ("torch", "torch_traced", "onnxruntime")}
    results = results_of(case_of(**peers, moduled=record([1], deviation=5e-4)))
    assert figures.problems(results) == []
    results["settings"]["precision"] = "exact"
    assert len(figures.problems(results)) == 1


def test_the_plot_shows_every_model_and_every_engine(tmp_path):
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="deploy/packages/bench.txt has it, test.txt has not")
    from comparison.plot import plot

    pyplot.rcParams["svg.fonttype"] = "none"  # Text stays text.
    failed = {**case_of(torch=record([2])), "model": "lenet"}
    plot(results_of(case_of(moduled=record([1]), torch=record([2])), failed), tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text()
    for shown in ("mlp", "lenet", "batch 8, 2 threads", "moduled", "torch eager", "ONNX Runtime", "mean: 2.00"):
        assert shown in text


def test_the_report_reads_what_a_result_file_keeps():
    results = results_of(case_of(moduled=record([1]), torch=record([2])))
    assert report.report(json.loads(json.dumps(results))) == report.report(results)


def test_progress_is_one_line():
    line = report.progress(case_of(moduled=record([1]), torch=record([250])))
    assert line.startswith("mlp 8 2: moduled 1.00, torch eager 250,") and line.endswith("ratio 250.00")


@pytest.mark.parametrize("milliseconds, shown", [(0.1234, "0.123"), (1.234, "1.23"), (123.4, "123"), (None, "-")])
def test_times_are_shown_with_the_digits_that_mean_something(milliseconds, shown):
    assert report._milliseconds(milliseconds) == shown
