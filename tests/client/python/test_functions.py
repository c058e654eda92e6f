"""Functions and tensor methods in graphs: exported, served, and compared with PyTorch for another batch size."""
import math

import numpy as np
import pytest
import servers
import torch
import torch.nn.functional as F
import torchvision
from nested import arrays
from torch import fx, nn

import moduled

# {name: forward(self, x, i)}: x is float [n, 4, 6] without zeros, i int64 [n, 3] from 0 to 3. self has weights.
CASES = {
    "add": lambda self, x, i: x + 2 + i.unsqueeze(-1)[:, :1],
    "sub": lambda self, x, i: 1 - x,
    "mul": lambda self, x, i: 2 * x * self.row,
    "div": lambda self, x, i: (x / 3, 1 / x, i / 2, torch.reciprocal(x)),
    "floordiv": lambda self, x, i: (x // 0.3, i // 2, x.shape[0] // 2),
    "mod": lambda self, x, i: (x % 0.3, -i % 3, 7 % x.shape[1], torch.remainder(x, -0.7)),
    "pow": lambda self, x, i: (x**2, x.abs() ** 0.3, 2**i, i**3, torch.pow(2.0, x), x.square(), x.shape[1] ** 2),
    "neg": lambda self, x, i: (-x, -i, -x.shape[0], torch.neg(x)),
    "comparisons": lambda self, x, i: (x == 0.5, x != 0.5, x < 0.5, i <= 1, 0.5 > x, x >= self.row, i.eq(1)),
    "numbers": lambda self, x, i: (x.shape[0] == 3, x.size(1) != 4, x.dim() < 3, x.shape[1] >= 4),
    "masks": lambda self, x, i: ((x > 0.2) & (x < 0.8), (x < 0.2) | ~(x < 0.8), torch.logical_xor(x > 0.5, x > 0.7)),
    "logical": lambda self, x, i: (torch.logical_and(i, i > 1), torch.logical_or(i, x[..., 0, :3]), i.logical_not()),
    "where": lambda self, x, i: (torch.where(x > 0.5, x, self.row), x.where(x > 0.5, -x), torch.isnan(x)),
    "masked_fill": lambda self, x, i: x.masked_fill(x > 0.5, float("-inf")).masked_fill(x < 0.1, self.row[0]),
    "extremes": lambda self, x, i: (torch.maximum(x, self.row), torch.min(x, self.row), x.max(), x.min()),
    "max_dim": lambda self, x, i: (x.max(1), torch.min(x, dim=-1, keepdim=True), x.max(2)[1], x.max(0).values),
    "amax": lambda self, x, i: (x.amax((0, 2)), torch.amin(x, 1, keepdim=True), x.amax(())),
    "argmax": lambda self, x, i: (
        x.argmax(), x.argmax(1), torch.argmin(x, dim=2, keepdim=True), x.argmax(keepdim=True),
    ),
    "elementary": lambda self, x, i: (x.abs(), x.exp(), x.abs().log(), x.abs().sqrt(), torch.rsqrt(x.abs()), x.sign()),
    "of_ints": lambda self, x, i: (i.abs(), i.exp(), torch.sqrt(i), torch.sigmoid(i), i.float().log1p()),
    "activations": lambda self, x, i: (x.sigmoid(), torch.tanh(x), x.relu(), F.relu(x), torch.softmax(x, 1)),
    "clamp": lambda self, x, i: (x.clamp(0.2, 0.7), torch.clamp(x, max=0.5), x.clamp_min(0.4), i.clamp(1, 2)),
    "clamp_tensors": lambda self, x, i: (x.clamp(self.row - 0.2, self.row), torch.clamp(x, max=self.row)),
    "conversions": lambda self, x, i: (x.double(), (4 * x).int(), (4 * x).long(), x.bool(), i.float(), i.to(x.dtype)),
    "to": lambda self, x, i: (
        i.type_as(x), i.to(x), x.to(torch.float64), x.to("cpu"), x.to("cpu", torch.int64), x.cpu(),
    ),
    "sum": lambda self, x, i: (x.sum(), x.sum(1), x.sum((0, 2)), x.sum(-1, keepdim=True), i.sum(), (x > 0.5).sum(1)),
    "mean": lambda self, x, i: (x.mean(), x.mean([1, 2]), x.mean(dim=-1, keepdim=True), i.float().mean(0)),
    "prod": lambda self, x, i: (x.prod(), x.prod(1), torch.prod(i, dim=-1, keepdim=True)),
    "any_all": lambda self, x, i: ((x > 0.9).any(), (x > 0.9).any(1), torch.all(x > 0.1, dim=2, keepdim=True), i.all()),
    "var": lambda self, x, i: (x.var(), x.var(1), x.std(2, False), torch.var(x, (0, 2), keepdim=True), x.std(False)),
    "norm": lambda self, x, i: (
        x.norm(), x.norm(dim=1), torch.norm(x, 1, 2), x.norm(3, (0, 1), True), x.norm(math.inf, 1),
    ),
    "logsumexp": lambda self, x, i: (x.logsumexp(1), torch.logsumexp(1000 * x, (0, 2), keepdim=True)),
    "sort": lambda self, x, i: (x.sort(), torch.sort(i, dim=0, descending=True, stable=True), x.argsort(1)),
    "topk": lambda self, x, i: (x.topk(2), x.topk(3, 1, largest=False), torch.topk(x, 1, dim=0).values),
    "cumsum": lambda self, x, i: (x.cumsum(1), torch.cumsum(i, -1), (x > 0.5).cumsum(2)),
    "gather": lambda self, x, i: (x.gather(1, i.unsqueeze(1)), torch.gather(x, 2, i.unsqueeze(2))),
    "shapes": lambda self, x, i: (x.shape, x.size(-1), x.numel(), x.dim(), x.ndim, list(x.size())),
    "views": lambda self, x, i: (x.view(-1, 6), x.reshape(x.shape[0], -1), x.flatten(1), x.unflatten(2, (2, -1))),
    "axes": lambda self, x, i: (x.permute(2, 0, 1), x.transpose(1, 2), x.swapaxes(0, -1), x.movedim(0, 2), x.mT),
    "movedim": lambda self, x, i: (torch.movedim(x, (0, 1), (2, 0)), self.matrix.T, self.matrix.t(), self.row.t()),
    "squeeze": lambda self, x, i: (x.unsqueeze(0), x.unsqueeze(-1).squeeze(), x[:, :1].squeeze(1), x.squeeze(1)),
    "expand": lambda self, x, i: (self.row.expand(x.shape[0], 4, -1), x.unsqueeze(0).expand(2, -1, 4, 6)),
    "expand_as": lambda self, x, i: (self.row.expand_as(x), x.view_as(x.transpose(1, 2)), self.row.repeat(2, 1, 3)),
    "repeat": lambda self, x, i: (x.repeat(1, 2, 3), i.repeat(2, 1, 1)),
    "roll": lambda self, x, i: (
        x.roll(1), x.roll(-2, 1), torch.roll(x, (1, 9), dims=(0, 2)), x.flip(0, 2), x.flip([1]),
    ),
    "triangles": lambda self, x, i: (x.tril(), x.triu(1), torch.tril(x, -2), x.bool().triu()),
    "cat": lambda self, x, i: (torch.cat([x, x], 1), torch.cat((x, i[:, None, :].expand(-1, 4, -1)), dim=2)),
    "stack": lambda self, x, i: (torch.stack([x, -x]), torch.stack((i, 2 * i), dim=-1), torch.stack([x, x], 2)),
    "pieces": lambda self, x, i: (x.chunk(3, 2), x.split(4, -1), x.split([1, 3], 1), torch.chunk(x, 9, 1), x.unbind(1)),
    "parts": lambda self, x, i: (x.narrow(1, 1, 2), x.select(2, -1), torch.narrow(x, 2, -3, 2), i.select(0, 0)),
    "products": lambda self, x, i: (
        x @ self.matrix, torch.bmm(x, x.transpose(1, 2)), torch.mm(self.matrix, self.matrix),
    ),
    "addmm": lambda self, x, i: (
        torch.addmm(self.row, x[0], self.matrix, beta=0.5, alpha=2), x[0].addmm(x[0], self.matrix),
    ),
    # Not with beta=0, where PyTorch 1.13 answers what memory happened to hold.
    "baddbmm": lambda self, x, i: torch.baddbmm(x, x, self.matrix.expand(x.shape[0], 6, 6), beta=0.5, alpha=3),
    "einsum": lambda self, x, i: (
        torch.einsum("bij,bkj->bik", x, x), torch.einsum("bij,jk", x, self.matrix),
        torch.einsum("...j,j->...", x, self.row),
        torch.einsum("ii->i", self.matrix), torch.einsum("ii", self.matrix),
        torch.einsum("bij,bij,j->", x, x, self.row),
        torch.einsum("i,j->ij", self.row, self.row), torch.einsum("bij->jb", x), torch.einsum("b...,b...->b", x, x),
    ),
    "creation": lambda self, x, i: (
        torch.zeros(x.shape[0], 2), torch.ones((2, x.size(1))), torch.full((x.shape[0],), 3), torch.full((2,), 0.5),
        torch.arange(x.shape[0]), torch.arange(1, 7, 2), torch.arange(x.shape[2], 0, -1.5), torch.tensor(2.5),
    ),
    "like": lambda self, x, i: (
        torch.zeros_like(x), torch.ones_like(i, dtype=torch.float64), torch.full_like(x, 7), x.new_zeros(2, 3),
        x.new_ones(x.shape[:2]), i.new_full((1,), 4), torch.zeros(1, dtype=torch.bool),
        x.new_zeros((2,), dtype=torch.int64),
    ),
    "slices": lambda self, x, i: (
        x[0], x[:, 1:, ::2], x[..., -1], x[:, None, 0], x[-2:, ...], x[:, :-1, 1:5:3], x[1:1],
    ),
    "computed_slices": lambda self, x, i: (x[: x.shape[0] // 2], x[:, x.shape[1] - 1], x[..., : x.size(2) - 2]),
    "gathers": lambda self, x, i: (
        self.matrix[i], x[:, i[0]], x[:, [2, 0]], x[:, :, i], x[i[:, 0] * 0, i[:, 1]], x[i[:, 0] * 0, :, i[:, 1]],
        x[:, i[0] - 4, i[0]], x[0, i[:1], 1:3], x[:, i[0, 0]], x[i[0, 1] * 0, :, i[0]], x[:, None, i[0]], x[..., i[0]],
    ),
    "detach": lambda self, x, i: (x.detach() * 2, x.data, x.clone().contiguous()),
    "assert": lambda self, x, i: (torch._assert(x.shape[0] != 2, "not two of them"), x)[1],
    "take": lambda self, x, i: self.matrix[i],
    "math": lambda self, x, i: x / math.sqrt(x.size(-1)),
    "layer_norm": lambda self, x, i: (F.layer_norm(x, (6,), self.row, None, 1e-3), F.layer_norm(x, x.shape[1:])),
    "wrapped": lambda self, x, i: wrapped(x, 3),
}  # fmt: skip


def wrapped(x, times):
    return sum([x] * times)


fx.wrap("wrapped")


class Case(nn.Module):
    def __init__(self, forward):
        super().__init__()
        self.function = forward
        self.row = nn.Parameter(torch.rand(6) + 0.1)
        self.matrix = nn.Parameter(torch.rand(6, 6))

    def forward(self, x, i):
        return self.function(self, x, i)


def inputs(batch):
    generator = torch.Generator().manual_seed(batch)
    return torch.rand(batch, 4, 6, generator=generator) + 0.01, torch.randint(0, 4, (batch, 3), generator=generator)


@pytest.fixture(scope="module")
def cases():
    torch.manual_seed(0)
    return {name: Case(forward).eval() for name, forward in CASES.items()}


@pytest.fixture(scope="module")
def served(cases, tmp_path_factory):
    directory = tmp_path_factory.mktemp("functions")
    for name, module in cases.items():
        moduled.export(module, directory, name=name, example_inputs=inputs(3))
        x, i = inputs(3)
        moduled.export(module.double(), directory, name=f"{name}_double", example_inputs=(x.double(), i))
        module.float()
    with servers.serving(directory) as server, moduled.Client(server.address, timeout=120) as client:
        yield client


def assert_same(got, expected, tolerance):
    if isinstance(expected, (tuple, list)):
        assert isinstance(got, (tuple, list)) and len(got) == len(expected)
        for pair in zip(got, expected):
            assert_same(*pair, tolerance)
    elif isinstance(expected, np.ndarray):
        assert got.dtype == expected.dtype and got.shape == expected.shape
        assert np.allclose(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    else:
        assert type(got) is type(expected) and got == expected


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("double", [False, True], ids=["float32", "float64"])
def test_a_function_has_pytorch_s_results(name, double, cases, served):
    module, (x, i) = cases[name], inputs(5)
    if double:
        module, x, name = module.double(), x.double(), f"{name}_double"
    with torch.no_grad():
        expected = arrays_of(module(x, i))
    module.float()
    assert_same(served.forward(name, x, i), expected, 1e-12 if double else 1e-5)


def arrays_of(value):
    """Named tuples and sizes as plain tuples."""
    if isinstance(value, (tuple, list)) and type(value) not in (tuple, list):
        return tuple(map(arrays_of, value))
    return type(value)(map(arrays_of, value)) if isinstance(value, (tuple, list)) else arrays(value)


def test_what_the_data_makes_impossible_has_pytorch_s_text(served):
    x, i = inputs(2)
    with pytest.raises(moduled.InvalidArgumentError, match="index 6 is out of bounds for dimension 0 with size 6"):
        served.forward("take", x, torch.full_like(i, 6))


def test_an_assertion_that_fails_has_its_message(served):
    with pytest.raises(moduled.InvalidArgumentError, match="_assert: AssertionError: not two of them"):
        served.forward("assert", *inputs(2))


class Depths(nn.Module):
    """Leaves out rows twice, and everything at once."""

    def __init__(self):
        super().__init__()
        self.rows = torchvision.ops.StochasticDepth(0.5, "row")
        self.all = torchvision.ops.StochasticDepth(0.5, "batch")

    def forward(self, x):
        return self.rows(x), self.rows(2 * x), self.all(x)


@pytest.mark.filterwarnings("ignore:the module is in training mode")
def test_stochastic_depth_in_training_drops_whole_rows_and_does_so_again(tmp_path):
    moduled.export(Depths(), tmp_path, name="training", example_inputs=torch.ones(64, 3))
    moduled.export(Depths().eval(), tmp_path, name="evaluation", example_inputs=torch.ones(64, 3))
    x = torch.rand(64, 3) + 1
    with servers.serving(tmp_path) as server, moduled.Client(server.address, timeout=60) as client:
        evaluated = client.forward("evaluation", x)
        first, again = client.forward("training", x), client.forward("training", x)
    assert_same(evaluated, (x.numpy(), 2 * x.numpy(), x.numpy()), 0)
    kept = [(result != 0).all(1) for result in first]
    for result, rows, scale in zip(first, kept, (1, 2, 1)):
        assert np.array_equal(result, np.where(rows[:, None], 2 * scale * x.numpy(), 0))
    assert 8 < kept[0].sum() < 56 and (kept[0] != kept[1]).any()
    assert kept[2].all() or not kept[2].any()
    assert_same(again, first, 0)
