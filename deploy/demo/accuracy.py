"""Sends the 10,000 test pictures of Fashion-MNIST through the server in batches and prints the share it labels rightly.

    accuracy.py ADDRESS MODEL
"""

import sys
import time

import dataset
import moduled
import numpy as np
import pictures

# A request of about 1.5 MB: large enough that the network's share is small, small enough for a proxy's buffers.
BATCH = 500


def main(address: str, model: str) -> None:
    pixels, labels = dataset.load("t10k")
    client = moduled.Client(address)
    right = 0
    started = time.monotonic()
    for first in range(0, len(pixels), BATCH):
        logits = client.forward(model, pictures.as_input(pixels[first : first + BATCH]))
        right += int(np.count_nonzero(logits.argmax(axis=1) == labels[first : first + BATCH]))
    seconds = time.monotonic() - started
    total = len(pixels)
    print(f"accuracy: {right / total:.2%} ({right} of {total} pictures), {total / seconds:,.0f} pictures/s")


if __name__ == "__main__":
    main(*sys.argv[1:])
