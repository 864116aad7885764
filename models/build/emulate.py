"""Compares the logits of the bundled models on this CPU with those on a CPU without VNNI, emulated by QEMU.

    python emulate.py PHOTOS           a folder with labels.csv; needs Debian's qemu-user; takes some minutes
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import photos
from build import MODELS, SHIPPED

CPU = "Haswell-v4"
COUNT = 10


def logits(folder: Path) -> dict[str, np.ndarray]:
    """Logits of COUNT photos spread over the folder, by model."""
    from judge import logits as run, session

    rows = photos.labeled(folder)
    chosen = [path for path, _ in rows[:: len(rows) // COUNT][:COUNT]]
    return {
        model.id: run(session(MODELS / model.id / "onnx" / "model.onnx"),
                      np.stack([photos.pixels(path, model.size) for path in chosen]))[0]
        for model in SHIPPED
    }


def main() -> None:
    folder = Path(sys.argv[1])
    if len(sys.argv) > 2:
        np.savez(sys.argv[2], **logits(folder))
        return
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "emulated.npz"
        # NumPy's own kernels are limited to the same CPU; QEMU warns about features that it does not emulate.
        environment = {**os.environ, "OPENBLAS_CORETYPE": "Haswell"}
        command = ["qemu-x86_64", "-cpu", CPU, sys.executable, __file__, str(folder), str(out)]
        subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
        emulated = np.load(out)
        for name, native in logits(folder).items():
            difference = np.abs(native - emulated[name])
            same = int((native.argmax(1) == emulated[name].argmax(1)).sum())
            print(f"{name}: largest difference of a logit {difference.max():.4f}, same label {same} of {len(native)}")


if __name__ == "__main__":
    main()
