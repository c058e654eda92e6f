"""A server of the bundled model, and whether it still lives after what was done to it."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "client/python"), str(ROOT / "tests/support")]
subprocess.run([ROOT / "client/python/generate.sh"], check=True)

import pytest  # noqa: E402
import servers  # noqa: E402
from calls import MESSAGE_LIMIT, assert_serving  # noqa: E402

@pytest.fixture(scope="module")
def server():
    with servers.serving(servers.MODELS, "--cache", "", "--max-message-bytes", str(MESSAGE_LIMIT)) as running:
        yield running


@pytest.fixture(autouse=True)
def survives(request):
    """Whatever a test of the server does, it lives on."""
    yield
    if "server" in request.fixturenames:
        assert_serving(request.getfixturevalue("server"))
