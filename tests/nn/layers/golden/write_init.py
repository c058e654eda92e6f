"""Writes init.txt: what torch.manual_seed(seed) makes of the state of some layers, byte for byte.

    /usr/bin/python3 write_init.py > init.txt

Run it where the processor has AVX2: without, torch rounds the uniform draws once more.
"""
import torch
from torch import nn

DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16}


def layers(dtype):
    """In the order of layers_test's MakeLayers."""
    return nn.ModuleList(
        [
            nn.Linear(3, 4, dtype=dtype),
            nn.Conv2d(4, 6, (3, 2), groups=2, dtype=dtype),
            nn.BatchNorm2d(6, dtype=dtype),
            nn.LayerNorm((2, 3), dtype=dtype),
            nn.Linear(5, 2, bias=False, dtype=dtype),
            nn.Conv2d(1, 3, 1, padding="same", bias=False, dtype=dtype),
            nn.LSTM(3, 2, 2, bidirectional=True, proj_size=1, dtype=dtype),
            nn.GRU(2, 2, bias=False, dtype=dtype),
            nn.RNNCell(2, 3, dtype=dtype),
            nn.MultiheadAttention(4, 2, kdim=3, dtype=dtype),
            nn.TransformerDecoderLayer(2, 1, 3, dtype=dtype),
            nn.Transformer(4, 2, 2, 1, 3, dtype=dtype),
        ]
    )


def bits(tensor):
    kind = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[tensor.element_size()]
    mask = (1 << 8 * tensor.element_size()) - 1
    return " ".join(f"{value & mask:x}" for value in tensor.contiguous().view(-1).view(kind).tolist())


for seed in (0, 7, 2**40 + 5):
    for name, dtype in DTYPES.items():
        torch.manual_seed(seed)
        for key, tensor in layers(dtype).state_dict().items():
            print(f"{seed} {name} {key}", bits(tensor.reshape(-1)))
