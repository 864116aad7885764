"""EfficientNet-Lite as an ONNX graph: float32, batch norm folded, TensorFlow's SAME padding.

Architecture as in the TPU release of EfficientNet-Lite (Apache-2.0): a 3 × 3 stem with stride 2, seven stages
of inverted residuals with ReLU6 and no squeeze-and-excite, a 1 × 1 head of 1,280, global mean, 1,000 logits.
"""

from __future__ import annotations

import re

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

OPSET = 17
EPSILON = 1e-3
STAGE_STRIDES = (1, 2, 2, 2, 1, 2, 1)


class _Builder:
    def __init__(self, state: dict[str, np.ndarray], size: int):
        self.state, self.size = state, size
        self.nodes, self.initializers = [], []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def conv(self, x: str, conv: str, norm: str, name: str, stride: int, relu6: bool, depthwise: bool = False) -> str:
        """Convolution with the batch norm folded into its weight and bias, then ReLU6 if requested."""
        weight = self.state[f"{conv}.weight"].astype(np.float64)
        scale = self.state[f"{norm}.weight"].astype(np.float64) / np.sqrt(
            self.state[f"{norm}.running_var"].astype(np.float64) + EPSILON)
        bias = self.state[f"{norm}.bias"] - self.state[f"{norm}.running_mean"] * scale
        kernel = weight.shape[-1]
        # TensorFlow's SAME padding: an odd pixel of padding goes to the end, so it depends on the size.
        out = -(-self.size // stride)
        total = max((out - 1) * stride + kernel - self.size, 0)
        pads = [total // 2, total // 2, total - total // 2, total - total // 2]
        self.size = out
        y = self.add(
            "Conv",
            [x, self.constant(f"{name}.weight", (weight * scale[:, None, None, None]).astype(np.float32)),
             self.constant(f"{name}.bias", bias.astype(np.float32))],
            f"{name}.out", kernel_shape=[kernel, kernel], strides=[stride, stride], pads=pads,
            group=weight.shape[0] if depthwise else 1)
        return self.add("Clip", [y, "zero", "six"], f"{name}.relu6") if relu6 else y

    def block(self, x: str, index: int, stride: int) -> str:
        """Inverted residual: expand 1 × 1, depthwise, project 1 × 1, and a residual connection if the shapes match."""
        prefix, name = f"_blocks.{index}", f"block{index:02d}"
        y, width_in = x, self.state[f"{prefix}._project_conv.weight"].shape[0]
        if f"{prefix}._expand_conv.weight" in self.state:
            width_in = self.state[f"{prefix}._expand_conv.weight"].shape[1]
            y = self.conv(y, f"{prefix}._expand_conv", f"{prefix}._bn0", f"{name}.expand", 1, True)
        else:
            width_in = self.state[f"{prefix}._depthwise_conv.weight"].shape[0]
        y = self.conv(y, f"{prefix}._depthwise_conv", f"{prefix}._bn1", f"{name}.depthwise", stride, True, True)
        y = self.conv(y, f"{prefix}._project_conv", f"{prefix}._bn2", f"{name}.project", 1, False)
        width_out = self.state[f"{prefix}._project_conv.weight"].shape[0]
        return self.add("Add", [x, y], f"{name}.sum") if stride == 1 and width_in == width_out else y


def build(state: dict[str, np.ndarray], size: int) -> ModelProto:
    """The float32 model: `pixel_values` float32 [batch, 3, size, size] to `logits` float32 [batch, 1000]."""
    b = _Builder(state, size)
    b.constant("zero", np.float32(0))
    b.constant("six", np.float32(6))
    x = b.conv("pixel_values", "_conv_stem", "_bn0", "stem", 2, True)
    count = 1 + max(int(m[1]) for m in (re.match(r"_blocks\.(\d+)\.", k) for k in state) if m)
    stage, width = -1, None
    for index in range(count):
        # A new network stage begins where the projection width changes; only its first block has a stride.
        projected = state[f"_blocks.{index}._project_conv.weight"].shape[0]
        first = projected != width
        stage, width = stage + first, projected
        x = b.block(x, index, STAGE_STRIDES[stage] if first else 1)
    x = b.conv(x, "_conv_head", "_bn1", "head", 1, True)
    x = b.add("GlobalAveragePool", [x], "pool")
    x = b.add("Flatten", [x], "features", axis=1)
    b.add("Gemm", [x, b.constant("classifier.weight", state["_fc.weight"]),
                   b.constant("classifier.bias", state["_fc.bias"])], "logits", transB=1)
    return _model(b, size)


def _model(b: _Builder, size: int) -> ModelProto:
    graph = helper.make_graph(
        b.nodes, "efficientnet-lite",
        [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["batch", 3, size, size])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1000])],
        b.initializers)
    model = helper.make_model(
        graph, producer_name="vision-object-classifier", opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    checker.check_model(model, full_check=True)
    return model
