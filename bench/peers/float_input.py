"""Gives the model the input that transformers.js requires: float32, planar, normalized. The rest of the graph is unchanged.

    python float_input.py MODEL_FOLDER TARGET_FOLDER
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

source, target = map(Path, sys.argv[1:])
model = onnx.load(source / "onnx" / "model.onnx")
graph = model.graph
pixels = graph.input[0]
_, height, width, channels = [dim.dim_value or 1 for dim in pixels.type.tensor_type.shape.dim]
constants = {"bench_scale": np.float32(128), "bench_offset": np.float32(127)}
graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items())
head = [
    helper.make_node("Mul", ["pixel_values", "bench_scale"], ["bench_scaled"]),
    helper.make_node("Add", ["bench_scaled", "bench_offset"], ["bench_shifted"]),
    helper.make_node("Round", ["bench_shifted"], ["bench_rounded"]),
    helper.make_node("Cast", ["bench_rounded"], ["bench_bytes"], to=TensorProto.UINT8),
    helper.make_node("Transpose", ["bench_bytes"], ["bench_pixels"], perm=[0, 2, 3, 1]),
]
for node in graph.node:
    node.input[:] = ["bench_pixels" if name == pixels.name else name for name in node.input]
nodes = [*head, *graph.node]
del graph.node[:]
graph.node.extend(nodes)
del graph.input[:]
graph.input.append(helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, [1, channels, height, width]))
onnx.checker.check_model(model)
(target / "onnx").mkdir(parents=True, exist_ok=True)
onnx.save(model, target / "onnx" / "model.onnx")
shutil.copy(source / "config.json", target)
preprocessor = json.loads((source / "preprocessor_config.json").read_text())
preprocessor |= {
    "image_processor_type": "ViTImageProcessor",
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [127 / 255] * 3,
    "image_std": [128 / 255] * 3,
}
(target / "preprocessor_config.json").write_text(json.dumps(preprocessor))
