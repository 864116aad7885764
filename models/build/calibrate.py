"""Fits and evaluates each model's temperature and its limits for `uncertain`, and writes tables/calibration.json,
which build.py reads.

    python calibrate.py HOLDOUT OUTSIDE

HOLDOUT: photos of the validation set with a labels.csv that were used neither for training nor for the ranges.
OUTSIDE: images of things outside the classes (outside.py). The temperature is evaluated by two-fold cross-fitting:
fitted on one half, measured on the other.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import photos
from build import HERE, MODELS, SHIPPED
from judge import logits, session

SEED, DRAWS, BINS = 0, 1000, 5
# GEN: Liu et al., 2023, with the constants of the paper. The same in lib/shared/metrics/uncertainty.ts.
GAMMA, CLASSES = 0.1, 100
# Share of in-distribution photos that may be marked as out of distribution.
TOLERATED = 0.05
# Below one half, a prediction is more likely wrong than right; with a margin below a tenth, two labels are about equally likely.
SCORE_BELOW, MARGIN_BELOW = 0.5, 0.1


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def nll(z: np.ndarray, truth: np.ndarray, temperature: float) -> float:
    return float(-np.log(softmax(z / temperature)[np.arange(len(truth)), truth]).mean())


def brier(p: np.ndarray, truth: np.ndarray) -> float:
    return float(((p - np.eye(p.shape[1])[truth]) ** 2).sum(axis=1).mean())


def fit(z: np.ndarray, truth: np.ndarray) -> float:
    """The temperature with the smallest negative log-likelihood, which is convex in its inverse (golden-section search)."""
    low, high, golden = 0.2, 5.0, (5**0.5 - 1) / 2
    while high - low > 1e-4:
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if nll(z, truth, a) < nll(z, truth, b) else (a, high)
    return (low + high) / 2


def isotonic(scores: np.ndarray, right: np.ndarray):
    """Isotonic regression of correctness on the score (pool adjacent violators)."""
    order = np.argsort(scores, kind="stable")
    blocks: list[list[float]] = []
    for score, hit in zip(scores[order], right[order]):
        blocks.append([score, float(hit), 1.0])
        while len(blocks) > 1 and blocks[-2][1] > blocks[-1][1]:
            _, b, n = blocks.pop()
            blocks[-1][1] = (blocks[-1][1] * blocks[-1][2] + b * n) / (blocks[-1][2] + n)
            blocks[-1][2] += n
    edges, values = np.array([b[0] for b in blocks]), np.array([b[1] for b in blocks])
    return lambda x: values[np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(values) - 1)]


def ece(confidence: np.ndarray, right: np.ndarray) -> float:
    order = np.argsort(confidence, kind="stable")
    edges = np.round(np.linspace(0, len(order), BINS + 1)).astype(int)
    parts = [order[a:b] for a, b in zip(edges, edges[1:])]
    return float(sum(len(i) / len(order) * abs(confidence[i].mean() - right[i].mean()) for i in parts))


def interval(values: list[float]) -> list[float]:
    return [round(float(v), 4) for v in np.quantile(values, [0.025, 0.975])]


def entropy(z: np.ndarray) -> np.ndarray:
    p = np.sort(softmax(z), axis=1)[:, -CLASSES:]
    return ((p * (1 - p)) ** GAMMA).sum(axis=1)


def auroc(known: np.ndarray, outside: np.ndarray) -> float:
    """The probability that an out-of-distribution image scores higher than an in-distribution one."""
    return float((outside[:, None] > known).mean() + 0.5 * (outside[:, None] == known).mean())


def calibration(z: np.ndarray, truth: np.ndarray) -> dict:
    rng = np.random.default_rng(SEED)
    halves = np.array_split(rng.permutation(len(truth)), 2)
    right = z.argmax(axis=1) == truth
    plain = softmax(z)
    fitted, steps = np.zeros_like(plain), np.zeros(len(truth))
    temperatures, folds = [], []
    for train, test in (halves, halves[::-1]):
        temperature = fit(z[train], truth[train])
        fitted[test] = softmax(z[test] / temperature)
        steps[test] = isotonic(plain[train].max(axis=1), right[train])(plain[test].max(axis=1))
        temperatures.append(round(temperature, 3))
        folds.append({
            "nll": [round(nll(z[test], truth[test], t), 4) for t in (1, temperature)],
            "brier": [round(brier(p, truth[test]), 4) for p in (plain[test], fitted[test])],
            "top1": [round(float((p.argmax(axis=1) == truth[test]).mean()), 4) for p in (plain[test], fitted[test])],
        })
    confidence = fitted.max(axis=1)
    draws = [rng.integers(0, len(truth), len(truth)) for _ in range(DRAWS)]
    return {
        "temperature": round(fit(z, truth), 3),
        "photos": len(truth),
        "fold_temperatures": temperatures,
        "unseen_folds": folds,
        "ece_before": round(ece(plain.max(axis=1), right), 4),
        "ece": round(ece(confidence, right), 4),
        "ece_interval": interval([ece(confidence[d], right[d]) for d in draws]),
        "ece_of_perfect": interval([ece(confidence, rng.random(len(truth)) < confidence) for _ in range(DRAWS)]),
        "ece_isotonic": round(ece(steps, right), 4),
    }


def uncertainty(z: np.ndarray, truth: np.ndarray, outside: np.ndarray, temperature: float) -> dict:
    known, other = entropy(z), entropy(outside)
    limit = float(np.quantile(known, 1 - TOLERATED))
    compared = {
        "generalised entropy": (known, other),
        "calibrated score": tuple(-softmax(x / temperature).max(axis=1) for x in (z, outside)),
        "largest logit": tuple(-x.max(axis=1) for x in (z, outside)),
        "energy": tuple(-(x.max(axis=1) + np.log(np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1))) for x in (z, outside)),
    }
    def doubtful(x: np.ndarray) -> np.ndarray:
        p = np.sort(softmax(x / temperature), axis=1)
        return (entropy(x) > limit) | (p[:, -1] < SCORE_BELOW) | (p[:, -1] - p[:, -2] < MARGIN_BELOW)
    right = z.argmax(axis=1) == truth
    return {
        "score_below": SCORE_BELOW,
        "margin_below": MARGIN_BELOW,
        "entropy_above": round(limit, 3),
        "pictures_outside": len(outside),
        "auroc": {name: round(auroc(a, b), 3) for name, (a, b) in compared.items()},
        "fpr_at_95_tpr": {name: round(float((b <= np.quantile(a, 0.95)).mean()), 3) for name, (a, b) in compared.items()},
        "uncertain_of_known": round(float(doubtful(z).mean()), 3),
        "right_among_them": round(float(right[doubtful(z)].mean()), 3),
        "right_among_the_others": round(float(right[~doubtful(z)].mean()), 3),
        "uncertain_of_outside": round(float(doubtful(outside).mean()), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("holdout", type=Path)
    parser.add_argument("outside", type=Path)
    options = parser.parse_args()
    rows = photos.labeled(options.holdout)
    truth = np.array([index for _, index in rows])
    pictures = sorted(options.outside.glob("*.png"))
    table = {}
    for model in SHIPPED:
        run = session(MODELS / model.id / "onnx" / "model.onnx")
        z, outside = (logits(run, np.stack([photos.pixels(path, model.size) for path in paths]))[0]
                      for paths in ([path for path, _ in rows], pictures))
        fitted = calibration(z, truth)
        table[model.id] = {"calibration": fitted, "uncertainty": uncertainty(z, truth, outside, fitted["temperature"])}
        print(model.id, json.dumps(table[model.id], indent=1), flush=True)
    (HERE / "tables" / "calibration.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
