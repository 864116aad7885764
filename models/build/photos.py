"""Converts photos to model input with Pillow: the reference for the product's own preprocessing."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

CROP_PCT = 0.875


def pixels(path: Path, size: int) -> np.ndarray:
    """RGB uint8 [size, size, 3]: bicubic, shorter side to floor(size / 0.875), center crop."""
    with Image.open(path) as image:
        picture = ImageOps.exif_transpose(image).convert("RGB")
    shorter = int(size / CROP_PCT)
    width, height = picture.size
    if width <= height:
        target = (shorter, int(shorter * height / width))
    else:
        target = (int(shorter * width / height), shorter)
    picture = picture.resize(target, Image.Resampling.BICUBIC)
    left, top = (int(round((side - size) / 2)) for side in target)
    return np.asarray(picture.crop((left, top, left + size, top + size)))


def normalise(batch: np.ndarray) -> np.ndarray:
    """uint8 [n, h, w, 3] to float32 [n, 3, h, w] as the models expect it: (x - 127) / 128."""
    return ((batch.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)


def labeled(folder: Path) -> list[tuple[Path, int]]:
    """Photos and class indexes of a folder with a labels.csv of `file,index,…`."""
    with open(folder / "labels.csv", newline="", encoding="utf-8") as file:
        return [(folder / row["file"], int(row["index"])) for row in csv.DictReader(file)]
