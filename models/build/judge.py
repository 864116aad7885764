"""Compares each INT8 model with its float32 export, on photos that were not used for its ranges.

    python judge.py EVAL HOLDOUT --fp32 FOLDER

Every fifth photo of EVAL was used for the activation tables and is skipped. Both folders have a labels.csv. The
paired test is the exact McNemar test over photos that only one of the two models classifies correctly.
"""

from __future__ import annotations

import argparse
import time
from math import comb
from pathlib import Path

import numpy as np
import onnxruntime as ort

import photos
from activations import EVERY
from build import MODELS, SHIPPED


def session(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def logits(model: ort.InferenceSession, batch: np.ndarray) -> tuple[np.ndarray, float]:
    """Logits of each photo, run one at a time, and the median time in milliseconds."""
    rows, times = [], []
    takes_bytes = model.get_inputs()[0].type == "tensor(uint8)"
    for pixels in batch:
        x = pixels[None] if takes_bytes else photos.normalise(pixels[None])
        start = time.perf_counter()
        rows.append(model.run(None, {"pixel_values": x})[0][0])
        times.append(1000 * (time.perf_counter() - start))
    return np.array(rows), float(np.median(times))


def mcnemar(a: np.ndarray, b: np.ndarray) -> tuple[int, int, float]:
    only_a, only_b = int((a & ~b).sum()), int((~a & b).sum())
    n = only_a + only_b
    p = min(1.0, 2 * sum(comb(n, k) for k in range(min(only_a, only_b) + 1)) / 2**n) if n else 1.0
    return only_a, only_b, p


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("holdout", type=Path)
    parser.add_argument("--fp32", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args()
    rows = [row for i, row in enumerate(photos.labeled(options.eval)) if i % EVERY] + photos.labeled(options.holdout)
    truth = np.array([index for _, index in rows])
    print("model               top-1 fp32  INT8   agree  only fp32 / only INT8 right, p   ms fp32  INT8")
    for model in SHIPPED:
        batch = np.stack([photos.pixels(path, model.size) for path, _ in rows])
        a, slow = logits(session(options.fp32 / f"{model.name}.onnx"), batch)
        b, quick = logits(session(MODELS / model.id / "onnx" / "model.onnx"), batch)
        right_a, right_b = a.argmax(1) == truth, b.argmax(1) == truth
        only_a, only_b, p = mcnemar(right_a, right_b)
        print(f"{model.name:20} {right_a.mean():9.1%} {right_b.mean():6.1%} {(a.argmax(1) == b.argmax(1)).mean():6.1%}"
              f"  {only_a:9} / {only_b:<15} p={p:<10.2f} {slow:9.2f} {quick:5.2f}", flush=True)


if __name__ == "__main__":
    main()
