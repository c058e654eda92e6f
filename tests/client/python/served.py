"""What the real server serves in these tests."""
import torch
import torchvision
from torch import nn


def resnet18():
    """resnet18 with the statistics of one that was trained on something: fresh ones hide mistakes.

    Not in place, so that PyTorch's own hooks see what the modules were given.
    """
    torch.manual_seed(18)
    model = torchvision.models.resnet18(weights=None)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.uniform_(-0.5, 0.5)
        elif name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    return model.eval()


class Head(nn.Module):
    """Takes a list and a number, returns a dict; owns a parameter and buffers."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.rand(3), requires_grad=False)
        self.register_buffer("offset", torch.rand(3))
        self.register_buffer("table", torch.rand(3), persistent=False)
        self.register_buffer("absent", None)
        self.norm = nn.LayerNorm(3)

    def forward(self, features, factor, mode=None):
        joined = features[0] + features[1] * factor
        return {"scaled": self.norm(joined) * self.scale + self.offset + self.table, "rows": joined.shape[0]}


class Zoo(nn.Module):
    """One of everything that a tree may hold: shared modules, empty slots, lists, dicts, nested values."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3)
        self.stages = nn.ModuleList([nn.Sequential(self.linear, nn.GELU()), nn.ModuleDict({"again": self.linear})])
        self.skipped = None
        self.add_module("empty", None)
        self.head = Head()
        self.unused = nn.Linear(2, 2, bias=False)

    def forward(self, x):
        first = self.stages[0](x)
        second = self.stages[1]["again"](first)
        result = self.head([first, second], 2, mode="quick")
        return result["scaled"], [first, {"rows": result["rows"], "all": result}]


def zoo():
    torch.manual_seed(3)
    return Zoo().eval()


class Collector(nn.Module):
    """Takes nested values and a number, returns nested values."""

    def forward(self, features, factor, mask):
        rows = features["all"][0].shape[0]
        return [torch.cat(features["all"], 1) * factor, {"mask": mask + features["shift"], "rows": rows}]


def collector():
    return Collector().eval()


def collector_example():
    return {"all": [torch.rand(2, 3), torch.rand(2, 1)], "shift": torch.rand(5)}, 2, torch.rand(5)
