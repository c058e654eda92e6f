"""The seed of a call: what is random while training is drawn from it, the same for the same seed."""
import numpy as np
import pytest
import servers
import torch
from torch import nn

import moduled

X = torch.ones(4, 64)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("models")
    tree = nn.Sequential(nn.Dropout(0.5), nn.RReLU(), nn.Dropout(0.25))
    moduled.export(tree.train(), directory, name="random", example_inputs=X)
    with servers.serving(directory) as server, moduled.Client(server.address, timeout=60) as connected:
        yield connected


def test_a_seed_decides_what_is_drawn(client):
    one, again = client.forward("random", X, seed=1), client.forward("random", X, seed=1)
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != client.forward("random", X, seed=2).tobytes()
    assert one.tobytes() != client.forward("random", X, seed=0).tobytes()
    assert 0.3 < np.mean(one == 0) < 0.9


def test_without_a_seed_every_call_draws_the_same(client):
    assert client.forward("random", X).tobytes() == client.forward("random", X).tobytes()


def test_gradients_fall_out_where_outputs_do(client):
    result = client.backward("random", X, grad_outputs=torch.ones(4, 64), seed=5)
    assert ((result.grad_inputs[0] == 0) == (result.outputs == 0)).all()
    again = client.backward("random", X, grad_outputs=torch.ones(4, 64), seed=5)
    assert result.outputs.tobytes() == again.outputs.tobytes()
