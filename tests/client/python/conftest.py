"""The package under test from its source folder, one thread for torch, and the same random numbers for each test."""
import os
import shutil
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
PACKAGE = os.path.join(ROOT, "client/python")
MODELS = os.path.join(ROOT, "deploy/models")
sys.path[:0] = [PACKAGE, os.path.join(MODELS, "fashion_mnist")]
subprocess.run([os.path.join(PACKAGE, "generate.sh")], check=True)

import numpy as np  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402

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


def arrays(value):
    """The same nested value with arrays for torch's tensors: copies, which operations in place do not reach."""
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().copy()
    if isinstance(value, dict):
        return {key: arrays(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(arrays(item) for item in value)
    return value


def assert_close(got, expected, tolerance=1e-4):
    """Two nested values have the same structure and constants, and no element differs by more than the tolerance."""
    expected = arrays(expected)
    assert type(got) is type(expected)
    if isinstance(expected, dict):
        assert list(got) == list(expected)
        for key in expected:
            assert_close(got[key], expected[key], tolerance)
    elif isinstance(expected, (tuple, list)):
        assert len(got) == len(expected)
        for pair in zip(got, expected):
            assert_close(*pair, tolerance)
    elif isinstance(expected, np.ndarray):
        assert got.dtype == expected.dtype and got.shape == expected.shape
        if expected.size:
            assert np.abs(got.astype("f8") - expected.astype("f8")).max() <= tolerance
    else:
        assert got == expected
