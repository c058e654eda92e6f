"""Whole models: what is exported means what PyTorch means, to the last name, byte and hook."""
import os

import dataset
import numpy as np
import pytest
import rebuild
import torch
import torchvision
from network import FashionNet
from PIL import Image
from servers import MODELS

import moduled

TORCHVISION = ["resnet18", "resnet50", "alexnet", "vgg11_bn", "squeezenet1_1", "mobilenet_v3_small", "mnasnet0_5"]


def exported(module, directory, example):
    return rebuild.load(moduled.export(module, directory, name="model", example_inputs=example))


def randomise_statistics(module):
    """Fresh batch normalisation hides mistakes: its mean is 0, its variance 1."""
    for name, buffer in module.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.uniform_(0.5, 1.5)
    return module


def types(module):
    return [(name, type(each).__name__) for name, each in module.named_modules()]


@pytest.fixture(params=TORCHVISION)
def model(request):
    return randomise_statistics(getattr(torchvision.models, request.param)(weights=None)).eval()


def test_a_rebuilt_torchvision_model_is_the_model(model, tmp_path):
    x = torch.rand(2, 3, 224, 224)
    again, description = exported(model, tmp_path, x)
    assert repr(again) == repr(model)
    assert types(again) == types(model)
    assert [name for name, _ in again.named_parameters()] == [name for name, _ in model.named_parameters()]
    assert [name for name, _ in again.named_buffers()] == [name for name, _ in model.named_buffers()]
    assert list(again.state_dict()) == list(model.state_dict())
    assert all(torch.equal(*pair) for pair in zip(again.state_dict().values(), model.state_dict().values()))
    with torch.no_grad():
        assert torch.equal(again(x), model(x))
        other_batch = torch.rand(1, 3, 224, 224)
        assert torch.equal(again(other_batch), model(other_batch))
    assert [list(port.shape) for port in description.signature.outputs] == [[-1, 1000]]


def test_every_hook_of_resnet18_fires_in_the_rebuilt_model_as_in_the_original(tmp_path):
    model = randomise_statistics(torchvision.models.resnet18(weights=None)).eval()
    x = torch.rand(1, 3, 64, 64)
    again, _ = exported(model, tmp_path, x)
    assert again is not model
    expected, seen = events(model, x), events(again, x)
    assert [name for name, *_ in seen] == [name for name, *_ in expected]
    assert {"", "layer1", "layer1.0", "layer1.0.conv1"} <= {name for name, *_ in seen}
    for (name, inputs, output), (_, other_inputs, other_output) in zip(expected, seen):
        assert torch.equal(output, other_output), name
        assert all(map(torch.equal, inputs, other_inputs)), name


def events(module, x):
    """(name, inputs, output) of every call, in firing order; copies, as in-place layers overwrite what hooks saw."""
    seen, handles = [], []
    for name, each in module.named_modules():

        def hook(_, inputs, output, name=name):
            seen.append((name, [each.clone() for each in inputs], output.clone()))

        handles.append(each.register_forward_hook(hook))
    with torch.no_grad():
        module(x)
    for handle in handles:
        handle.remove()
    return seen


def test_the_committed_model_labels_the_committed_pictures():
    folder = f"{MODELS}/fashion_mnist"
    module, description = rebuild.load(f"{folder}/1")
    with open(f"{folder}/labels.txt", encoding="ascii") as file:
        labels = file.read().split()
    assert labels == dataset.LABELS
    names = sorted(os.listdir(f"{folder}/pictures"))
    pictures = [np.asarray(Image.open(f"{folder}/pictures/{name}")) for name in names]
    assert all(picture.shape == (28, 28) and picture.dtype == np.uint8 for picture in pictures)
    assert sorted(name[3:-4] for name in names) == sorted(2 * labels)
    x = torch.from_numpy(np.stack(pictures)).unsqueeze(1).float() / 255
    right = [labels[index] == name[3:-4] for index, name in zip(module(x).argmax(1), names)]
    assert sum(right) >= 18
    assert [list(port.shape) for port in description.signature.inputs] == [[-1, 1, 28, 28]]


def test_the_committed_model_is_its_script_s_network():
    module, _ = rebuild.load(f"{MODELS}/fashion_mnist/1")
    assert repr(module) == repr(FashionNet())


def test_the_committed_model_is_right_about_91_percent_of_the_first_2000_test_pictures():
    module, _ = rebuild.load(f"{MODELS}/fashion_mnist/1")
    images, labels = dataset.load("t10k")
    x = torch.from_numpy(images[:2000].copy()).unsqueeze(1).float() / 255
    with torch.no_grad():
        right = module.eval()(x).argmax(1).numpy() == labels[:2000]
    assert right.mean() >= 0.91
