"""Static INT8 quantisation of the float32 graph, written as QDQ (quantise-dequantise) pairs.

Activations are uint8 per tensor, weights int8 per output channel, biases int32. The activation
statistics come from a committed table, so the build needs no photos. Four design choices based on measurements:

- The input is the image itself, uint8 NHWC: (x - 127) / 128 is exactly the affine code with scale 1/128 and zero
  point 127, so normalisation is free and lossless.
- ReLU6 needs no node: an output range of [0, 6] clips implicitly.
- Without VNNI, x86 multiplies uint8 by int8 in pairs of neighbouring input channels and sums each pair in 16
  bits, saturating: 255 × 127 + 255 × 127 does not fit. Reducing every weight to 7 bits avoids that and costs
  accuracy. Here each output channel keeps the largest range, between ±64 and ±127, at which none of its pairs
  can overflow (|a + b| ≤ 128), so that the result is the same on every CPU. Depthwise convolutions use another
  kernel, with 32-bit sums, and keep all 8 bits.
- Rounding a weight shifts the mean of its output. The shift is known (the rounding error times the input's mean)
  and is subtracted from the bias, which roughly halves the squared error of the logits.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

from activations import Table

INPUT_SCALE, INPUT_ZERO = np.float32(1 / 128), np.uint8(127)
FULL_LIMIT, SAFE_LIMIT = 127, 64
PAIR_LIMIT = 32767 // 255

def affine(low: float, high: float) -> tuple[np.float32, np.uint8]:
    """Scale and zero point of a uint8 code that covers [low, high] and represents 0 exactly."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float32((high - low) / 255)
    return scale, np.uint8(np.clip(round(-low / float(scale)), 0, 255))


def code_weights(rows: np.ndarray, limits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 codes of `rows` [channels, n] in ±limits [channels], and the scales [channels]."""
    scale = np.maximum(np.abs(rows).max(axis=1) / limits, 1e-12).astype(np.float32)
    return np.clip(np.rint(rows / scale[:, None]), -limits[:, None], limits[:, None]).astype(np.int8), scale


def pair_safe_limits(rows: np.ndarray) -> np.ndarray:
    """The largest limit of each row [channels, n] at which no two neighbours sum to more than PAIR_LIMIT."""
    limits = np.full(len(rows), FULL_LIMIT)
    while True:
        code, _ = code_weights(rows, limits)
        pairs = code.astype(np.int32).reshape(len(rows), -1, 2).sum(axis=2)
        over = (np.abs(pairs).max(axis=1) > PAIR_LIMIT) & (limits > SAFE_LIMIT)
        if not over.any():
            return limits
        limits = limits - over


class _Quantiser:
    def __init__(self, model: ModelProto, table: Table):
        self.table = table
        self.weights = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        # The output of a convolution that feeds a ReLU6 is stored under the ReLU6's name, already clipped.
        self.renamed = {n.input[0]: n.output[0] for n in model.graph.node if n.op_type == "Clip"}
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []
        self.codes: dict[str, tuple[np.float32, np.uint8]] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, op: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def read(self, name: str, reader: str) -> str:
        """The float value of a stored activation, dequantised for one consumer (so that each can be fused)."""
        return self.add("DequantizeLinear", [f"{name}.q", f"{name}.scale", f"{name}.zero"], f"{reader}.{name}.dq")

    def store(self, value: str, name: str) -> None:
        """Stores `value` under `name` as uint8, with the range from the table."""
        self.declare(name, *affine(self.table[name].low, self.table[name].high))
        self.add("QuantizeLinear", [value, f"{name}.scale", f"{name}.zero"], f"{name}.q")

    def declare(self, name: str, scale: np.float32, zero: np.uint8) -> None:
        self.codes[name] = (scale, zero)
        self.constant(f"{name}.scale", scale)
        self.constant(f"{name}.zero", zero)

    def weight(self, name: str, depthwise: bool) -> tuple[str, np.ndarray, np.ndarray]:
        """int8 per output channel, symmetric. Returns the name of the float value, the scales [out] and the
        rounding error summed over the kernel's area [out, in]."""
        value = self.weights[name]
        rows = value.reshape(len(value), -1)
        pointwise = rows.shape[1] == value.shape[1]
        if depthwise:
            limits = np.full(len(rows), FULL_LIMIT)
        else:
            # In a dense kernel larger than 1 × 1, the neighbours depend on the layout, so every pair must fit.
            limits = pair_safe_limits(rows) if pointwise else np.full(len(rows), SAFE_LIMIT)
        code, scale = code_weights(rows, limits)
        error = (code * scale[:, None].astype(np.float64) - rows).reshape(*value.shape[:2], -1).sum(axis=2)
        inputs = [self.constant(f"{name}.q", code.reshape(value.shape)), self.constant(f"{name}.scale", scale),
                  self.constant(f"{name}.zero", np.zeros(len(scale), np.int8))]
        return self.add("DequantizeLinear", inputs, f"{name}.dq", axis=0), scale, error

    def bias(self, name: str, scale: np.ndarray, shift: np.ndarray) -> str:
        """int32 in the scale of the accumulator, minus the mean shift caused by rounding the weights."""
        code = np.rint((self.weights[name].astype(np.float64) - shift) / scale)
        code = np.clip(code, -(2**31), 2**31 - 1).astype(np.int32)
        inputs = [self.constant(f"{name}.q", code), self.constant(f"{name}.scale", scale),
                  self.constant(f"{name}.zero", np.zeros(len(scale), np.int32))]
        return self.add("DequantizeLinear", inputs, f"{name}.dq", axis=0)

    def weighted(self, node: NodeProto, output: str) -> str:
        """A convolution or the classifier over dequantised input, weight and bias."""
        x, w, b = node.input
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        depthwise = attributes.get("group", 1) > 1
        weight, scale, error = self.weight(w, depthwise)
        mean = np.array(self.table["pool" if x == "features" else x].mean)
        shift = error[:, 0] * mean if depthwise else error @ mean
        bias = self.bias(b, (scale * self.codes[x][0]).astype(np.float32), shift)
        return self.add(node.op_type, [self.read(x, node.name), weight, bias], output, **attributes)

    def visit(self, node: NodeProto) -> None:
        out = node.output[0]
        if node.op_type == "Conv":
            self.store(self.weighted(node, f"{out}.value"), self.renamed.get(out, out))
        elif node.op_type == "Add":
            value = self.add("Add", [self.read(x, node.name) for x in node.input], f"{out}.value")
            self.store(value, out)
        elif node.op_type == "GlobalAveragePool":
            self.store(self.add(node.op_type, [self.read(node.input[0], node.name)], f"{out}.value"), out)
        elif node.op_type == "Flatten":
            # Only changes the shape, so it works on the stored codes.
            self.add("Flatten", [f"{node.input[0]}.q"], f"{out}.q", axis=1)
            self.declare(out, *self.codes[node.input[0]])
        elif node.op_type == "Gemm":
            self.weighted(node, out)
        elif node.op_type != "Clip":
            raise ValueError(f"no quantised form of {node.op_type}")


def quantise(model: ModelProto, table: Table, size: int) -> ModelProto:
    """The INT8 model: `pixel_values` uint8 [batch, size, size, 3] to `logits` float32 [batch, 1000]."""
    q = _Quantiser(model, table)
    q.add("Transpose", ["pixel_values"], "pixel_values.q", perm=[0, 3, 1, 2])
    q.declare("pixel_values", INPUT_SCALE, INPUT_ZERO)
    for node in model.graph.node:
        q.visit(node)
    graph = helper.make_graph(
        q.nodes, model.graph.name,
        [helper.make_tensor_value_info("pixel_values", TensorProto.UINT8, ["batch", size, size, 3])],
        list(model.graph.output), q.initializers)
    quantised = helper.make_model(
        graph, producer_name=model.producer_name, opset_imports=list(model.opset_import))
    quantised.ir_version = model.ir_version
    checker.check_model(quantised, full_check=True)
    return quantised
