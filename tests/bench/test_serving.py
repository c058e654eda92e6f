"""tests/bench/serving still works: each part for a moment, and what does not depend on the machine's speed holds."""
import json
import os
import pathlib

import pytest
from service import __main__ as service
from service import saturation
from service.finding import Finding
from service.parts import PARTS
from service.processes import Settings
from service.rounds import take_turns

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MODULED_BUILD", REPOSITORY / "build/release"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(BUILD, tmp_path_factory.mktemp("bench"), **service.QUICK)


def rates(finding, *names):
    assert isinstance(finding.reached, bool) and finding.wanted and finding.measured
    for name in names:
        assert len(finding.figures[name]) == service.QUICK["rounds"]
        assert all(value > 0 for value in finding.figures[name]), name


def test_a_call_is_compared_with_an_echo_and_the_engine(settings):
    rates(PARTS["lenet-latency"](settings), "echo", "moduled", "engine")


def test_calls_a_second_are_compared_with_an_echo(settings):
    rates(PARTS["lenet-throughput"](settings), "echo", "moduled", "shares")


def test_batching_is_compared_with_none(settings):
    rates(PARTS["batching"](settings), "on", "off", "gains")


def test_saturation_is_compared_with_the_engine(settings):
    rates(saturation.saturation(settings, model="lenet"), "moduled", "engine_1", "engine_8", "shares")


def test_a_large_tensor_is_copied_at_most_once_on_its_way_in_and_never_on_its_way_out(settings):
    finding = PARTS["copies"](settings)
    assert finding.reached, finding.measured


def test_under_overload_calls_are_answered_or_refused_and_nothing_else(settings):
    figures = PARTS["overload"](settings).figures
    assert figures["checks"]["only refusals"], figures["under_load"]["errors"]
    assert figures["under_load"]["answered"] > 0
    assert figures["health"]["answered"] > 0 and not figures["health"]["errors"]


def test_no_call_fails_while_versions_are_replaced(settings):
    figures = PARTS["reloads"](settings).figures
    assert figures["under_load"]["errors"] == {} and figures["under_load"]["answered"] > 0
    assert figures["versions"] == [str(number + 2) for number in range(service.QUICK["reloads"])]
    assert len(figures["memory"]) == service.QUICK["reloads"]


def test_turns_begin_with_another_each_round():
    order = []
    results = take_turns(2, {"a": lambda: order.append("a") or 1, "b": lambda: order.append("b") or 2})
    assert order == ["a", "b", "b", "a"]
    assert results == {"a": [1, 1], "b": [2, 2]}


@pytest.mark.parametrize("reached", [True, False])
def test_the_command_prints_writes_and_fails_if_something_is_not_reached(monkeypatch, capsys, tmp_path, reached):
    finding = Finding("batching", "what it is", "3.1", ">= 2", reached, {"gains": [3.1]})
    monkeypatch.setitem(PARTS, "batching", lambda settings: finding)
    assert service.main(["batching", "--quick", "--json", str(tmp_path / "a.json")]) == (0 if reached else 1)
    row = capsys.readouterr().out.splitlines()[-1].split()
    assert row[0] == "batching" and row[-1] == ("yes" if reached else "NO")
    assert json.loads((tmp_path / "a.json").read_text())["parts"][0]["figures"] == {"gains": [3.1]}


def test_the_command_refuses_parts_that_do_not_exist(capsys):
    with pytest.raises(SystemExit, match="2"):
        service.main(["latency"])
    assert "no part named 'latency' (have: lenet-latency, " in capsys.readouterr().err
