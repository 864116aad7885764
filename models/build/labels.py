"""Human, unique labels of the 1,000 classes, in the order of the models' outputs."""

from __future__ import annotations

import csv
from pathlib import Path

CLASSES = Path(__file__).parent / "imagenet-classes.csv"

# ImageNet's first synonym names two classes "crane" and two "maillot". What people read must tell them apart.
DISTINCT = {134: "crane (bird)", 517: "crane (machine)", 638: "maillot (swimsuit)", 639: "maillot (tank suit)"}


def labels() -> list[str]:
    """One label a class: the first synonym, but for those that two classes share."""
    with open(CLASSES, newline="", encoding="utf-8") as file:
        names = [DISTINCT.get(int(row["index"]), row["label"]) for row in csv.DictReader(file)]
    if len(names) != 1000 or len(set(names)) != 1000:
        raise SystemExit("labels are not 1,000 different ones")
    return names
