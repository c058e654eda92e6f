"""modulectl's ways to a token."""
import os
import pathlib
import subprocess

import pytest
from callers import ROOT, token_of

MODULECTL = pathlib.Path(os.environ.get("MODULECTL_BINARY", ROOT / "build/release/client/modulectl/modulectl"))


def modulectl(server, *words, token=None):
    environment = {name: value for name, value in os.environ.items() if name != "MODULED_TOKEN"}
    if token is not None:
        environment["MODULED_TOKEN"] = token
    command = [MODULECTL, "--server", server.address, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def test_modulectl_sends_the_token_of_a_file_or_of_its_environment(guarded, tmp_path):
    (tmp_path / "token").write_text(token_of("viewer") + "\n")
    for done in (
        modulectl(guarded, "models", "--token-file", tmp_path / "token"),
        modulectl(guarded, "models", token=token_of("viewer")),
        # What is said on the command line counts.
        modulectl(guarded, "--token-file", tmp_path / "token", "models", token="wrong"),
    ):
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[1].split()[0] == "fashion_mnist" and "other" not in done.stdout


def test_modulectl_says_what_is_lacking(guarded):
    done = modulectl(guarded, "models")
    assert done.returncode == 1 and "UNAUTHENTICATED: authorization: missing" in done.stderr
    done = modulectl(guarded, "describe", "other", token=token_of("viewer"))
    assert done.returncode == 1 and 'PERMISSION_DENIED: role inspect for model "other"' in done.stderr


@pytest.mark.parametrize("text", ["", "two words", "not\u00e4scii"])
def test_modulectl_refuses_what_is_no_token(guarded, tmp_path, text):
    (tmp_path / "token").write_text(text)
    done = modulectl(guarded, "models", "--token-file", tmp_path / "token")
    assert done.returncode == 5 and "token" in done.stderr
    assert modulectl(guarded, "models", "--token-file", tmp_path / "none").returncode == 5


def test_modulectl_bench_sends_it_too(guarded):
    words = ["bench", "other", "--measurement-mode", "count", "--measurement-request-count", "2"]
    done = modulectl(guarded, *words, token=token_of("root"))
    assert done.returncode in (0, 6) and "UNAUTHENTICATED" not in done.stderr, done.stderr
