"""Shared by the Python peers: Pillow and ONNX Runtime with one thread per run, and the app's model folder."""

import io
import json
import os
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image, ImageOps

FOLDER = Path(os.environ["BENCH_MODEL"])


class Classifier:
    def __init__(self) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(FOLDER / "onnx" / "model.onnx", options, ["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        preprocessor = json.loads((FOLDER / "preprocessor_config.json").read_text())
        self.edge = preprocessor["size"]["shortest_edge"]
        self.side = preprocessor["crop_size"]["height"]
        self.labels = json.loads((FOLDER / "config.json").read_text())["id2label"]

    def pixels(self, photo: Image.Image) -> np.ndarray:
        image = ImageOps.exif_transpose(photo).convert("RGB")
        shorter = min(image.size)
        size = tuple(int(self.edge * side / shorter) for side in image.size)
        image = image.resize(size, Image.Resampling.BICUBIC)
        left, top = (round((side - self.side) / 2) for side in size)
        return np.asarray(image.crop((left, top, left + self.side, top + self.side)))[None]

    def classify(self, data: bytes) -> dict:
        return self.classify_image(Image.open(io.BytesIO(data)))

    def classify_image(self, image: Image.Image) -> dict:
        logits = self.session.run(None, {self.input: self.pixels(image)})[0][0]
        scores = np.exp(logits - logits.max())
        scores /= scores.sum()
        best = np.argsort(scores)[::-1][:5]
        return {"top": [{"label": self.labels[str(i)], "score": float(scores[i])} for i in best]}
