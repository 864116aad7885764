"""Predictions of Pillow, NumPy and ONNX Runtime, as the reference for tests/parity/agreement.ts.

    python tests/parity/pillow_top1.py FP32 OUT.json FOLDER …

FP32 is the output of `models/build/build.py --fp32`; each FOLDER has photos and a labels.csv.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "models" / "build"))

import photos  # noqa: E402
from build import MODELS, SHIPPED  # noqa: E402
from judge import logits, session  # noqa: E402

import numpy as np  # noqa: E402


def main() -> None:
    fp32, out, folders = Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]]
    paths = [path for folder in folders for path, _ in photos.labeled(folder)]
    answers: dict[str, list[int]] = {}
    for model in SHIPPED:
        batch = np.stack([photos.pixels(path, model.size) for path in paths])
        for name, file in ((model.name, fp32 / f"{model.name}.onnx"), (model.id, MODELS / model.id / "onnx" / "model.onnx")):
            answers[name] = logits(session(file), batch)[0].argmax(1).tolist()
    out.write_text(json.dumps({"photos": [str(path.resolve()) for path in paths], "top1": answers}), encoding="utf-8")


if __name__ == "__main__":
    main()
