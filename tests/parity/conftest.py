"""One server for each category and type, started when its first test wants it."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "client/python"), str(ROOT / "tests/support"), str(ROOT / "tests/parity")]
subprocess.run([ROOT / "client/python/generate.sh"], check=True)

import harness  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def services(tmp_path_factory):
    """A function from a category and a type to their Service."""
    running = {}

    def service(category, dtype_name):
        key = (category, dtype_name)
        if key not in running:
            running[key] = harness.Service(*key, tmp_path_factory.mktemp(f"{category}-{dtype_name}"))
        return running[key]

    yield service
    for each in running.values():
        each.close()
