"""Activation statistics for the quantiser: measured once over photos, then stored as a table in `tables/`.

For each stored activation, its minimum and maximum; for those that feed a weight also the mean of each channel,
which is used to subtract the mean error of the rounded weights from the bias.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnx import ModelProto, TensorProto, helper

import photos

TABLES = Path(__file__).parent / "tables"
EVERY = 5
"""Every fifth photo of a labeled folder determines the table; the other four evaluate the result."""


@dataclass(frozen=True)
class Activation:
    """Range over all values, and mean of each channel ([] if no weight reads it)."""

    low: float
    high: float
    mean: tuple[float, ...] = ()


Table = dict[str, Activation]


def stored(model: ModelProto) -> list[str]:
    """Names of the activations that the quantised graph keeps as uint8 between two operators."""
    clipped = {node.input[0] for node in model.graph.node if node.op_type == "Clip"}
    return [node.output[0] for node in model.graph.node if node.output[0] not in clipped | {"features", "logits"}]


def weighted_inputs(model: ModelProto) -> set[str]:
    """Names of the activations that a convolution or the classifier reads; the classifier reads `pool`, flattened."""
    return {node.input[0].replace("features", "pool") for node in model.graph.node if node.op_type in ("Conv", "Gemm")}


def measure(model: ModelProto, folder: Path, size: int) -> Table:
    """Measures the table with the float32 model over every fifth photo of `folder`."""
    read = weighted_inputs(model)
    names = sorted(set(stored(model)) | (read - {"pixel_values"}))
    probe = ModelProto()
    probe.CopyFrom(model)
    del probe.graph.output[:]
    probe.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = ort.InferenceSession(probe.SerializeToString())
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    means: dict[str, list[np.ndarray]] = {name: [] for name in read}
    for path, _ in photos.labeled(folder)[::EVERY]:
        x = photos.normalise(photos.pixels(path, size)[None])
        values = session.run(None, {"pixel_values": x})
        low = np.minimum(low, [value.min() for value in values])
        high = np.maximum(high, [value.max() for value in values])
        for name, value in [*zip(names, values), ("pixel_values", x)]:
            if name in means:
                means[name].append(value[0].reshape(value.shape[1], -1).mean(axis=1))
    table = {name: Activation(float(a), float(b), _mean(means.get(name))) for name, a, b in zip(names, low, high)}
    return {"pixel_values": Activation(-127 / 128, 1.0, _mean(means["pixel_values"])), **table}


def _mean(samples: list[np.ndarray] | None) -> tuple[float, ...]:
    return tuple(float(f"{v:.4g}") for v in np.mean(samples, axis=0, dtype=np.float64)) if samples else ()


def save(name: str, table: Table) -> None:
    """Writes the table, one activation per line."""
    TABLES.mkdir(exist_ok=True)
    lines = [
        f'  {json.dumps(key)}: {{"low": {a.low:.7g}, "high": {a.high:.7g}, "mean": {json.dumps(a.mean)}}}'
        for key, a in table.items()
    ]
    (TABLES / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def load(name: str) -> Table:
    """Reads a table written by `save`."""
    rows = json.loads((TABLES / f"{name}.json").read_text("utf-8"))
    return {key: Activation(row["low"], row["high"], tuple(row["mean"])) for key, row in rows.items()}
