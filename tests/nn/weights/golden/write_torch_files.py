"""Writes tiny.pt, which the tests read: a checkpoint with views, shared storage, a parameter and every element type."""
import collections
import pathlib

import torch

torch.manual_seed(0)
base = torch.arange(12, dtype=torch.float32)
state_dict = collections.OrderedDict(
    weight=torch.nn.Parameter(base.view(3, 4)),
    transposed=base.view(3, 4).t(),
    part=base[2:5],
    strided=base[1::3],
    tied=base.view(3, 4),
    scalar=torch.tensor(7),
    empty=torch.zeros(0, 3),
    double=torch.tensor([0.5], dtype=torch.float64),
    half=torch.tensor([1.5], dtype=torch.float16),
    bfloat16=torch.tensor([2.0], dtype=torch.bfloat16),
    int32=torch.tensor([-3], dtype=torch.int32),
    int8=torch.tensor([-4], dtype=torch.int8),
    uint8=torch.tensor([250], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
)
state_dict._metadata = collections.OrderedDict([("", {"version": 1}), ("bn", {"version": 2})])
checkpoint = {"epoch": 3, "loss": 0.25, "best": True, "notes": None, "history": [1, 2.5, (3, 300, 70000)],
              "state_dict": state_dict}
torch.save(checkpoint, pathlib.Path(__file__).parent / "tiny.pt")
