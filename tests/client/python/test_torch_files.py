"""Files of torch.save as weights: in a version's folder, and loaded by modulectl."""
import pathlib
import subprocess

import servers
import torch
from torch import nn

import moduled


class Tied(nn.Module):
    """Two layers with one weight, and a norm with statistics."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.norm = nn.BatchNorm1d(4)
        self.second = nn.Linear(4, 4)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.second(self.norm(self.first(x)))


def assert_same(got, want):
    assert list(got) == list(want)
    assert got._metadata == want._metadata
    for name, tensor in want.items():
        assert got[name].tobytes() == tensor.numpy().tobytes(), name


def test_a_version_may_hold_what_torch_saved(tmp_path):
    module = Tied().eval()
    module(torch.rand(3, 4))
    version = pathlib.Path(moduled.export(module, tmp_path, name="tied", example_inputs=torch.rand(2, 4)))
    (version / "model.safetensors").unlink()
    torch.save(module.state_dict(), version / "model.pt")
    x = torch.rand(5, 4)
    with servers.serving(tmp_path) as server, moduled.Client(server.address) as client:
        assert_same(client.state_dict("tied"), module.state_dict())
        assert torch.allclose(torch.from_numpy(client.forward("tied", x).copy()), module(x), atol=1e-5)
        # What changes the model links or writes its weights.
        assert client.train("tied").version == "2"
        assert_same(client.state_dict("tied:2"), module.state_dict())


def test_modulectl_loads_checkpoints(tmp_path):
    torch.manual_seed(1)
    moduled.export(Tied().eval(), tmp_path / "models", name="tied", example_inputs=torch.rand(2, 4))
    other = Tied()
    torch.save({"epoch": 7, "state_dict": other.state_dict()}, tmp_path / "checkpoint.pth")
    modulectl = servers.MODULED.parents[1] / "client/modulectl/modulectl"
    with servers.serving(tmp_path / "models") as server, moduled.Client(server.address) as client:
        command = [modulectl, "--server", server.address, "load-state-dict", "tied", tmp_path / "checkpoint.pth"]
        assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "loaded tied version 2\n"
        assert_same(client.state_dict("tied"), other.state_dict())


def test_code_in_a_file_is_refused_and_the_server_goes_on(tmp_path):
    module = Tied().eval()
    version = pathlib.Path(moduled.export(module, tmp_path, name="tied", example_inputs=torch.rand(2, 4)))
    (version / "model.safetensors").unlink()
    torch.save(module, version / "model.pt")  # The whole module, which names its class.
    with servers.serving(tmp_path) as server, moduled.Client(server.address) as client:
        (status,) = client.models()
        assert status.state == "unavailable"
        assert "only tensors and plain containers can be loaded" in status.reason
