"""Recurrent layers. Nested values are states; PackedSequences are tested where the exporter is."""
import torch
from case import layer
from torch import nn


def states(*shapes):
    """The initial states of an LSTM."""
    return lambda: tuple(torch.randn(shape, dtype=torch.float64) for shape in shapes)


CASES = [
    layer("RNN", lambda: nn.RNN(4, 3), (5, 2, 4)),
    layer("RNN", lambda: nn.RNN(4, 3, 3, nonlinearity="relu", bias=False, batch_first=True), (2, 5, 4), (3, 2, 3)),
    layer("RNN", lambda: nn.RNN(4, 3, bidirectional=True), (5, 4), (2, 3)),
    layer("LSTM", lambda: nn.LSTM(4, 3, 2, bidirectional=True), (5, 2, 4)),
    layer("LSTM", lambda: nn.LSTM(4, 5, 2, proj_size=2, batch_first=True), (2, 5, 4), states((2, 2, 2), (2, 2, 5))),
    layer("LSTM", lambda: nn.LSTM(4, 3, bias=False), (1, 4), states((1, 3), (1, 3)), name="unbatched"),
    layer("LSTM", lambda: nn.LSTM(3, 4, 2, bidirectional=True, proj_size=1), (7, 1, 3), name="projected"),
    layer("GRU", lambda: nn.GRU(4, 3, 2, bias=False), (5, 2, 4), (2, 2, 3)),
    layer("GRU", lambda: nn.GRU(4, 3, bidirectional=True, batch_first=True), (1, 6, 4)),
    layer("GRU", lambda: nn.GRU(1, 1), (3, 1), name="small"),
    layer("RNNCell", lambda: nn.RNNCell(4, 3), (2, 4)),
    layer("RNNCell", lambda: nn.RNNCell(4, 3, nonlinearity="relu"), (2, 4), (2, 3)),
    layer("RNNCell", lambda: nn.RNNCell(4, 3, bias=False), (4,), (3,)),
    layer("LSTMCell", lambda: nn.LSTMCell(4, 3), (2, 4)),
    layer("LSTMCell", lambda: nn.LSTMCell(4, 3), (2, 4), states((2, 3), (2, 3)), name="states"),
    layer("LSTMCell", lambda: nn.LSTMCell(4, 3, bias=False), (4,)),
    layer("GRUCell", lambda: nn.GRUCell(4, 3), (2, 4)),
    layer("GRUCell", lambda: nn.GRUCell(4, 3), (2, 4), (2, 3)),
    layer("GRUCell", lambda: nn.GRUCell(4, 3, bias=False), (4,), (3,)),
]
