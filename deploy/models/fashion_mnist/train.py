#!/usr/bin/python3
"""Trains the bundled model and writes what the repository serves of it.

    train.py                      trains (about eight minutes on one core), then exports
    train.py --weights FILE.pt    exports the weights of an earlier training

Written beside this script: 1/module.pbtxt and 1/model.safetensors (the served version), labels.txt, and pictures/,
twenty test pictures. See README.md.
"""
import argparse
import os
import shutil
import sys
import time

import torch
from PIL import Image
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../client/python"))

import dataset  # noqa: E402
import moduled  # noqa: E402
from network import FashionNet  # noqa: E402

SEED = 2017  # The year of the data set.
EPOCHS = 12
BATCH = 128
PEAK_LEARNING_RATE = 0.2
TEST_ACCURACY_WANTED = 0.91
PICTURES_PER_CLASS = 2


def as_input(images):
    """uint8 [N, 28, 28] -> float32 [N, 1, 28, 28] in 0..1: all the preprocessing that the model needs."""
    return torch.from_numpy(images.copy()).unsqueeze(1).float().div_(255)


def augment(batch, generator):
    """Mirrors half of the pictures: a mirrored coat is a coat."""
    mirrored = torch.rand(len(batch), generator=generator) < 0.5
    batch = torch.where(mirrored[:, None, None, None], batch.flip(3), batch)
    return batch.contiguous(memory_format=torch.channels_last)


def train(epochs):
    """A trained network in eval mode."""
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    images, labels = dataset.load("train")
    images, labels = as_input(images), torch.from_numpy(labels.copy()).long()
    model = FashionNet().to(memory_format=torch.channels_last)  # A quarter faster on a CPU.
    optimizer = torch.optim.SGD(
        model.parameters(), lr=PEAK_LEARNING_RATE, momentum=0.9, weight_decay=5e-4, nesterov=True
    )
    steps = epochs * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_LEARNING_RATE, total_steps=steps, pct_start=0.25)
    loss_function = nn.CrossEntropyLoss(label_smoothing=0.05)
    for epoch in range(epochs):
        started, total = time.monotonic(), 0.0
        order = torch.randperm(len(images), generator=generator)
        for index in order.split(BATCH)[: len(images) // BATCH]:
            loss = loss_function(model(augment(images[index], generator)), labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(index)
        seconds = time.monotonic() - started
        print(f"epoch {epoch + 1}/{epochs}: loss {total / len(images):.4f}, {seconds:.0f} s", flush=True)
    return model.to(memory_format=torch.contiguous_format).eval()


def test_accuracy(model):
    """The share of the 10,000 test pictures that the model labels rightly."""
    images, labels = dataset.load("t10k")
    labels = torch.from_numpy(labels.copy()).long()
    with torch.no_grad():
        predicted = torch.cat([model(batch).argmax(1) for batch in as_input(images).split(500)])
    return (predicted == labels).float().mean().item()


def export(model):
    """Writes the model as version 1 of the repository that this folder is a model of."""
    shutil.rmtree(os.path.join(HERE, "1"), ignore_errors=True)
    images, _ = dataset.load("t10k")
    repository, name = os.path.split(HERE)
    moduled.export(model, repository, name=name, example_inputs=as_input(images[:1]), version=1)
    with open(os.path.join(HERE, "labels.txt"), "w", encoding="ascii") as file:
        file.writelines(f"{label}\n" for label in dataset.LABELS)


def write_pictures():
    """Writes the first test pictures of each class, in the test set's order."""
    folder = os.path.join(HERE, "pictures")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    images, labels = dataset.load("t10k")
    chosen = sorted(i for label in range(10) for i in (labels == label).nonzero()[0][:PICTURES_PER_CLASS])
    for number, index in enumerate(chosen):
        path = os.path.join(folder, f"{number:02}_{dataset.LABELS[labels[index]]}.png")
        Image.fromarray(images[index]).save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", help="a state_dict of an earlier training, instead of training")
    parser.add_argument("--save", help="where to keep the trained state_dict")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()

    torch.set_num_threads(1)  # One thread sums in one order: the same seed gives the same weights.
    torch.use_deterministic_algorithms(True)
    if options.weights:
        model = FashionNet()
        model.load_state_dict(torch.load(options.weights))
        model.eval()
    else:
        model = train(options.epochs)
    if options.save:
        torch.save(model.state_dict(), options.save)
    accuracy = test_accuracy(model)
    print(f"test accuracy: {accuracy:.2%}")
    if accuracy < TEST_ACCURACY_WANTED:
        sys.exit(f"test accuracy is too low (got {accuracy:.2%}, want {TEST_ACCURACY_WANTED:.2%})")
    export(model)
    write_pictures()


if __name__ == "__main__":
    main()
