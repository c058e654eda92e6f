"""A tree with everything that makes the order of hooks hard: shared modules, branches, repeated calls, tuple outputs,
layers in place, modules that nothing calls."""
import torch
from torch import nn


class Sum(nn.Module):
    """A function as a module: PyTorch's hooks see it then."""

    def forward(self, a, b):
        return torch.add(a, b)


class Pair(nn.Module):
    """Two branches, two results."""

    def __init__(self, as_modules):
        super().__init__()
        self.left = nn.Linear(4, 4)
        self.right = nn.Sequential(nn.Tanh(), nn.Linear(4, 4))
        self.add = Sum() if as_modules else None

    def forward(self, x):
        left = self.left(x)
        right = self.right(x)
        return left, torch.add(left, right) if self.add is None else self.add(left, right)


class Tree(nn.Module):
    """`as_modules` makes a module of what is a function otherwise, `inplace` is that of the layers which have it."""

    def __init__(self, inplace, as_modules=False):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(4, 4), nn.ReLU(inplace))
        self.shared = nn.Linear(4, 4)
        self.pair = Pair(as_modules)
        self.unused = nn.Linear(4, 4)
        self.tail = nn.Sequential(nn.ReLU6(inplace), self.shared, nn.SiLU(inplace))

    def forward(self, x, y):
        x = self.stem(x)
        first = self.shared(x)
        left, right = self.pair(self.shared(first + y))
        again, more = self.pair(first)
        return self.tail(left * right), again - more


def make(inplace=False, as_modules=False):
    """The tree with the same float64 parameters each time."""
    torch.manual_seed(5)
    return Tree(inplace, as_modules).double().eval()


def make_inputs():
    torch.manual_seed(6)
    return tuple(torch.randn(3, 4, dtype=torch.float64) for _ in range(2))


def make_gradients():
    torch.manual_seed(7)
    return tuple(torch.randn(3, 4, dtype=torch.float64) for _ in range(2))
