"""Draws the feature maps of one picture: the picture on the left, the maps in a grid on the right."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

MAP_SIDE = 112
GAP = 12
MARGIN = 36
COLUMNS = 8
CAPTION_HEIGHT = 18
HEADER_HEIGHT = 92

PAPER, INK, FAINT = (250, 250, 248), (28, 32, 38), (112, 118, 128)
# From negative over zero to positive: a blue, the paper, a red of the same weight.
BLUE, WHITE, RED = (33, 84, 158), (247, 247, 245), (178, 40, 48)


def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf", size)


def colour(values: np.ndarray, limit: float) -> Image.Image:
    """Values in -limit..limit as a picture: blue below zero, white at zero, red above."""
    scaled = np.clip(values / limit, -1, 1)[..., np.newaxis]
    end = np.where(scaled < 0, BLUE, RED)
    mixed = np.array(WHITE) + (end - np.array(WHITE)) * np.abs(scaled)
    return Image.fromarray(mixed.round().astype(np.uint8), "RGB")


def enlarge(image: Image.Image, side: int) -> Image.Image:
    return image.resize((side, side), Image.Resampling.NEAREST)


def draw_scale(canvas: Image.Image, x: int, y: int, width: int, limit: float) -> None:
    """The legend: which colour is which value."""
    ramp = colour(np.linspace(-limit, limit, width)[np.newaxis].repeat(12, axis=0), limit)
    canvas.paste(ramp, (x, y))
    pen = ImageDraw.Draw(canvas)
    marks = [(0, "la", f"{-limit:.2g}"), (width // 2, "ma", "0"), (width, "ra", f"{limit:.2g}")]
    for place, anchor, text in marks:
        pen.text((x + place, y + 18), text, FAINT, font(12), anchor=anchor)


def draw(title: str, subtitle: str, label: str, pixels: np.ndarray, maps: np.ndarray) -> Image.Image:
    """pixels: uint8 [H, W], the picture; maps: [C, h, w], one feature map a channel."""
    rows = -(-len(maps) // COLUMNS)
    cell = MAP_SIDE + GAP
    picture_side = 2 * cell - GAP
    grid_x = MARGIN + picture_side + MARGIN
    grid_height = rows * (cell + CAPTION_HEIGHT) - GAP
    left_height = picture_side + 3 * CAPTION_HEIGHT + 48
    height = HEADER_HEIGHT + max(grid_height, left_height) + MARGIN
    canvas = Image.new("RGB", (grid_x + COLUMNS * cell - GAP + MARGIN, height), PAPER)
    pen = ImageDraw.Draw(canvas)
    pen.text((MARGIN, 26), title, INK, font(24, bold=True))
    pen.text((MARGIN, 60), subtitle, FAINT, font(14))

    canvas.paste(enlarge(Image.fromarray(pixels, "L").convert("RGB"), picture_side), (MARGIN, HEADER_HEIGHT))
    below = HEADER_HEIGHT + picture_side
    pen.text((MARGIN, below + 8), f"the picture: {label}", INK, font(14))
    # One scale for all maps, so that they compare; the few strongest values may saturate.
    limit = float(np.quantile(np.abs(maps), 0.995)) or 1.0
    draw_scale(canvas, MARGIN, below + 40, picture_side, limit)

    for index, values in enumerate(maps):
        x = grid_x + index % COLUMNS * cell
        y = HEADER_HEIGHT + index // COLUMNS * (cell + CAPTION_HEIGHT)
        canvas.paste(enlarge(colour(values, limit), MAP_SIDE), (x, y))
        pen.text((x + MAP_SIDE // 2, y + MAP_SIDE + 3), f"channel {index}", FAINT, font(12), anchor="ma")
    return canvas
