"""The models that are compared: seeded random weights, whose activations stay of ordinary size."""
from typing import Callable, NamedTuple

import torch
import torchvision
from torch import nn


class LastLayerLSTM(nn.Module):
    """An LSTM as models use it: the outputs of its last layer, without its state."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(128, 256, num_layers=2, batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0]


def mlp():
    return nn.Sequential(nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10))


def lenet():
    """For pictures of 28 by 28."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 20, 5), nn.ReLU(),
        nn.Flatten(), nn.Linear(1280, 10),
    )


def transformer():
    layer = nn.TransformerEncoderLayer(512, 8, dim_feedforward=2048, batch_first=True)
    return nn.TransformerEncoder(layer, 4)


class Network(NamedTuple):
    make: Callable[[], nn.Module]
    input: tuple  # Without the batch.


def _torchvision(name):
    return Network(lambda: getattr(torchvision.models, name)(weights=None), (3, 224, 224))


NETWORKS = {
    "mlp": Network(mlp, (784,)),
    "lenet": Network(lenet, (1, 28, 28)),
    "resnet18": _torchvision("resnet18"),
    "resnet50": _torchvision("resnet50"),
    "mobilenet_v2": _torchvision("mobilenet_v2"),
    "efficientnet_b0": _torchvision("efficientnet_b0"),
    "densenet121": _torchvision("densenet121"),
    "vit_b_16": _torchvision("vit_b_16"),
    "lstm": Network(LastLayerLSTM, (64, 128)),
    "transformer": Network(transformer, (128, 512)),
}


def build(name):
    """The model in evaluation mode, the same at each call."""
    torch.manual_seed(0)
    network = NETWORKS[name]
    module = network.make()
    _fill_zero_heads(module)
    _calibrate(module, network.input)
    return module.eval()


def example(name, batch):
    """The input that every engine is given."""
    return torch.randn(batch, *NETWORKS[name].input, generator=torch.Generator().manual_seed(batch))


def _fill_zero_heads(module):
    """torchvision starts the vision transformer's last layer at zero: all engines would agree on nothing."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear) and not layer.weight.any():
            nn.init.normal_(layer.weight, std=0.02)


@torch.no_grad()
def _calibrate(module, shape):
    """Gives batch norms the statistics of what they see, as training would. With those they are made with, activations
    shrink or grow from layer to layer, down to numbers that CPUs are slow with."""
    norms = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0  # The statistics become those of the one batch below.
    module.train()(torch.randn(4, *shape))
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
