"""Every metric and label that the dashboard and the alerts ask for is one that a server shows."""

import json
import pathlib
import re
import subprocess
import urllib.request

import pytest
import servers
import yaml
from http_client import Http, address_of

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = json.loads((REPOSITORY / "deploy/grafana/dashboard.json").read_text())
PROMETHEUS = yaml.safe_load((REPOSITORY / "deploy/prometheus/prometheus.yml").read_text())
RULES = [
    rule
    for group in yaml.safe_load((REPOSITORY / "deploy/prometheus/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
METRIC = re.compile(r"\b(?:moduled|process)_[a-z_]+")


@pytest.fixture(scope="module")
def shown():
    """The lines of /metrics after a call."""
    with servers.serving(servers.MODELS, "--cache", "", "--http", "127.0.0.1:0") as server:
        http = Http(address_of(server))
        (model,) = (entry["name"] for entry in http("/v2/repository/index", method="POST").json)
        (taken,) = http(f"/v2/models/{model}").json["inputs"]
        shape = [max(size, 1) for size in taken["shape"]]
        zeros = {"name": taken["name"], "datatype": taken["datatype"], "shape": shape}
        for size in reversed(shape):
            zeros["data"] = [zeros.get("data", 0)] * size
        assert http(f"/v2/models/{model}/infer", {"inputs": [zeros]}).status == 200
        with urllib.request.urlopen(f"http://{address_of(server)}/metrics", timeout=60) as page:
            yield page.read().decode().splitlines()


@pytest.fixture(scope="module")
def names(shown):
    return {re.match(r"[a-z_]+", line)[0] for line in shown if not line.startswith("#")}


EXPRESSIONS = [
    (panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]
] + [(rule["alert"], rule["expr"]) for rule in RULES]


@pytest.mark.parametrize("expression", [expression for _, expression in EXPRESSIONS])
def test_every_metric_that_is_asked_for_is_shown(names, expression):
    asked = set(METRIC.findall(expression))
    assert asked or expression.startswith("up{")
    assert asked <= names


@pytest.mark.parametrize("expression", [expression for _, expression in EXPRESSIONS])
def test_every_label_that_is_asked_for_is_one_of_its_metric(shown, expression):
    for metric, selectors in re.findall(r"\b((?:moduled|process)_[a-z_]+)\{([^}]*)\}", expression):
        line = next(line for line in shown if re.match(rf"{metric}[{{ ]", line))
        given = set(re.findall(r'([a-z]+)="', line)) | {"job", "instance"}  # Prometheus adds these two.
        assert set(re.findall(r"([a-z]+)(?:=~|!~|!=|=)", selectors)) <= given, line


def test_parentheses_are_closed():
    for title, expression in EXPRESSIONS:
        for opening, closing in ("()", "{}", "[]"):
            assert expression.count(opening) == expression.count(closing), title


def test_panels_have_places_of_their_own():
    places, ids = set(), {panel["id"] for panel in DASHBOARD["panels"]}
    assert len(ids) == len(DASHBOARD["panels"])
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not cells & places, panel["title"]
        places |= cells


def test_the_variables_of_the_dashboard_are_declared():
    declared = {variable["name"] for variable in DASHBOARD["templating"]["list"]} | {"__rate_interval", "__all"}
    assert set(re.findall(r"\$\{?([a-z_]+)", json.dumps(DASHBOARD))) <= declared


def test_prometheus_reads_the_rules_and_the_port_that_is_the_default():
    assert all((REPOSITORY / "deploy/prometheus" / file).is_file() for file in PROMETHEUS["rule_files"])
    (job,) = PROMETHEUS["scrape_configs"]
    assert job["job_name"] == "moduled"
    help_text = subprocess.run([servers.MODULED, "--help"], check=True, capture_output=True, text=True).stdout
    assert job["static_configs"][0]["targets"][0] in help_text


def test_alerts_say_how_bad_it_is():
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning", "info") and rule["annotations"]["summary"]
