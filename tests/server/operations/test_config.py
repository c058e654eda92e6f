"""--config and --check: what a file says is what flags say, and a look at everything without serving."""

import os
import re
import subprocess
import sys

import pytest
import servers

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, os.path.join(ROOT, "client/python"))
subprocess.run([os.path.join(ROOT, "client/python/generate.sh")], check=True)

from moduled.v1 import server_config_pb2  # noqa: E402

MODULE = "linear { in_features: 3 out_features: 2 bias: false }"


def run(*arguments):
    return subprocess.run([servers.MODULED, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)


@pytest.fixture
def config(tmp_path):
    def write(text):
        path = tmp_path / "moduled.pbtxt"
        path.write_text(text)
        return path
    return write


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def add(repository, name, module="relu {}", version="1"):
    folder = repository / name / version
    folder.mkdir(parents=True)
    (folder / "module.pbtxt").write_text(module)


def test_every_flag_has_a_field_and_every_field_a_flag():
    flags = set(re.findall(r"^ +--([a-z-]+)", run("--help").stdout, re.M)) | set(
        re.findall(r"^ +-\w,--([a-z-]+)", run("--help").stdout, re.M))
    fields = {field.name.replace("_", "-") for field in server_config_pb2.ServerConfig.DESCRIPTOR.fields}
    assert flags - {"help", "version", "config", "check"} == fields


def test_a_file_says_what_flags_say(config, repository):
    add(repository, "net")
    path = config(f'repository: "{repository}" listen: "127.0.0.1:0" http: "" log_level: "error" drain_delay: 0')
    with servers.Server([servers.MODULED, "--config", path]) as server:
        assert server.address.startswith("127.0.0.1:")
        assert not any("HTTP" in line or " info " in line for line in server.output)


def test_the_command_line_goes_before_the_file(config, repository):
    path = config('repository: "/there/is/none" http: "127.0.0.1:1"')
    with servers.Server([servers.MODULED, "--config", path, "--repository", repository, "--listen", "127.0.0.1:0",
                         "--http", ""]) as server:
        assert server.address


@pytest.mark.parametrize("text, wanted", [
    ("nonsense: 1", 'line 1, column 9: Message type "moduled.v1.ServerConfig" has no field named "nonsense".'),
    ('max_queue: "many"', "line 1, column 12"),
    ('repository: "."\nlisten: "nowhere"', "--listen: not HOST:PORT (got nowhere)"),
    ('repository: "." compute_threads: 0', "--compute-threads"),
    ("", "--repository is required"),
])
def test_a_file_that_is_wrong_is_said_in_one_line(config, text, wanted):
    ended = run("--config", config(text))
    assert ended.returncode != 0 and wanted in ended.stderr
    assert ended.stderr.startswith("moduled: ") and ended.stderr.count("\n") == 1


def test_a_file_that_is_not_there(tmp_path):
    ended = run(f"--config={tmp_path / 'none'}")
    assert ended.returncode == 1 and "there is no such file" in ended.stderr


def test_check_finds_a_good_repository_good(repository):
    add(repository, "a")
    add(repository, "a", version="2")
    add(repository, "b")
    ended = run("--repository", repository, "--check")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        "model a version 1: good", "model a version 2: good", "model b version 1: good"]


def test_check_says_what_is_wrong_with_which_version(repository):
    add(repository, "good")
    add(repository, "no_weights", MODULE)
    add(repository, "nonsense", "nonsense")
    (repository / "empty").mkdir()
    ended = run("--repository", repository, "--check")
    assert ended.returncode == 1
    lines = dict(line.split(": ", 1) for line in ended.stdout.splitlines())
    assert lines["model good version 1"] == "good"
    assert "model.safetensors" in lines["model no_weights version 1"]
    assert "line 1" in lines["model nonsense version 1"]
    assert lines["model empty version "] == "has no versions"
    assert str(repository) not in ended.stdout


def test_check_looks_at_the_settings_too(config, repository):
    ended = run("--check", "--repository", repository, "--listen", "nowhere")
    assert ended.returncode != 0 and "--listen" in ended.stderr
