"""Golden data for lib/shared/training/discriminant.test.ts: scikit-learn's linear discriminant analysis.

    pip install scikit-learn==1.9.1 && python discriminant.golden.py    # writes discriminant.golden.json

The labels have different numbers of examples, and there are fewer examples than dimensions in one case. Weights and
biases are stored without scikit-learn's prior, and less their mean over the labels.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

CASES = [(12, [7, 9, 11], 0.3), (20, [4, 5, 3, 4], 0.7)]


def features(embedding: np.ndarray) -> np.ndarray:
    roots = np.sign(embedding) * np.sqrt(np.abs(embedding))
    return (roots / np.linalg.norm(roots, axis=1, keepdims=True)).astype(np.float32).astype(np.float64)


def case(dimensions: int, counts: list[int], shrinkage: float, random: np.random.Generator) -> dict[str, object]:
    truth = np.repeat(np.arange(len(counts)), counts)
    centers = random.gamma(1.0, 1.0, (len(counts), dimensions))
    noise = random.normal(0, 0.3, (len(truth), dimensions))
    embeddings = np.round(centers[truth] + noise, 3).astype(np.float32)
    x = features(embeddings)
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(x, truth)
    bias = model.intercept_ - np.log(model.priors_)
    return {
        "shrinkage": shrinkage,
        "truth": truth.tolist(),
        "embeddings": [[round(float(value), 3) for value in row] for row in embeddings],
        "weights": np.round(model.coef_ - model.coef_.mean(axis=0), 6).tolist(),
        "bias": np.round(bias - bias.mean(), 6).tolist(),
    }


random = np.random.default_rng(1)
path = Path(__file__).with_name("discriminant.golden.json")
path.write_text(json.dumps([case(*each, random) for each in CASES]) + "\n")
