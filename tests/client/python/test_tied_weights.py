"""Parameters that modules share: PyTorch -> server -> PyTorch, bit for bit, and still shared in every version."""
import pytest
import rebuild
import servers
import torch
from nested import assert_close
from torch import nn

import moduled
from moduled import safetensors

X = torch.rand(3, 4)


class Tied(nn.Module):
    """A layer, a layer of another class and a composite share one parameter; a norm counts its batches."""

    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(4, 4)
        self.norm = nn.BatchNorm2d(4)
        self.decode = nn.Linear(4, 4)
        self.decode.weight = self.encode.weight
        self.scale = nn.Parameter(torch.rand(4, 4))
        self.last = nn.Linear(4, 4, bias=False)
        self.last.weight = self.scale
        self.again = self.encode.bias

    def forward(self, x):
        y = self.norm(self.encode(x).reshape(-1, 4, 1, 1)).flatten(1)
        return self.last(self.decode(y)) @ self.scale + self.again


def tied():
    torch.manual_seed(11)
    module = Tied()
    for _ in range(3):
        module(torch.rand(8, 4))  # In training: the norm's statistics are no longer the fresh ones.
    return module.eval()


@pytest.fixture
def client(tmp_path):
    moduled.export(tied(), tmp_path, name="tied", example_inputs=X)
    with servers.serving(tmp_path) as server, moduled.Client(server.address, timeout=60) as connected:
        yield connected


def assert_same_bits(got, module):
    state = module.state_dict()
    assert list(got) == list(state)
    for key, tensor in state.items():
        assert got[key].dtype == tensor.numpy().dtype and got[key].shape == tuple(tensor.shape), key
        assert got[key].tobytes() == tensor.numpy().tobytes(), key


def test_the_state_goes_to_the_server_and_back_bit_for_bit(client):
    module = tied()
    assert module.norm.num_batches_tracked == 3
    assert_same_bits(client.state_dict("tied"), module)
    assert_close(client.forward("tied", X), module(X))
    back = Tied()
    back.load_state_dict({key: torch.from_numpy(array.copy()) for key, array in client.state_dict("tied").items()})
    assert_same_bits(client.state_dict("tied"), back)
    assert back.decode.weight is back.encode.weight


def test_a_shared_parameter_has_one_name_and_is_counted_once(client):
    module = tied()
    assert [name for name, _ in client.named_parameters("tied")] == [name for name, _ in module.named_parameters()]
    every = {name for name, _ in client.named_parameters("tied", remove_duplicate=False)}
    assert {"encode.weight", "decode.weight", "scale", "last.weight", "encode.bias", "again"} <= every
    assert client.describe("tied").parameter_count == sum(each.numel() for each in module.parameters())


def test_new_weights_stay_shared_in_the_next_version(client, tmp_path):
    module = tied()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(1)
        module.norm.num_batches_tracked.fill_(2**40 + 1)
    report = client.load_state_dict("tied", module.state_dict())
    assert report.model == ("tied", "2")
    assert_same_bits(client.state_dict("tied:2"), module)
    assert_close(client.forward("tied:2", X), module(X), tolerance=1e-3)
    again, description = rebuild.load(tmp_path / "tied/2")
    assert again.decode.weight is again.encode.weight and again.last.weight is again.scale
    assert description == client.describe("tied").description
    arrays, _ = safetensors.read(tmp_path / "tied/2/model.safetensors")
    assert {"decode.weight", "last.weight"}.isdisjoint(arrays)
