"""Streams what the first convolution makes of one picture and draws it.

    feature_maps.py ADDRESS MODEL FOLDER OUTPUT

Subscribes to the hooks of the first Conv2d, sends a picture of FOLDER through the model, and writes the feature maps of
the event that comes back to OUTPUT as PNG.
"""

import pathlib
import sys

import grid
import moduled
import pictures


def first_convolution(client: moduled.Client, model: str) -> str:
    for path, info in client.named_modules(model):
        if info.type == "Conv2d":
            return path
    raise LookupError(f"{model}: no Conv2d among its modules")


def main(address: str, model: str, folder: str, output: str) -> None:
    client = moduled.Client(address)
    path = first_convolution(client, model)
    picture = pictures.load(folder)[0]
    with client.subscribe(model, path) as events:
        client.forward(model, pictures.as_input(picture.pixels[None]))
        event = next(events)
    maps = event.output[0]
    title = f"{event.path}: {len(maps)} feature maps of one picture"
    source = f"{event.type} of {event.model}, version {event.version}"
    subtitle = f"{source}, streamed by a forward hook from {event.replica}"
    drawn = grid.draw(title, subtitle, picture.label.replace("_", " "), picture.pixels, maps)
    file = pathlib.Path(output) / "feature_maps.png"
    drawn.save(file)
    print(f"{event.path} ({event.type}) gave {maps.shape} for {picture.path.name}: drawn in {file}")


if __name__ == "__main__":
    main(*sys.argv[1:])
