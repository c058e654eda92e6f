"""Linear layers and functions."""
import torch
import torch.nn.functional as F
from case import function, layer
from torch import nn

CASES = [
    layer("Identity", lambda: nn.Identity(), (2, 3)),
    layer("Identity", lambda: nn.Identity(54, unused=True), (4,)),
    layer("Identity", lambda: nn.Identity(), ()),
    layer("Linear", lambda: nn.Linear(4, 3), (2, 4)),
    layer("Linear", lambda: nn.Linear(4, 3, bias=False), (2, 3, 4)),
    layer("Linear", lambda: nn.Linear(5, 1), (5,)),
    layer("Bilinear", lambda: nn.Bilinear(4, 5, 3), (2, 4), (2, 5)),
    layer("Bilinear", lambda: nn.Bilinear(4, 5, 3, bias=False), (2, 3, 4), (2, 3, 5)),
    layer("Bilinear", lambda: nn.Bilinear(1, 2, 1), (1,), (2,)),
    function("linear", F.linear, (2, 4), (3, 4)),
    function("linear", F.linear, (2, 3, 4), (5, 4), (5,), name="bias"),
    function("bilinear", F.bilinear, (2, 4), (2, 5), (3, 4, 5)),
    function("bilinear", torch.bilinear, (4,), (5,), (3, 4, 5), (3,), name="bias"),
]
