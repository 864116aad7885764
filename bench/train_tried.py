"""Compares ways to train on embeddings: the table "What was tried" of docs/train.md.

    npx tsx bench/train-views.ts                      # embeds ../shared into the temporary folder
    pip install scikit-learn==1.9.1
    python bench/train_tried.py [--draws 10]

Mean accuracy over random draws of examples, tested on the other photos; for the kinds of things, on photos of species
that are not among the examples.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

CACHE = Path(tempfile.gettempdir()) / "embeddings"
SHARED = Path("../shared")
KINDS = ["dog", "bird", "insect", "reptile", "primate", "feline", "fungus", "fruit", "vehicle", "musical instrument"]

CLASSES = [row["wnid"] for row in csv.DictReader(open("models/imagenet-classes.csv"))]
TABLE = json.loads(Path("lib/server/engine/label-kinds.json").read_text())

Classify = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def load(model: str, folder: str, view: str, part: str = "vectors") -> np.ndarray:
    name = CACHE / f"efficientnet-{model}-int8-{folder}-{view}"
    about = json.loads(Path(f"{name}.json").read_text())
    return np.fromfile(f"{name}.{part}", np.float32).reshape(len(about["files"]), -1).astype(float)


def files(folder: str) -> list[str]:
    return json.loads((CACHE / f"efficientnet-lite1-int8-{folder}-usual.json").read_text())["files"]


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def roots(x: np.ndarray) -> np.ndarray:
    return unit(np.sqrt(x))


def scores_of_kinds(logits: np.ndarray, least: int, temperature: float = 1) -> np.ndarray:
    """The roots of the sums of scores over each kind of at least so many classes."""
    kinds: dict[str, list[int]] = {}
    for index, wnid in enumerate(CLASSES):
        for kind in TABLE[wnid]["kinds"]:
            kinds.setdefault(kind, []).append(index)
    members = {tuple(classes) for classes in kinds.values() if len(classes) >= least}
    exponentials = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    scores = exponentials / exponentials.sum(axis=1, keepdims=True)
    return roots(np.stack([scores[:, list(classes)].sum(axis=1) for classes in sorted(members)], axis=1))


def discriminant(shrinkage: float) -> Classify:
    def classify(x: np.ndarray, y: np.ndarray, tested: np.ndarray) -> np.ndarray:
        means = np.stack([x[y == k].mean(axis=0) for k in range(y.max() + 1)])
        residuals = (x - means[y]) / np.sqrt(len(x))
        diagonal = max(shrinkage * (residuals**2).sum() / x.shape[1], 1e-9)
        # Woodbury: the covariance has at most as many directions as there are examples.
        small = np.eye(len(x)) * diagonal / (1 - shrinkage) + residuals @ residuals.T
        weights = (means.T - residuals.T @ np.linalg.solve(small, residuals @ means.T)) / diagonal
        return (tested @ weights - 0.5 * (means.T * weights).sum(axis=0)).argmax(axis=1)

    return classify


def logistic(c: float) -> Classify:
    return lambda x, y, tested: LogisticRegression(C=c, max_iter=500).fit(x, y).predict(tested)


def ridge(penalty: float) -> Classify:
    def classify(x: np.ndarray, y: np.ndarray, tested: np.ndarray) -> np.ndarray:
        center, targets = x.mean(axis=0), np.eye(y.max() + 1)[y]
        inner = (x - center) @ (x - center).T + penalty * np.eye(len(x))
        return ((tested - center) @ ((x - center).T @ np.linalg.solve(inner, targets - targets.mean(axis=0)))).argmax(axis=1)

    return classify


def nearest_mean(x: np.ndarray, y: np.ndarray, tested: np.ndarray) -> np.ndarray:
    return (tested @ unit(np.stack([x[y == k].mean(axis=0) for k in range(y.max() + 1)])).T).argmax(axis=1)


class Task:
    def __init__(self, name: str) -> None:
        self.name = name
        self.folders = ["signs"] if name == "signs" else ["eval", "holdout"]
        names = [(folder, file) for folder in self.folders for file in files(folder)]
        if name == "signs":
            self.truth = np.array([int(file.split("/")[0]) for _, file in names])
            self.subjects = np.array([file for _, file in names])
        else:
            rows = {f: {r["file"]: r["wnid"] for r in csv.DictReader(open(SHARED / f / "labels.csv"))} for f in self.folders}
            self.subjects = np.array([rows[folder][file] for folder, file in names])
            found = [[k for k, kind in enumerate(KINDS) if kind in TABLE.get(s, {}).get("kinds", [])] for s in self.subjects]
            self.truth = np.array([one[0] if len(one) == 1 else -1 for one in found])

    def view(self, model: str = "lite1", view: str = "usual", part: str = "vectors") -> np.ndarray:
        return np.concatenate([load(model, folder, view, part) for folder in self.folders])

    def draw(self, per_label: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng(seed)
        trained = np.concatenate([random.permutation(np.where(self.truth == k)[0])[:per_label] for k in range(10)])
        seen = set(self.subjects[trained])
        return trained, np.array([i for i in np.where(self.truth >= 0)[0] if self.subjects[i] not in seen])


def rows(task: Task) -> list[tuple[str, Classify, list[np.ndarray], np.ndarray]]:
    """Name, classifier, features to train on (several views of each photo), features to test on."""
    usual, mirrored = task.view(), task.view(view="mirrored")
    x, m = roots(usual), roots(mirrored)
    raw = np.sqrt(usual)
    centered, averaged = unit(raw - raw.mean(axis=0)), unit(x + m)
    outputs = task.view(part="logits")

    def kinds(weight: float, least: int = 3, temperature: float = 1) -> np.ndarray:
        return np.hstack([x, weight * scores_of_kinds(outputs, least, temperature)])

    logits = unit(outputs - outputs.mean(axis=1, keepdims=True))
    lda = discriminant(0.5)
    lite0, lite2 = roots(task.view("lite0")), roots(task.view("lite2"))
    corners = [roots(task.view(view=view)) for view in ("whole", "top-left", "bottom-right")]
    return [
        ("**discriminant analysis, embedding and kinds**", lda, [kinds(0.5)], kinds(0.5)),
        ("the same, kinds with 0.3 of the weight", lda, [kinds(0.3)], kinds(0.3)),
        ("the same, kinds with 0.6 of the weight", lda, [kinds(0.6)], kinds(0.6)),
        ("the same, kinds of 2 classes and more", lda, [kinds(0.5, 2)], kinds(0.5, 2)),
        ("the same, kinds of 10 classes and more", lda, [kinds(0.5, 10)], kinds(0.5, 10)),
        ("the same, scores with temperature 2", lda, [kinds(0.5, 3, 2)], kinds(0.5, 3, 2)),
        ("discriminant analysis of the embedding", lda, [x], x),
        ("the same, shrinkage 0.1", discriminant(0.1), [x], x),
        ("the same, shrinkage 0.9", discriminant(0.9), [x], x),
        ("logistic regression, C = 10", logistic(10), [x], x),
        ("logistic regression, C = 100", logistic(100), [x], x),
        ("ridge regression, 0.1", ridge(0.1), [x], x),
        ("nearest mean", nearest_mean, [x], x),
        ("plain embedding instead of its root", lda, [unit(usual)], unit(usual)),
        ("a fixed mean subtracted", lda, [centered], centered),
        ("logits instead of the embedding", lda, [logits], logits),
        ("embedding and logits", lda, [np.hstack([x, 0.5 * logits])], np.hstack([x, 0.5 * logits])),
        ("mirrored copies when training", lda, [x, m], x),
        ("mirrored copies when scoring", lda, [x], averaged),
        ("mirrored copies in both", lda, [x, m], averaged),
        ("whole photo instead of the center", lda, [corners[0]], corners[0]),
        ("shifted copies when training", lda, [x, *corners[1:]], x),
        ("base model Lite0", lda, [lite0], lite0),
        ("base model Lite2", lda, [lite2], lite2),
        ("Lite1 and Lite2 together", lda, [np.hstack([x, lite2])], np.hstack([x, lite2])),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=10)
    draws = parser.parse_args().draws
    columns = [("signs", 5), ("signs", 10), ("signs", 50), ("kinds", 5), ("kinds", 10), ("kinds", 30)]
    tasks = {name: Task(name) for name in ("signs", "kinds")}
    tables = {name: rows(task) for name, task in tasks.items()}
    print("| method | " + " | ".join(f"{name}, {count}" for name, count in columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    for index, (title, *_) in enumerate(tables["signs"]):
        cells = []
        for name, count in columns:
            _, classify, views, scored = tables[name][index]
            task, results = tasks[name], []
            for seed in range(draws):
                trained, tested = task.draw(count, seed)
                x, y = np.concatenate([view[trained] for view in views]), np.tile(task.truth[trained], len(views))
                results.append((classify(x, y, scored[tested]) == task.truth[tested]).mean())
            cells.append(f"{100 * np.mean(results):.1f}")
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
