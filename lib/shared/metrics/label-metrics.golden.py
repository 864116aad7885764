"""Golden data for lib/shared/metrics/label-metrics.test.ts: scikit-learn's metrics of several labels a photo.

    pip install scikit-learn==1.9.1 && python label-metrics.golden.py    # writes label-metrics.golden.json

Scores have three digits, so that some are equal. Thresholds differ by label. The first photo has no label.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve, precision_recall_fscore_support

PHOTOS, LABELS = 60, 5
random = np.random.default_rng(4)
truth = (random.random((PHOTOS, LABELS)) < [0.5, 0.3, 0.15, 0.1, 0.7]).astype(int)
truth[0] = 0
scores = np.round(np.clip(0.35 * truth + random.random((PHOTOS, LABELS)) * 0.65, 0, 1), 2)
thresholds = [0.5, 0.42, 0.61, 0.3, 0.55]
selected = (scores >= thresholds).astype(int)
precision, recall, f1, support = precision_recall_fscore_support(truth, selected, zero_division=0)


def best_f1(label: int) -> float:
    precisions, recalls, _ = precision_recall_curve(truth[:, label], scores[:, label])
    return float(np.max(2 * precisions * recalls / np.maximum(precisions + recalls, 1e-12)))


golden = {
    "scores": scores.tolist(),
    "truth": truth.tolist(),
    "thresholds": thresholds,
    "average_precision": average_precision_score(truth, scores, average=None).tolist(),
    "map": average_precision_score(truth, scores, average="macro"),
    "micro_f1": f1_score(truth, selected, average="micro"),
    "macro_f1": f1_score(truth, selected, average="macro"),
    "exact": float((truth == selected).all(axis=1).mean()),
    "precision": precision.tolist(),
    "recall": recall.tolist(),
    "f1": f1.tolist(),
    "support": support.tolist(),
    "best_f1": [best_f1(label) for label in range(LABELS)],
}
Path(__file__).with_name("label-metrics.golden.json").write_text(json.dumps(golden) + "\n")
