"""Models whose outputs torch can say, and a server of them."""
import shutil
import subprocess
import sys

import oip
import pytest
import servers
import torch
from torch import nn

subprocess.run([oip.ROOT / "client/python/generate.sh"], check=True)
sys.path.insert(0, str(oip.ROOT / "client/python"))

import moduled  # noqa: E402

torch.set_num_threads(1)

ECHO_TYPES = {
    "flag": torch.bool, "tiny": torch.int8, "byte": torch.uint8, "word": torch.int32, "long": torch.int64,
    "half": torch.float16, "brain": torch.bfloat16, "single": torch.float32, "double": torch.float64,
}


class Echo(nn.Module):
    """An input of each type, and each comes back."""

    def forward(self, flag, tiny, byte, word, long, half, brain, single, double):
        return flag, tiny, byte, word, long, half, brain, single, double


class Text(nn.Module):
    """Two inputs, two outputs, a layer that is called twice, and one that returns a nested tuple."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 3)
        self.fc = nn.Linear(3, 3)
        self.lstm = nn.LSTM(3, 2, batch_first=True)

    def forward(self, ids, scale):
        hidden = self.fc(self.fc(self.embed(ids))) * scale
        states, _ = self.lstm(hidden)
        return {"hidden": hidden, "states": states}


@pytest.fixture(scope="session")
def text():
    torch.manual_seed(5)
    return Text().eval()


@pytest.fixture(scope="session")
def models(tmp_path_factory, text):
    directory = tmp_path_factory.mktemp("models")
    # Its folder holds more than a model needs: what is served is the version and the configuration.
    shutil.copytree(servers.MODELS / "fashion_mnist/1", directory / "fashion_mnist/1")
    moduled.export(
        Echo().eval(), directory, name="echo",
        example_inputs=tuple(torch.ones(2, 3).to(dtype) for dtype in ECHO_TYPES.values()))
    moduled.export(
        text, directory, name="text", example_inputs=(torch.zeros(1, 4, dtype=torch.int64), torch.ones(1, 1, 1)))
    with pytest.warns(UserWarning, match="training mode"):
        moduled.export(nn.Sequential(nn.Dropout()), directory, name="noise", example_inputs=(torch.ones(1, 64),))
    return directory


@pytest.fixture(scope="session")
def server(models):
    with servers.serving(models, "--max-message-bytes", "2MiB") as server:
        yield server


@pytest.fixture
def client(server):
    with oip.Client(server.address) as client:
        yield client
        assert client.ServerLive(oip.pb.ServerLiveRequest()).live, "whatever was asked, the server lives"
