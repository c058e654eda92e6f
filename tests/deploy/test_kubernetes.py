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


@pytest.fixture(scope="module")
def flags(container):
    """What the deployment sets, by the flag's name."""
    return dict(argument.split("=", 1) for argument in container["args"])


def assert_known(flags):
    known = subprocess.run([servers.MODULED, "--help"], check=True, capture_output=True, text=True).stdout
    for flag in flags:
        assert re.search(rf"(?<!\S){flag}\b", known), f"moduled --help does not know {flag}"


def test_every_flag_of_the_deployment_is_one_of_the_server(flags):
    assert flags
    assert_known(flags)


def test_every_flag_of_the_image_is_one_of_the_server(dockerfile):
    flags = re.findall(r'"(--[a-z-]+)"', dockerfile)
    assert flags
    assert_known(flags)


def test_the_ports_of_deployment_image_and_server_are_the_same(container, flags, dockerfile):
    ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
    assert flags["--listen"] == f"0.0.0.0:{ports['grpc']}"
    assert flags["--http"] == f"0.0.0.0:{ports['http']}"
    assert set(re.search(r"^EXPOSE ([\d ]+)$", dockerfile, re.MULTILINE)[1].split()) == set(ports.values())


def test_the_deployment_asks_for_as_many_processors_as_it_computes_with(container, flags):
    assert container["resources"]["requests"]["cpu"] == flags["--compute-threads"]


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


def test_the_kill_comes_after_the_drain(pod, flags):
    drain = int(flags["--drain-delay"]) + int(flags["--drain-timeout"])
    assert pod["spec"]["terminationGracePeriodSeconds"] > drain
