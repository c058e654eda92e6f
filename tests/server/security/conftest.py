"""The wire's Python code from its source folder, a repository with two models, and callers with tokens of their own."""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "client/python"), str(ROOT / "tests/support")]
subprocess.run([ROOT / "client/python/generate.sh"], check=True)

import pytest  # noqa: E402
import servers  # noqa: E402
from callers import CALLERS, access_text  # noqa: E402

@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The bundled model under two names."""
    directory = tmp_path_factory.mktemp("models")
    for name in ("fashion_mnist", "other"):
        shutil.copytree(servers.MODELS / "fashion_mnist", directory / name)
    return directory


@pytest.fixture(scope="session")
def guarded(models, tmp_path_factory):
    """A server that knows CALLERS."""
    tokens = tmp_path_factory.mktemp("access") / "tokens.pbtxt"
    tokens.write_text(access_text(CALLERS))
    with servers.serving(models, "--tokens", tokens) as server:
        yield server
