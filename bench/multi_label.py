"""Prints the mAP of scikit-learn's logistic regression (one against the rest) on the collages of bench/multi-label.ts.

    npm run bench -- multi-label --export /tmp/collages
    pip install scikit-learn==1.9.1 && python bench/multi_label.py /tmp/collages
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score
from sklearn.multiclass import OneVsRestClassifier

folder = Path(sys.argv[1])


def load(name: str) -> tuple[np.ndarray, list[list[str]]]:
    labels = json.loads((folder / f"{name}.json").read_text())
    return np.fromfile(folder / f"{name}.f32", dtype=np.float32).reshape(len(labels), -1).astype(float), labels


x_train, labels_train = load("trained")
x_test, labels_test = load("tested")
names = sorted({label for labels in labels_train for label in labels})


def hot(rows: list[list[str]]) -> np.ndarray:
    return np.array([[int(name in labels) for name in names] for labels in rows])


y_train, y_test = hot(labels_train), hot(labels_test)
for size in (60, 150, 300):
    x, y = x_train[:size], y_train[:size]
    known = (y.sum(axis=0) > 0) & (y_test.sum(axis=0) > 0)
    figures = {}
    methods = {f"logistic regression, C = {c}": LogisticRegression(C=c, max_iter=1000) for c in (1, 10, 100)}
    methods["the same, C = 10, balanced"] = LogisticRegression(C=10, max_iter=1000, class_weight="balanced")
    for name, model in methods.items():
        scores = OneVsRestClassifier(model).fit(x, y[:, known]).decision_function(x_test)
        figures[name] = average_precision_score(y_test[:, known], scores, average="macro")
    for alpha in (0.1, 0.3, 1, 3):
        scores = Ridge(alpha=alpha).fit(x, y[:, known]).predict(x_test)
        figures[f"least squares, penalty {alpha}"] = average_precision_score(y_test[:, known], scores, average="macro")
    print(size, "collages:", ", ".join(f"{name}: {100 * value:.1f} %" for name, value in figures.items()))
