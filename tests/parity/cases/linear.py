"""Linear layers."""
from case import layer
from torch import nn

CASES = [
    layer("Identity", lambda: nn.Identity(), (2, 3)),
    layer("Identity", lambda: nn.Identity(54, unused=True), (4,)),
    layer("Identity", lambda: nn.Identity(), ()),
    layer("Linear", lambda: nn.Linear(4, 3), (2, 4)),
    layer("Linear", lambda: nn.Linear(4, 3, bias=False), (2, 3, 4)),
    layer("Linear", lambda: nn.Linear(5, 1), (5,)),
]
