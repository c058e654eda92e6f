"""Recurrent, attention and transformer layers: exported, served, and held against PyTorch in float32 and float64."""
import numpy as np
import pytest
import sequence_models
import servers
import torch
from nested import arrays
from torch import nn
from torch.nn.utils.rnn import PackedSequence

import moduled

MODELS = sequence_models.models()


def double(value):
    """The same nested value with float64 in the place of float32."""
    if isinstance(value, torch.Tensor):
        return value.double() if value.is_floating_point() else value
    if isinstance(value, PackedSequence):
        return value.double()
    return tuple(double(item) for item in value)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("sequences")
    for name, (module, inputs) in MODELS.items():
        moduled.export(module, directory, name=name, example_inputs=inputs)
        moduled.export(module.double(), directory, name=f"{name}_double", example_inputs=double(inputs))
        module.float()
    with servers.serving(directory) as server, moduled.Client(server.address, timeout=120) as connected:
        yield connected


def sent(value):
    """As the wire has it: a PackedSequence is a tuple of its fields."""
    if isinstance(value, PackedSequence):
        return tuple(field if field is None else field.detach().numpy() for field in value)
    return tuple(map(sent, value)) if isinstance(value, tuple) else arrays(value)


def compare(got, expected, tolerance):
    if isinstance(expected, (tuple, list)):
        assert len(got) == len(expected)
        for pair in zip(got, expected):
            compare(*pair, tolerance)
    elif expected is None:
        assert got is None
    else:
        scale = max(1.0, float(np.abs(expected).max())) if expected.size else 1.0
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_results_are_torch_s(name, precision, client):
    module, inputs = MODELS[name]
    if precision == "float64":
        inputs = double(inputs)
        module = module.double()
    try:
        expected = module(*inputs)  # With gradients, so that no layer takes torch's fast path.
    finally:
        module.float()
    model, tolerance = (name, 1e-5) if precision == "float32" else (f"{name}_double", 1e-9)
    detached = sent(expected) if isinstance(expected, (tuple, PackedSequence)) else arrays(expected)
    compare(client.forward(model, *map(sent, inputs)), detached, tolerance)


@pytest.mark.parametrize("name", MODELS)
def test_trees_are_torch_s(name, client):
    module, _ = MODELS[name]
    assert client.describe(name).repr == repr(module)
    state = client.state_dict(name)
    assert list(state) == list(module.state_dict())
    for key, tensor in module.state_dict().items():
        np.testing.assert_array_equal(state[key], tensor.numpy())


def test_the_children_of_transformers_fire_where_torch_s_do_not(client):
    module, inputs = MODELS["encoder_layer"]
    result = client.forward("encoder_layer", *map(sent, inputs), hooks=["**"])
    fired = [event.path for event in result.events]
    assert fired == [
        *("self_attn.out_proj", "self_attn", "dropout1", "norm1", "linear1", "dropout", "linear2", "dropout2", "norm2"),
        "",
    ]
    projected = next(event for event in result.events if event.path == "self_attn.out_proj")
    assert projected.type == "NonDynamicallyQuantizableLinear"
    linear = module.self_attn.out_proj
    expected = nn.functional.linear(torch.from_numpy(projected.inputs[0].copy()), linear.weight, linear.bias)
    np.testing.assert_allclose(projected.output, expected.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_the_fast_path_of_encoders_has_the_same_numbers(client):
    module, inputs = MODELS["encoder_without_norm"]
    with torch.no_grad():
        compare(client.forward("encoder_without_norm", *map(sent, inputs)), module(*inputs).numpy(), 1e-5)


def test_an_out_proj_that_torch_would_not_call_is_refused(tmp_path):
    attention = nn.MultiheadAttention(4, 2)

    class Louder(nn.Linear):
        def forward(self, x):
            return super().forward(x) * 2

    attention.out_proj = Louder(4, 4)
    with pytest.raises(moduled.ExportError, match="torch does not call out_proj"):
        moduled.export(attention, tmp_path, name="louder", example_inputs=(torch.rand(3, 2, 4),) * 3)
