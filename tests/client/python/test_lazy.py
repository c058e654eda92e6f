"""Lazy modules: exported as what they have become, and resolved by the server as torch resolves them."""
import pytest
import rebuild
import servers
import torch
from nested import assert_close
from torch import nn

import moduled
from moduled.exporter.export import describe_module
from moduled.v1 import module_pb2

pytestmark = pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")

IMAGE = torch.rand(2, 3, 8, 8)


def lazy():
    return nn.Sequential(
        nn.LazyConv2d(4, 3),
        nn.LazyBatchNorm2d(),
        nn.LazyConvTranspose2d(6, 2, groups=2),
        nn.Flatten(),
        nn.LazyLinear(3),
    )


def test_a_lazy_module_is_exported_as_what_it_becomes(tmp_path):
    module = lazy().eval()
    again, _ = rebuild.load(moduled.export(module, tmp_path, name="model", example_inputs=IMAGE))
    assert [type(layer).__name__ for layer in again] == [
        "Conv2d", "BatchNorm2d", "ConvTranspose2d", "Flatten", "Linear"
    ]
    with torch.no_grad():
        assert torch.equal(again(IMAGE), module(IMAGE))


def test_exporting_leaves_running_statistics_and_modes_alone(tmp_path):
    module = lazy()
    with pytest.warns(UserWarning, match="in training mode"):
        moduled.export(module, tmp_path, name="model", example_inputs=IMAGE)
    assert all(each.training for each in module.modules())
    assert module[1].num_batches_tracked == 0 and not module[1].running_mean.any()


class Unreached(nn.Module):
    def __init__(self):
        super().__init__()
        self.used, self.spare = nn.LazyLinear(2), nn.LazyLinear(2)

    def forward(self, x):
        return self.used(x)


def test_a_lazy_module_that_is_not_called_cannot_be_exported(tmp_path):
    with pytest.raises(moduled.ExportError, match="module 'spare': the example inputs do not reach this LazyLinear"):
        moduled.export(Unreached().eval(), tmp_path, name="model", example_inputs=torch.rand(1, 3))


def lazy_description():
    """The same module as the wire says it before anything has been called."""
    description = module_pb2.ModuleDescription(sequential={})
    layers = [
        {"lazy_conv2d": {"out_channels": 4, "kernel_size": [3]}},
        {"lazy_batch_norm2d": {}},
        {"lazy_conv_transpose2d": {"out_channels": 6, "kernel_size": [2], "groups": 2}},
        {"flatten": {}},
        {"lazy_linear": {"out_features": 3}},
    ]
    for index, layer in enumerate(layers):
        description.children.add(name=str(index), module=module_pb2.ModuleDescription(**layer))
    return description


def test_the_server_resolves_and_initialises_them_as_torch_does(tmp_path):
    torch.manual_seed(7)
    module = lazy().eval()
    with torch.no_grad():
        want = module(IMAGE)
    description = lazy_description()
    description.signature.CopyFrom(describe_module(module, IMAGE).signature)
    with servers.serving(tmp_path) as running, moduled.Client(running.address, timeout=60) as client:
        client.load_model("lazy", description=description, seed=7)
        assert_close(client.forward("lazy", IMAGE.numpy()), want)
        served = client.state_dict("lazy")
        for key, tensor in module.state_dict().items():
            assert (served[key] == tensor.numpy()).all(), key
        with pytest.raises(moduled.InvalidArgumentError, match=r"0 \(LazyConv2d\): the layer is lazy"):
            client.load_model("shapeless", description=lazy_description())
