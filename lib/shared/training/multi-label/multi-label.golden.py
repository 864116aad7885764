"""Golden data for lib/shared/training/multi-label/train.test.ts: scikit-learn's ridge regression and Platt's sigmoid.

    pip install scikit-learn==1.9.1 && python multi-label.golden.py    # writes multi-label.golden.json

There are fewer photos than dimensions in one case. The second label of the sigmoids can be told apart without a mistake.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.calibration import _SigmoidCalibration
from sklearn.linear_model import Ridge

CASES = [(12, 30, 0.3), (20, 14, 3.0)]


def features(embedding: np.ndarray) -> np.ndarray:
    roots = np.sign(embedding) * np.sqrt(np.abs(embedding))
    return (roots / np.linalg.norm(roots, axis=1, keepdims=True)).astype(np.float32).astype(np.float64)


def case(dimensions: int, photos: int, penalty: float, random: np.random.Generator) -> dict[str, object]:
    has = (random.random((photos, 3)) < [0.5, 0.3, 0.2]).astype(int)
    has[:3] = np.eye(3)
    centers = random.gamma(1.0, 1.0, (3, dimensions))
    embeddings = np.round(has @ centers + random.gamma(1.0, 0.5, (photos, dimensions)), 3).astype(np.float32)
    model = Ridge(alpha=penalty).fit(features(embeddings), has)
    return {
        "penalty": penalty,
        "has": has.tolist(),
        "embeddings": [[round(float(value), 3) for value in row] for row in embeddings],
        "weights": np.round(model.coef_, 7).tolist(),
        "bias": np.round(model.intercept_, 7).tolist(),
    }


def sigmoid(values: np.ndarray, has: np.ndarray) -> dict[str, object]:
    fitted = _SigmoidCalibration().fit(values, has)
    return {"values": values.tolist(), "has": has.tolist(), "slope": -fitted.a_, "offset": -fitted.b_}


random = np.random.default_rng(1)
has = (random.random(40) < 0.2).astype(int)
golden = {
    "least_squares": [case(*each, random) for each in CASES],
    "sigmoids": [
        sigmoid(np.round(0.3 * has + random.normal(0.2, 0.2, 40), 3), has),
        sigmoid(np.round(0.8 * has + random.random(40) * 0.1, 3), has),
    ],
}
Path(__file__).with_name("multi-label.golden.json").write_text(json.dumps(golden) + "\n")
