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
    return flags_of(container)


def flags_of(container):
    """By name; a flag without a value has None."""
    return {flag: value if equals else None for flag, equals, value in (arg.partition("=") for arg in container["args"])}


def assert_known(flags):
    known = subprocess.run([servers.MODULED, "--help"], check=True, capture_output=True, text=True).stdout
    for flag in flags:
        assert re.search(rf"(?<!\S){flag}\b", known), f"moduled --help does not know {flag}"


def test_every_flag_of_the_deployment_is_one_of_the_server(flags):
    assert flags
    assert_known(flags)


def test_the_secured_deployment_is_this_one_with_tls_tokens_and_a_port_for_probes(container, flags, tmp_path):
    folder = REPOSITORY / "deploy/kubernetes/secured"
    pod = yaml.safe_load((folder / "patch.yaml").read_text())["spec"]["template"]["spec"]
    (secured,) = pod["containers"]
    assert secured["name"] == container["name"]
    own = flags_of(secured)
    assert_known(own)
    # HTTP is plaintext: it stays in the pod.
    assert own.pop("--http").startswith("127.0.0.1:")
    added = {"--health-listen", "--tls-cert", "--tls-key", "--tokens"}
    assert {flag: own[flag] for flag in own if flag not in added} == {
        flag: value for flag, value in flags.items() if flag not in ("--http", "--allow-unauthenticated")
    }
    (port,) = secured["ports"]
    assert own["--health-listen"] == f"0.0.0.0:{port['containerPort']}"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert secured[probe]["grpc"]["port"] == port["containerPort"]
    mounted = {mount["mountPath"]: mount["name"] for mount in secured["volumeMounts"]}
    volumes = {volume["name"] for volume in pod["volumes"]}
    for flag in added - {"--health-listen"}:
        assert mounted[str(pathlib.PurePath(own[flag]).parent)] in volumes


def test_the_example_of_tokens_is_one_that_the_server_takes(tmp_path):
    tokens = REPOSITORY / "deploy/kubernetes/secured/tokens.pbtxt"
    with servers.serving(servers.MODELS, "--cache", tmp_path, "--tokens", tokens, "--listen", "0.0.0.0:0"):
        pass


def test_the_image_and_the_deployment_say_that_everybody_may_call(flags, dockerfile, tmp_path):
    assert "--allow-unauthenticated" in flags and '"--allow-unauthenticated"' in dockerfile
    done = servers.failing(servers.MODELS, "--cache", tmp_path, "--listen", "0.0.0.0:0")
    assert done.returncode not in (0, None)
    assert done.stderr.count("\n") == 1 and "--allow-unauthenticated" in done.stderr


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
