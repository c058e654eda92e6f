"""deploy/install-packages.sh installs what is missing and nothing else: tried with an apt-get that only takes notes."""

import os
import pathlib
import shutil
import subprocess

import pytest

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"


class Machine:
    """A copy of the script with lists of its own, on a machine whose dpkg-query, apt-get and id are ours."""

    def __init__(self, folder: pathlib.Path):
        self.deploy = folder / "deploy"
        self.programs = folder / "bin"
        self.notes = folder / "apt-get.log"
        (self.deploy / "packages").mkdir(parents=True)
        self.programs.mkdir()
        self.notes.touch()
        shutil.copy(DEPLOY / "install-packages.sh", self.deploy)
        self.has(installed=[], user=0)
        options_away = 'while [[ "$1" == -* ]]; do [[ "$1" == -o ]] && shift; shift; done'
        self.program("apt-get", f'{options_away}; echo "$@" >>{self.notes}')
        for name in ("bash", "basename", "cat", "dirname", "env", "sed", "sort"):
            os.symlink(shutil.which(name), self.programs / name)

    def program(self, name: str, text: str) -> None:
        path = self.programs / name
        path.write_text(f"#!{shutil.which('bash')}\n{text}\n")
        path.chmod(0o755)

    def has(self, installed: list, user: int) -> None:
        known = "|".join(installed) or "none-at-all"
        self.program("dpkg-query", f'case "${{!#}}" in {known}) echo -n installed;; *) exit 1;; esac')
        self.program("id", f"echo {user}")

    def list(self, name: str, text: str) -> None:
        (self.deploy / "packages" / f"{name}.txt").write_text(text)

    def install(self, *lists: str) -> subprocess.CompletedProcess:
        script = self.deploy / "install-packages.sh"
        environment = {"PATH": str(self.programs)}
        return subprocess.run(["bash", script, *lists], env=environment, capture_output=True, text=True)

    def apt_get_calls(self) -> list:
        return self.notes.read_text().splitlines()


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    machine.list("build", "# What compiling needs.\ncmake\ng++  # the compiler\n\n")
    machine.list("test", "cmake\nhaproxy\n")
    return machine


def test_with_nothing_missing_the_archive_is_not_asked(machine):
    machine.has(installed=["cmake", "g++", "haproxy"], user=0)
    result = machine.install("build", "test")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert machine.apt_get_calls() == []


def test_what_is_missing_is_installed_once_and_without_recommends(machine):
    machine.has(installed=["g++"], user=0)
    result = machine.install("build", "test")
    assert result.returncode == 0, result.stderr
    assert machine.apt_get_calls() == ["update", "install --yes --no-install-recommends cmake haproxy"]


def test_a_user_with_sudo_installs_through_it(machine):
    machine.has(installed=[], user=1000)
    machine.program("sudo", f'echo sudo >>{machine.notes}; exec "$@"')
    assert machine.install("test").returncode == 0
    assert machine.apt_get_calls()[:2] == ["sudo", "update"]


def test_a_user_without_sudo_is_told_what_is_missing(machine):
    machine.has(installed=["cmake"], user=1000)
    result = machine.install("test")
    assert result.returncode != 0
    assert result.stderr == "install-packages: to install haproxy, run as root or install sudo\n"


def test_a_failed_install_fails(machine):
    machine.program("apt-get", "echo 'E: no network' >&2; exit 100")
    result = machine.install("test")
    assert result.returncode == 100
    assert "E: no network" in result.stderr


def test_a_system_without_apt_get_is_told_what_to_do(machine):
    (machine.programs / "apt-get").unlink()
    result = machine.install("test")
    assert result.returncode != 0
    assert result.stderr.startswith("install-packages: no apt-get here")


def test_an_unknown_list_is_refused_by_name(machine):
    result = machine.install("bulid")
    assert result.returncode != 0
    assert result.stderr == "install-packages: no package list named 'bulid' (have: build test)\n"


@pytest.mark.parametrize("path", sorted((DEPLOY / "packages").glob("*.txt")), ids=lambda path: path.stem)
def test_the_lists_are_sorted_and_say_what_they_are_for(path):
    first, *names = path.read_text().splitlines()
    assert first.startswith("# ")
    assert names == sorted(set(names))
