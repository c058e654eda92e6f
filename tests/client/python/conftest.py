"""The package under test from its source folder, one thread for torch, and the same random numbers for each test."""
import os
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
PACKAGE = os.path.join(ROOT, "client/python")
MODELS = os.path.join(ROOT, "deploy/models")
sys.path[:0] = [PACKAGE, os.path.join(MODELS, "fashion_mnist")]
subprocess.run([os.path.join(PACKAGE, "generate.sh")], check=True)

import pytest  # noqa: E402
import torch  # noqa: E402

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
