"""Readable, unique labels of the 1,000 classes, in output order."""

from __future__ import annotations

import csv
from pathlib import Path

CLASSES = Path(__file__).parent.parent / "imagenet-classes.csv"

# Labels of ImageNet that could mislead a reader.
NOTES = {
    134: "The bird. The machine is a separate label.",
    264: "The Cardigan Welsh corgi, a dog. The garment is a separate label.",
    383: "The ring-tailed lemur. It isn't a cat.",
    474: "The garment. The Cardigan Welsh corgi is a separate label.",
    517: "The machine. The bird is a separate label.",
    620: "ImageNet has two labels for the same thing: laptop and notebook. Either is correct.",
    638: "A one-piece swimsuit. ImageNet has two labels for it, both named maillot. Either is correct.",
    639: "A one-piece swimsuit. ImageNet has two labels for it, both named maillot. Either is correct.",
    657: "ImageNet has two labels for nearly the same thing, including rockets: missile and projectile.",
    664: "ImageNet has two labels for the same thing: monitor and screen. Either is correct.",
    681: "ImageNet has two labels for the same thing: laptop and notebook. Either is correct.",
    744: "ImageNet has two labels for nearly the same thing, including rockets: missile and projectile.",
    782: "ImageNet has two labels for the same thing: monitor and screen. Either is correct.",
    836: "ImageNet has two labels for the same thing: sunglass and sunglasses. Either is correct.",
    837: "ImageNet has two labels for the same thing: sunglass and sunglasses. Either is correct.",
}


def labels() -> list[str]:
    """One label per class: the first synonym, except for the six that two classes share (crane, maillot, cardigan)."""
    with open(CLASSES, newline="", encoding="utf-8") as file:
        names = [row["label"] for row in csv.DictReader(file)]
    if len(names) != 1000 or len({name.lower() for name in names}) != 1000:
        raise SystemExit("expected 1,000 different labels")
    return names
