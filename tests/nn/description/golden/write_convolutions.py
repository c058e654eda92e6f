"""Writes convolutions.txt: what PyTorch makes of convolutions, their transposes, and windows as columns.

    /usr/bin/python3 write_convolutions.py > convolutions.txt
"""
from golden_cases import F, write_functions, write_layers, x, y

PLANES = {1: (6,), 2: (4, 5), 3: (3, 3, 4)}


def forms(kind, channels, arguments, constructor, dimensions=(1, 2, 3), more=()):
    """(layer, constructor, inputs) for each number of dimensions: with and without a batch axis, and what is wrong."""
    message = {"Conv": "conv", "ConvTranspose": "conv_transpose"}[kind]
    for n in dimensions:
        plane = PLANES[n]
        inputs = [(2, channels, *plane), (channels, *plane), (1, channels + 1, *plane), plane[1:], *more]
        layer = f"{message}{n}d {{ in_channels: {channels} {arguments} }}"
        yield layer, f"nn.{kind}{n}d({channels}, {constructor})", inputs


LAYERS = [
    *forms("Conv", 3, "out_channels: 4 kernel_size: 3", "4, 3", (1, 3)),
    *forms("Conv", 4, "out_channels: 6 kernel_size: 2 stride: 2 padding: 1 dilation: 2 groups: 2 bias: false",
           "6, 2, stride=2, padding=1, dilation=2, groups=2, bias=False"),
    *((layer, constructor, inputs[:2]) for layer, constructor, inputs in
      forms("Conv", 2, "out_channels: 3 kernel_size: 4 padding_name: 'same'", "3, 4, padding='same'", (1, 3))),
    *forms("Conv", 2, "out_channels: 3 kernel_size: 3 padding_name: 'valid' stride: 2",
           "3, 3, padding='valid', stride=2"),
    # torch 1.13 trips over itself where a circularly padded input comes without its batch axis.
    *((layer, constructor, [shape for shape in inputs[:2 - (mode == "circular")]])
      for mode in ("reflect", "replicate", "circular")
      for layer, constructor, inputs in
      forms("Conv", 2, f"out_channels: 3 kernel_size: 3 padding: 2 padding_mode: '{mode}'",
            f"3, 3, padding=2, padding_mode='{mode}'", (1, 3))),
    ("conv1d { in_channels: 2 out_channels: 3 kernel_size: 4 padding_name: 'same' padding_mode: 'replicate' }",
     "nn.Conv1d(2, 3, 4, padding='same', padding_mode='replicate')", [(1, 2, 5), (2, 2, 1)]),
    ("conv1d { in_channels: 2 out_channels: 3 kernel_size: 3 padding: 5 padding_mode: 'reflect' }",
     "nn.Conv1d(2, 3, 3, padding=5, padding_mode='reflect')", [(1, 2, 6), (1, 2, 5)]),
    ("conv3d { in_channels: 2 out_channels: 2 kernel_size: [1, 2, 3] padding: [0, 1, 2] } dtype: FLOAT64",
     "nn.Conv3d(2, 2, (1, 2, 3), padding=(0, 1, 2), dtype=torch.float64)", ["float64 2,2,2,3,4"]),
    *forms("ConvTranspose", 3, "out_channels: 4 kernel_size: 2", "4, 2", more=[(0, 3, 2)]),
    *forms("ConvTranspose", 4, "out_channels: 2 kernel_size: 2 stride: 3 padding: 1 output_padding: 2 dilation: 2 "
           "groups: 2 bias: false", "2, 2, stride=3, padding=1, output_padding=2, dilation=2, groups=2, bias=False"),
    *forms("ConvTranspose", 2, "out_channels: 1 kernel_size: 2 dilation: 3 output_padding: 2",
           "1, 2, dilation=3, output_padding=2"),
    *((layer, constructor, inputs[:1]) for layer, constructor, inputs in
      forms("ConvTranspose", 2, "out_channels: 3 kernel_size: 3 output_padding: 1", "3, 3, output_padding=1")),
    *((layer, constructor, inputs[:1]) for layer, constructor, inputs in
      forms("ConvTranspose", 2, "out_channels: 3 kernel_size: 3 padding: 40", "3, 3, padding=40", (2,))),
    ("conv_transpose2d { in_channels: 2 out_channels: 2 kernel_size: [1, 4] stride: [2, 1] padding: [0, 1] "
     "output_padding: [1, 0] } dtype: FLOAT64",
     "nn.ConvTranspose2d(2, 2, (1, 4), stride=(2, 1), padding=(0, 1), output_padding=(1, 0), dtype=torch.float64)",
     ["float64 2,2,3,4", "float64 0,2,3,4", "float64 2,2,0,4"]),
    ("unfold { kernel_size: 2 }", "nn.Unfold(2)", [(2, 3, 4, 5), (3, 4, 5), (0, 3, 4, 5), (1, 0, 4, 5), (1, 2, 1, 1)]),
    ("unfold { kernel_size: [2, 3] dilation: [2, 1] padding: [1, 0] stride: [1, 2] }",
     "nn.Unfold((2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2))",
     [(2, 2, 4, 5), "float64 2,4,5", "int64 2,4,5"]),
    ("fold { output_size: [3, 4] kernel_size: 2 }", "nn.Fold((3, 4), 2)",
     [(2, 8, 6), (8, 6), (0, 8, 6), (2, 9, 6), (2, 8, 5), (6,), (1, 0, 6), "int64 2,8,6"]),
    ("fold { output_size: 4 kernel_size: [2, 3] dilation: [2, 1] padding: [1, 0] stride: [1, 2] }",
     "nn.Fold(4, (2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2))", [(1, 12, 4), "float64 2,12,4"]),
    ("fold { output_size: [1, 2] kernel_size: 3 }", "nn.Fold((1, 2), 3)", [(1, 9, 4)]),
]

IMAGE, FILTERS = (1, 4, 5, 6), (6, 2, 3, 2)

FUNCTIONS = [
    (F.conv1d, (x, y), {}, [(2, 3, 7), (4, 3, 3)]),
    (F.conv1d, (x, y), {}, [(3, 7), (4, 3, 3)]),
    (F.conv1d, (x, y), {"stride": (2,), "padding": "same"}, [(3, 7), (4, 3, 3)]),
    (F.conv1d, (x, y), {}, [(1, 4, 5), (4, 4, 3, 3)]),
    (F.conv1d, (x, y), {}, [(4,), (4, 4, 3)]),
    (F.conv2d, (x, y), {"groups": 2, "stride": (2, 1), "padding": 1, "dilation": (1, 2)}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 2, "padding": "same", "dilation": (3, 2)}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 2, "padding": "valid"}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 2, "padding": "full"}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 2, "padding": [1]}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 2, "stride": (1, 1, 1)}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 2, "stride": ()}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 2, "stride": 0}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 2, "padding": -1}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {"groups": 0}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y, y), {"groups": 2}, [IMAGE, FILTERS]),
    (F.conv2d, (x, y), {}, [(5, 6), FILTERS]),
    (F.conv3d, (x, y), {"padding": (1, 0, 1)}, ["float64 1,2,3,4,5", "float64 2,2,3,2,1"]),
    (F.conv_transpose1d, (x, y), {"stride": 2, "output_padding": 1}, [(2, 3, 4), (3, 2, 3)]),
    (F.conv_transpose2d, (x, y), {"groups": 2, "dilation": 2, "padding": (1, 0)}, [IMAGE, (4, 3, 2, 2)]),
    (F.conv_transpose2d, (x, y), {"groups": 3}, [IMAGE, (4, 3, 2, 2)]),
    (F.conv_transpose2d, (x, y), {}, [IMAGE, (3, 4, 2, 2)]),
    (F.conv_transpose2d, (x, y), {"stride": 0}, [IMAGE, (4, 3, 2, 2)]),
    (F.conv_transpose2d, (x, y), {"output_padding": (1, 1, 1)}, [IMAGE, (4, 3, 2, 2)]),
    (F.conv_transpose2d, (x, y), {"output_padding": -1}, [IMAGE, (4, 3, 2, 2)]),
    (F.conv_transpose2d, (x, y), {}, [IMAGE, "float64 4,3,2,2"]),
    (F.conv_transpose3d, (x, y), {"stride": (1, 2, 3)}, [(2, 2, 2, 3), (2, 1, 1, 2, 3)]),
    (F.unfold, (x, (2, 3)), {"stride": 2}, [IMAGE]),
    (F.unfold, (x, (0, 3)), {}, [IMAGE]),
    (F.unfold, (x, 2), {"stride": 0}, [IMAGE]),
    (F.unfold, (x, 2), {"dilation": 0}, [IMAGE]),
    (F.unfold, (x, 2), {"padding": -1}, [IMAGE]),
    (F.unfold, (x, (2, 2, 2)), {}, [IMAGE]),
    (F.unfold, (x, (7, 3)), {}, [(1, 2, 5, 5)]),  # Of another image torch 1.13 prints the height twice.
    (F.fold, (x, (5, 6), 2), {}, [(1, 12, 20)]),
    (F.fold, (x, (5, 0), 2), {}, [(1, 12, 20)]),
    (F.fold, (x, (5, -6), 2), {}, [(1, 12, 20)]),
    (F.fold, (x, (5, 6, 7), 2), {}, [(1, 12, 20)]),
]

write_layers(LAYERS)
write_functions(FUNCTIONS)
