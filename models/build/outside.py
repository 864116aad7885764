"""Collects images of things outside the 1,000 classes, to measure how well `uncertain` detects them.

    python outside.py FOLDER

Sources: the resources of Debian's gcompris-qt-data 3.1-2 (fetched with apt-get; drawings and photos under GPL-3+ and
CC licences), the sample images of scikit-image (PyPI), and generated text pages, charts, noise and gradients. Every
image from a package was inspected; images of the 1,000 classes (a goose, a castle, a lemon) were excluded. None of
them is distributed.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SEED = 18
LEAST_SIDE = 150

# Indexes of the images in a resource file, in file order, counting those of at least LEAST_SIDE pixels.
GCOMPRIS = {
    # Pieces of paintings: waves, clothes, faces, skies, abstract shapes.
    "paintings": [i for i in range(123) if i not in (0, 2, 11, 35, 39, 51, 60, 76, 110, 112, 122)],
    # Drawn numbers, people, body parts, colors, and fruit that is not a class.
    "lang": [0, 1, 3, 6, 9, 10, 11, 12, 15, 16, 18, 19, 27, 29, 30, 32, 33, 34, 35, 38, 45, 46, 49, 52, 53, 56, 57, 58, 60,
             68, 69, 73, 74, 75, 76, 77, 80, 82, 83, 93, 95, 97, 98, 99, 101, 103, 104, 106, 107, 108, 109, 110, 112, 114],
    # Photos of tools that are not a class (pliers, scissors, tape measures, multimeters, …), solar panels, a bulb.
    "categorization": [7, 13, 24, 27, 30, 32, 33, 34, 35, 36, 38, 39, 41, 44, 45, 46, 51, 53, 54, 55, 57, 60, 61, 62, 63, 65,
                       119, 135],
    "leftright": list(range(8)),
    "solar_system": list(range(9)),
    "louis-braille": [0, 3, 4, 5, 7],
}
SCIKIT = ["astronaut.png", "brick.png", "cell.png", "chessboard_RGB.png", "coins.png", "color.png", "grass.png", "gravel.png",
          "hubble_deep_field.jpg", "ihc.png", "logo.png", "microaneurysms.png", "moon.png", "page.png", "phantom.png",
          "retina.jpg", "text.png"]
FACES = 40


def gcompris(work: Path) -> dict[str, Image.Image]:
    subprocess.run(["apt-get", "download", "gcompris-qt-data=3.1-2"], cwd=work, check=True, capture_output=True)
    (package,) = work.glob("gcompris-qt-data*.deb")
    subprocess.run(["dpkg-deb", "-x", package.name, "g"], cwd=work, check=True)
    found = {}
    for name, wanted in GCOMPRIS.items():
        data = (work / "g/usr/share/gcompris-qt/rcc" / f"{name}.rcc").read_bytes()
        pictures = list(carve(data))
        found |= {f"{name}-{i}": pictures[i] for i in wanted}
    return found


def carve(data: bytes):
    """The images in a Qt resource file: WebP, then PNG, then JPEG, without duplicates."""
    seen = set()
    for start, end in spans(data):
        blob = data[start:end]
        if blob in seen:
            continue
        try:
            picture = Image.open(io.BytesIO(blob))
            picture.load()
        except (OSError, SyntaxError):
            continue
        if min(picture.size) >= LEAST_SIDE:
            seen.add(blob)
            yield picture


def spans(data: bytes):
    at = -1
    while (at := data.find(b"RIFF", at + 1)) >= 0:
        if data[at + 8 : at + 12] == b"WEBP":
            yield at, at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    at = -1
    while (at := data.find(b"\x89PNG\r\n\x1a\n", at + 1)) >= 0:
        yield at, data.find(b"IEND", at) + 8
    at = -1
    while (at := data.find(b"\xff\xd8\xff", at + 1)) >= 0:
        # A resource is preceded by its length.
        length = int.from_bytes(data[at - 4 : at], "big")
        if 0 < length <= len(data) - at:
            yield at, at + length


def scikit(work: Path) -> dict[str, Image.Image]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", "scikit-image==0.26.0"]
    subprocess.run(command, cwd=work, check=True)
    (wheel,) = work.glob("scikit_image*.whl")
    with zipfile.ZipFile(wheel) as archive:
        read = lambda name: archive.read(f"skimage/data/{name}")  # noqa: E731
        found = {f"scikit-{Path(name).stem}": Image.open(io.BytesIO(read(name))) for name in SCIKIT}
        faces = np.load(io.BytesIO(read("lfw_subset.npy")))
    for i in range(FACES):
        found[f"face-{i}"] = Image.fromarray((255 * faces[i]).astype(np.uint8)).resize((200, 200), Image.Resampling.BICUBIC)
    return found


def drawn() -> dict[str, Image.Image]:
    rng = np.random.default_rng(SEED)
    found = {}
    for i in range(40):
        found[f"text-{i}"] = text_page(rng)
        found[f"chart-{i}"] = chart(rng)
    for i in range(15):
        found[f"noise-{i}"] = noise(rng, grain=2 ** (i % 6))
        found[f"gradient-{i}"] = gradient(rng)
    return found


def text_page(rng: np.random.Generator) -> Image.Image:
    paper, ink = [(255, 255, 255), (250, 244, 230), (28, 30, 34)], [(20, 20, 20), (60, 40, 20), (230, 230, 230)]
    which = int(rng.integers(3))
    page = Image.new("RGB", (480, 640), paper[which])
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=int(rng.integers(11, 26)))
    y = 20
    while y < 610:
        words = ["".join(chr(97 + c) for c in rng.integers(0, 26, rng.integers(2, 10))) for _ in range(9)]
        draw.text((24, y), " ".join(words)[: int(rng.integers(20, 70))], ink[which], font=font)
        y += int(font.size * 1.5)
    return page


def chart(rng: np.random.Generator) -> Image.Image:
    picture = Image.new("RGB", (480, 360), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    draw.line([(40, 20), (40, 320), (460, 320)], (0, 0, 0), 2)
    colour = tuple(int(c) for c in rng.integers(0, 200, 3))
    values = rng.random(int(rng.integers(4, 14)))
    step = 410 / len(values)
    tops = [(50 + i * step, 315 - 280 * v) for i, v in enumerate(values)]
    if rng.random() < 0.5:
        for x, y in tops:
            draw.rectangle([x, y, x + 0.7 * step, 319], colour)
    else:
        draw.line(tops, colour, 3)
        for x, y in tops:
            draw.ellipse([x - 4, y - 4, x + 4, y + 4], colour)
    for i in range(6):
        draw.text((8, 310 - 56 * i), str(20 * i), (0, 0, 0))
    return picture


def noise(rng: np.random.Generator, grain: int) -> Image.Image:
    small = rng.integers(0, 256, (320 // grain, 320 // grain, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((320, 320), Image.Resampling.BICUBIC)


def gradient(rng: np.random.Generator) -> Image.Image:
    corners = rng.integers(0, 256, (2, 2, 3), dtype=np.uint8)
    return Image.fromarray(corners).resize((320, 320), Image.Resampling.BILINEAR)


def over_white(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    return white.convert("RGB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        pictures = gcompris(Path(work)) | scikit(Path(work)) | drawn()
        for name, picture in pictures.items():
            over_white(picture).save(folder / f"{name}.png")
    print(f"{len(pictures)} pictures in {folder}")


if __name__ == "__main__":
    main()
