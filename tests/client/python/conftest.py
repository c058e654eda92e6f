"""The package under test from its source folder, one thread for torch, and the same random numbers for each test."""
import os
import shutil
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
PACKAGE = os.path.join(ROOT, "client/python")
sys.path[:0] = [PACKAGE, os.path.join(ROOT, "deploy/models/fashion_mnist"), os.path.join(ROOT, "tests/support")]
subprocess.run([os.path.join(PACKAGE, "generate.sh")], check=True)

import pytest  # noqa: E402
import torch  # noqa: E402
from servers import MODELS  # noqa: E402

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """The bundled model, and what is exported from PyTorch for these tests."""
    import served

    import moduled

    directory = tmp_path_factory.mktemp("repository")
    shutil.copytree(os.path.join(MODELS, "fashion_mnist"), directory / "fashion_mnist")
    moduled.export(served.resnet18(), directory, name="resnet18", example_inputs=torch.rand(1, 3, 224, 224))
    moduled.export(served.zoo(), directory, name="zoo", example_inputs=torch.rand(2, 3))
    moduled.export(served.collector(), directory, name="collector", example_inputs=served.collector_example())
    return directory


@pytest.fixture(scope="session")
def address(repository):
    """The address of a server of the repository, for tests that change nothing."""
    import servers

    with servers.serving(repository) as server:
        yield server.address


@pytest.fixture
def client(address):
    import moduled

    with moduled.Client(address, timeout=120) as connected:
        yield connected
