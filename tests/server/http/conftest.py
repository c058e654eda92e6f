"""A server with an HTTP port, and a small model on it."""

import os
import subprocess

import numpy
import pytest
import servers
import torch
from http_client import Http, address_of

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
subprocess.run([os.path.join(ROOT, "client/python/generate.sh")], check=True)

import moduled  # noqa: E402

torch.set_num_threads(1)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(3, 2)
        self.act = torch.nn.ReLU()

    def forward(self, x):
        return self.act(self.fc(x))


@pytest.fixture(scope="session")
def net():
    torch.manual_seed(1)
    return Net().eval()


@pytest.fixture(scope="session")
def server(net, tmp_path_factory):
    repository = tmp_path_factory.mktemp("repository")
    moduled.export(net, repository, name="net", example_inputs=(torch.zeros(2, 3),))
    with servers.serving(repository, "--http", "127.0.0.1:0", "--max-message-bytes", "2MiB") as server:
        yield server


@pytest.fixture
def http(server):
    http = Http(address_of(server))
    yield http
    assert http("/livez").status == 200, "whatever was asked, the server is there still"


@pytest.fixture
def x():
    return numpy.arange(6, dtype=numpy.float32).reshape(2, 3) - 2


@pytest.fixture
def want(net, x):
    with torch.no_grad():
        return net(torch.from_numpy(x)).numpy()
