"""The manifests agree with each other, with the image and with the server's own flags."""

import pathlib
import re
import subprocess

import pytest
import servers
import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def manifests():
    """All objects by kind and name."""
    found = {}
    for file in sorted((REPOSITORY / "deploy/kubernetes").glob("*.yaml")):
        for manifest in yaml.safe_load_all(file.read_text()):
            found[manifest["kind"], manifest["metadata"]["name"]] = manifest
    return found


@pytest.fixture(scope="module")
def pod(manifests):
    return manifests["Deployment", "moduled"]["spec"]["template"]


@pytest.fixture(scope="module")
def container(pod):
    (container,) = pod["spec"]["containers"]
    return container


@pytest.fixture(scope="module")
def dockerfile():
    return (REPOSITORY / "Dockerfile").read_text()


def value_of(flag, arguments):
    return arguments[arguments.index(flag) + 1]


def test_every_flag_of_the_deployment_is_one_of_the_server(container):
    known = subprocess.run([servers.MODULED, "--help"], check=True, capture_output=True, text=True).stdout
    for flag in (word for word in container["args"] if word.startswith("--")):
        assert re.search(rf"(?<!\S){flag}\b", known), f"moduled --help does not know {flag}"


def test_every_flag_of_the_image_is_one_of_the_server(dockerfile):
    known = subprocess.run([servers.MODULED, "--help"], check=True, capture_output=True, text=True).stdout
    flags = re.findall(r'"(--[a-z-]+)"', dockerfile)
    assert flags
    for flag in flags:
        assert re.search(rf"(?<!\S){flag}\b", known), f"moduled --help does not know {flag}"


def test_the_ports_of_deployment_image_and_server_agree(container, dockerfile):
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert value_of("--listen", container["args"]) == f"0.0.0.0:{ports['grpc']}"
    assert value_of("--http", container["args"]) == f"0.0.0.0:{ports['http']}"
    exposed = re.search(r"^EXPOSE (.+)$", dockerfile, re.MULTILINE)[1].split()
    assert [int(port) for port in exposed] == list(ports.values())


def test_every_probe_asks_the_grpc_port(container):
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["grpc"]["port"] == ports["grpc"]


def test_the_user_of_the_pod_is_that_of_the_image(pod, dockerfile):
    user, group = re.search(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE).groups()
    assert pod["spec"]["securityContext"]["runAsUser"] == int(user) > 0
    assert pod["spec"]["securityContext"]["runAsGroup"] == int(group) > 0


@pytest.mark.parametrize("service", ["moduled", "moduled-replicas"])
def test_the_services_find_the_pods_and_their_ports(manifests, pod, container, service):
    spec = manifests["Service", service]["spec"]
    assert spec["selector"].items() <= pod["metadata"]["labels"].items()
    names = {port["name"] for port in container["ports"]}
    assert all(port["targetPort"] in names for port in spec["ports"])


def test_the_service_for_clients_that_balance_is_headless(manifests):
    assert manifests["Service", "moduled-replicas"]["spec"]["clusterIP"] == "None"


def test_the_kill_comes_after_the_wait_for_the_balancers(pod, container):
    _, seconds = container["lifecycle"]["preStop"]["exec"]["command"]
    assert pod["spec"]["terminationGracePeriodSeconds"] > int(seconds)
