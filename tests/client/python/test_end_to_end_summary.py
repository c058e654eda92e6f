"""Summaries through the client: the shapes that PyTorch's modules see, and torchinfo's counts."""
import numpy as np
import pytest
import served
import torch
from torch import nn

import moduled

PICTURE = (1, 3, 224, 224)


def tensors(value):
    """The tensors of a nested value, in order of a walk."""
    if isinstance(value, torch.Tensor):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return [tensor for item in items for tensor in tensors(item)]


def shapes(value):
    return [tuple(tensor.shape) for tensor in tensors(value)]


def calls_in_pytorch(module, *inputs):
    """(path, call index, shapes of the outputs) of every call, in the order in which the calls begin."""
    rows, running = [], []
    for path, each in module.named_modules():

        def enter(_, args, path=path):
            running.append([path, sum(row[0] == path for row in rows)])
            rows.append(running[-1])

        each.register_forward_pre_hook(enter)
        each.register_forward_hook(lambda _, args, output: running.pop().append(shapes(output)))
    with torch.no_grad():
        module(*inputs)
    return [tuple(row) for row in rows]


def called(summary):
    return [(row.path, row.call_index, [shape for _, _, shape in row.outputs]) for row in summary.rows if row.called]


def bytes_of(tensors):
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def test_the_totals_of_resnet18_are_torchinfo_s(client):
    module, totals = served.resnet18(), client.summary("resnet18").totals
    assert totals.parameters == totals.trainable_parameters == 11_689_512
    # Weights of convolutions once for each place, those of fc once, and what torchinfo adds: 9,600 of the
    # normalisations and the 1,000 of fc's bias.
    assert totals.mult_adds == 1_813_561_344 + 512_000 + 9_600 + 1_000
    assert totals.input_bytes == 4 * 3 * 224 * 224
    assert totals.parameter_bytes == bytes_of(module.parameters())
    assert totals.buffer_bytes == bytes_of(module.buffers())
    # torchinfo's "Forward/backward pass size (MB): 39.75" is twice this.
    assert f"{2 * totals.activation_bytes / 1e6:.2f}" == "39.75"


@pytest.mark.parametrize(
    "inputs, shape",
    [(None, PICTURE), ([(2, 3, 96, 128)], (2, 3, 96, 128)), ([np.zeros((3, 3, 64, 64), "f4")], (3, 3, 64, 64))],
    ids=["example", "shape", "array"],
)
def test_every_call_of_resnet18_has_pytorch_s_shapes_in_its_order(inputs, shape, client):
    summary = client.summary("resnet18", inputs)
    assert called(summary) == calls_in_pytorch(served.resnet18(), torch.zeros(shape))
    assert summary.rows[0].inputs == (("", np.float32, shape),)
    assert summary.error == "" and summary.model == ("resnet18", "1")


def test_the_rows_of_resnet18_are_what_its_modules_are(client):
    module = served.resnet18()
    for row in client.summary("resnet18").rows:
        each = module.get_submodule(row.path)
        assert (row.type, row.leaf) == (type(each).__name__, not list(each.children()))
        assert row.depth == len(row.path.split(".")) - (row.path == "")
        assert row.total_parameters == row.trainable_parameters == sum(part.numel() for part in each.parameters())
        assert row.own_parameters == sum(part.numel() for part in each.parameters(recurse=False))
        assert row.dtype == (np.float32 if row.own_parameters else None)
        kernel = getattr(each, "kernel_size", ())
        assert row.kernel_shape == (kernel if isinstance(kernel, tuple) else (kernel,))
        assert row.activation_bytes == 4 * sum(np.prod(shape) for _, _, shape in row.outputs)


def test_the_mult_adds_of_layers_and_of_what_holds_them_are_torchinfo_s(client):
    rows = {row.path: row for row in client.summary("resnet18").rows}
    assert (rows["conv1"].mult_adds, rows["bn1"].mult_adds, rows["fc"].mult_adds) == (118_013_952, 128, 513_000)
    assert rows["layer1.0.conv1"].mult_adds == 115_605_504
    assert rows["layer1.0"].mult_adds == 2 * 115_605_504 + 2 * 128
    assert client.summary("resnet18", [(2, *PICTURE[1:])]).totals.mult_adds == 2 * rows[""].mult_adds


def test_shared_modules_are_recursive_and_uncalled_ones_stand_in_the_tree(client):
    module, summary = served.zoo(), client.summary("zoo")
    assert called(summary) == calls_in_pytorch(module, torch.zeros(2, 3))
    linear = [row for row in summary.rows if row.path == "linear" and row.called]
    assert [row.recursive for row in linear] == [False, True]
    assert [row.called_as for row in linear] == ["stages.0.0", "linear"]
    # A ModuleList is never called, nor is what the forward leaves out.
    assert {row.path for row in summary.rows if not row.called} == {"stages", "stages.1", "unused"}
    assert summary.totals.parameters == sum(parameter.numel() for parameter in module.parameters())
    assert summary.totals.trainable_parameters == summary.totals.parameters - 3
    head = next(row for row in summary.rows if row.path == "head")
    assert (head.total_parameters, head.trainable_parameters) == (9, 6)


def test_nested_tensors_say_where_they_stand(client):
    head = next(row for row in client.summary("zoo").rows if row.path == "head")
    assert [name for name, _, _ in head.inputs] == ["[0][0]", "[0][1]"]
    assert [(name, shape) for name, _, shape in head.outputs] == [(".scaled", (2, 3))]


@pytest.mark.parametrize(
    "model, make, shape, failing",
    [("resnet18", served.resnet18, (1, 4, 224, 224), "conv1"), ("zoo", served.zoo, (2, 5), "linear")],
)
def test_a_shape_that_does_not_fit_ends_with_the_module_that_fails(model, make, shape, failing, client):
    summary = client.summary(model, [shape])
    with pytest.raises(RuntimeError) as expected:
        make()(torch.zeros(shape))
    assert summary.rows[-1].path == failing and summary.rows[-1].outputs == ()
    assert str(expected.value) in summary.error and summary.rows[-1].error == summary.error
    assert {row.error for row in summary.rows[:-1]} == {""}
    assert client.summary(model).error == ""


@pytest.mark.parametrize(
    "model, inputs, error",
    [
        ("nothing", None, moduled.NotFoundError),
        ("resnet18:9", None, moduled.NotFoundError),
        ("resnet18", [(1, 3, -4, 4)], moduled.InvalidArgumentError),
    ],
)
def test_what_cannot_be_summarised_is_refused(model, inputs, error, client):
    with pytest.raises(error):
        client.summary(model, inputs)
    assert client.summary("resnet18").totals.parameters == 11_689_512
