"""torchvision's models: exported, served, and compared with PyTorch at every call of every module."""
import gc
import shutil

import numpy as np
import pytest
import servers
import torch
import torchvision
from torch import nn

import moduled

# Relative to the largest element: deep sums in another order differ in the last bits of each layer.
TOLERANCE = 1e-4


def classification(name, **options):
    return lambda: getattr(torchvision.models, name)(weights=None, **options)


def segmentation(name):
    make = getattr(torchvision.models.segmentation, name)
    return lambda: make(weights=None, weights_backbone=None, aux_loss=True)


# Pictures as small as the models take them; some of them no multiples of what the models divide by.
MODELS = {
    "alexnet": (classification("alexnet"), (2, 3, 64, 70)),
    "vgg11_bn": (classification("vgg11_bn"), (1, 3, 32, 40)),
    "resnet50": (classification("resnet50"), (2, 3, 64, 64)),
    "densenet121": (classification("densenet121"), (1, 3, 64, 64)),
    "inception_v3": (classification("inception_v3", init_weights=False), (1, 3, 80, 80)),
    "mobilenet_v3_small": (classification("mobilenet_v3_small"), (2, 3, 64, 64)),
    "shufflenet_v2_x1_0": (classification("shufflenet_v2_x1_0"), (2, 3, 64, 64)),
    "vit_b_16": (classification("vit_b_16", image_size=48), (2, 3, 48, 48)),
    "swin_t": (classification("swin_t"), (1, 3, 68, 64)),
    "deeplabv3_resnet50": (segmentation("deeplabv3_resnet50"), (1, 3, 64, 48)),
}


def randomised(module):
    """Fresh batch norms and layer scales hide mistakes: their mean is 0, their variance 1 and their scale tiny."""
    for name, buffer in module.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.uniform_(0.5, 1.5)
    for name, parameter in module.named_parameters():
        if parameter.dim() <= 1:
            nn.init.uniform_(parameter, 0.5, 1.0)
    return module.eval()


def plain(value):
    """Copies as arrays, which operations in place do not reach; named tuples and ordered dicts as what they are."""
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().copy()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return list(map(plain, value)) if isinstance(value, list) else tuple(map(plain, value))
    return value


def assert_agrees(got, expected, where):
    assert type(got) is type(expected), where
    if isinstance(expected, dict):
        assert list(got) == list(expected), where
        got, expected = list(got.values()), list(expected.values())
    if isinstance(expected, (list, tuple)):
        assert len(got) == len(expected), where
        for pair in zip(got, expected):
            assert_agrees(*pair, where)
        return
    if expected is None:
        return
    assert got.dtype == expected.dtype and got.shape == expected.shape, where
    error = np.abs(got - expected).max(initial=0)
    assert error <= TOLERANCE * max(1, np.abs(expected).max(initial=0)), f"{where}: {error}"


def calls_in_pytorch(module, x):
    """(path, output) of every call of every module, in the order in which forward hooks fire; and the result."""
    seen = []
    for path, each in module.named_modules():
        each.register_forward_hook(lambda _, __, output, path=path: seen.append((path, plain(output))))
    with torch.no_grad():
        return seen, plain(module(x))


def check(name, module, x, directory):
    moduled.export(module, directory, name=name, example_inputs=x)
    state = {key: tensor.numpy().copy() for key, tensor in module.state_dict().items()}
    calls, outputs = calls_in_pytorch(module, x)
    with servers.serving(directory) as server, moduled.Client(server.address, timeout=300) as client:
        result = client.forward(name, x, hooks=["**"])
        served = client.state_dict(name)
    assert_agrees(result.outputs, outputs, "the output")
    # PyTorch's attention uses the weights of this child and never calls it; here it is called, and its hooks fire.
    events = [each for each in result.events if not each.path.endswith("self_attention.out_proj")]
    assert [each.path for each in events] == [path for path, _ in calls]
    for each, (path, output) in zip(events, calls):
        assert_agrees(each.output, output, path)
    assert list(served) == list(state)
    assert all(served[key].tobytes() == array.tobytes() for key, array in state.items())


# Hundreds of megabytes of weights take a while to write, load and compare.
LARGE = {"vgg11_bn", "vit_b_16"}
NAMES = [pytest.param(name, marks=[pytest.mark.slow] * (name in LARGE)) for name in sorted(MODELS)]


@pytest.mark.parametrize("name", NAMES)
def test_every_call_of_a_torchvision_model_has_pytorch_s_values(name, tmp_path):
    make, shape = MODELS[name]
    module = randomised(make())
    try:
        check(name, module, torch.rand(shape), tmp_path)
    finally:  # Large models: neither files nor memory are kept for the next one.
        shutil.rmtree(tmp_path)
        del module
        gc.collect()
