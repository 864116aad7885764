"""Readable, unique labels of the 1,000 classes, in output order."""

from __future__ import annotations

import csv
from pathlib import Path

CLASSES = Path(__file__).parent.parent / "imagenet-classes.csv"

# Labels of ImageNet that could mislead a reader.
NOTES = {
    134: "The bird. ImageNet's other crane is the machine.",
    264: "The corgi with the long tail. ImageNet's other cardigan is the garment.",
    383: "ImageNet's name for the ring-tailed lemur; it is not a cat.",
    474: "The garment. ImageNet's other Cardigan is a corgi.",
    517: "The machine. ImageNet's other crane is the bird.",
    620: "ImageNet has laptop and notebook as two classes of the same thing; take either.",
    638: "The one-piece swimsuit. ImageNet has it twice, as maillot and as tank suit; take either.",
    639: "The one-piece swimsuit. ImageNet has it twice, as maillot and as tank suit; take either.",
    657: "ImageNet has missile and projectile as two classes of much the same thing, rockets among them.",
    664: "ImageNet has monitor and screen as two classes of the same thing; take either.",
    681: "ImageNet has laptop and notebook as two classes of the same thing; take either.",
    744: "ImageNet has missile and projectile as two classes of much the same thing, rockets among them.",
    782: "ImageNet has monitor and screen as two classes of the same thing; take either.",
    836: "ImageNet has sunglass and sunglasses as two classes of the same thing; take either.",
    837: "ImageNet has sunglass and sunglasses as two classes of the same thing; take either.",
}


def labels() -> list[str]:
    """One label per class: the first synonym, except for the six that two classes share (crane, maillot, cardigan)."""
    with open(CLASSES, newline="", encoding="utf-8") as file:
        names = [row["label"] for row in csv.DictReader(file)]
    if len(names) != 1000 or len({name.lower() for name in names}) != 1000:
        raise SystemExit("expected 1,000 different labels")
    return names
