"""Fashion-MNIST as Debian's package dataset-fashion-mnist installs it: gzipped IDX files."""
import gzip
import os

import numpy as np

DIRECTORY = "/usr/share/datasets/fashion-mnist"

LABELS = [
    "t_shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle_boot",
]


def read_idx(path):
    """Reads a gzipped IDX file of unsigned bytes: 0, 0, type 8, the rank, the big-endian extents, the elements."""
    with gzip.open(path, "rb") as file:
        content = file.read()
    if content[:3] != b"\0\0\x08":
        raise ValueError(f"{path}: not an IDX file of unsigned bytes (starts with {content[:3].hex()}, want 000008)")
    rank = content[3]
    shape = tuple(np.frombuffer(content, ">u4", rank, offset=4).astype(int))
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(part, directory=DIRECTORY):
    """The pictures [N, 28, 28] (uint8) and the labels [N] (uint8) of a part: "train" or "t10k"."""
    images = read_idx(os.path.join(directory, f"{part}-images-idx3-ubyte.gz"))
    labels = read_idx(os.path.join(directory, f"{part}-labels-idx1-ubyte.gz"))
    return images, labels
