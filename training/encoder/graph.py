"""Writes an encoder as an ONNX graph whose matrices are 8-bit whole numbers, for ONNX Runtime to read sentences with."""

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.encoder.weights import SHAPE

Arrays = Mapping[str, NDArray[np.float32]]
OPSET = 17
CONTRIB = "com.microsoft"
BLOCK = 32
BITS = 8
INT8_ACCUMULATION = 4  # `accuracy_level` of MatMulNBits: activations become 8-bit too, block by block of each row
LONGEST = 96


class _Graph:
    """Collects nodes and the arrays they need; every method returns the name of what it computes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.arrays: list[onnx.TensorProto] = []

    def array(self, name: str, values: NDArray[np.generic]) -> str:
        self.arrays.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes))
        return output


def model(weights: Arrays, bits: int = BITS, block: int = BLOCK, level: int = INT8_ACCUMULATION) -> bytes:
    graph = _Graph()
    x = _embedded(graph, weights)
    bias = graph.node("Cast", ["mask"], "seen", to=TensorProto.INT32)
    for layer in range(SHAPE.layers):
        x = _layer(graph, weights, layer, x, bias, bits, block, level)
    _head(graph, weights, x)
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["sentences", "pieces"]),
        helper.make_tensor_value_info("mask", TensorProto.INT64, ["sentences", "pieces"]),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["sentences", 4])]
    proto = helper.make_graph(graph.nodes, "encoder", inputs, outputs, graph.arrays)
    whole = helper.make_model(proto, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)], ir_version=10)
    return whole.SerializeToString()


def _embedded(graph: _Graph, weights: Arrays) -> str:
    words = weights["words"]
    scale = np.abs(words).max(axis=1, keepdims=True) / 127
    graph.array("words", np.round(words / np.maximum(scale, 1e-12)).astype(np.int8))
    graph.array("words.scale", scale.astype(np.float32))
    graph.array("positions", weights["positions"][:LONGEST])
    graph.node("Gather", ["words", "ids"], "rows8")
    graph.node("Cast", ["rows8"], "rows", to=TensorProto.FLOAT)
    graph.node("Gather", ["words.scale", "ids"], "row_scale")
    graph.node("Mul", ["rows", "row_scale"], "word_vectors")
    graph.node("Shape", ["ids"], "pieces", start=1, end=2)
    graph.array("zero", np.array([0]))
    graph.node("Slice", ["positions", "zero", "pieces", "zero"], "places")
    graph.node("Add", ["word_vectors", "places"], "vectors")
    graph.array("embedded.scale", weights["embedded.scale"])
    graph.array("embedded.shift", weights["embedded.shift"])
    return graph.node("LayerNormalization", ["vectors", "embedded.scale", "embedded.shift"], "embedded", epsilon=SHAPE.epsilon)


def _layer(graph: _Graph, weights: Arrays, layer: int, x: str, mask: str, bits: int, block: int, level: int) -> str:
    asked = _dense(graph, weights, f"{layer}.asked", x, bits, block, level)
    parts = [f"{layer}.{part}" for part in ("query", "key", "value")]
    graph.nodes.append(helper.make_node("Split", [asked], parts, axis=2, num_outputs=3) if OPSET > 17 else helper.make_node("Split", [asked], parts, axis=2))
    mixed = graph.node("MultiHeadAttention", [*parts, "", mask], f"{layer}.mixed", CONTRIB, num_heads=SHAPE.heads)
    attended = _dense(graph, weights, f"{layer}.attended", mixed, bits, block, level)
    x = _added(graph, weights, f"{layer}.attended", attended, x)
    widened = _dense(graph, weights, f"{layer}.widened", x, bits, block, level, bias=False)
    graph.array(f"{layer}.widened.bias", weights[f"{layer}.widened.bias"])
    curved = graph.node("BiasGelu", [widened, f"{layer}.widened.bias"], f"{layer}.curved", CONTRIB)
    narrowed = _dense(graph, weights, f"{layer}.narrowed", curved, bits, block, level)
    return _added(graph, weights, f"{layer}.narrowed", narrowed, x)


def _added(graph: _Graph, weights: Arrays, name: str, x: str, skipped: str) -> str:
    scale, shift = (graph.array(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("scale", "shift"))
    return graph.node("SkipLayerNormalization", [x, skipped, scale, shift], f"{name}.normed", CONTRIB, epsilon=SHAPE.epsilon)


def _dense(graph: _Graph, weights: Arrays, name: str, x: str, bits: int, block: int, level: int, bias: bool = True) -> str:
    matrix = weights[f"{name}.weight"]
    if bits == 32:
        graph.array(f"{name}.weight", matrix)
        product = graph.node("MatMul", [x, f"{name}.weight"], f"{name}.product")
        if not bias:
            return product
        graph.array(f"{name}.bias", weights[f"{name}.bias"])
        return graph.node("Add", [product, f"{name}.bias"], f"{name}.sum")
    inputs, outputs = matrix.shape
    blocks = matrix.T.reshape(outputs, inputs // block, block)
    if bits == 8:
        scale = np.abs(blocks).max(axis=2, keepdims=True) / 127
        packed = np.round(blocks / scale).astype(np.int16) + 128
        packed = packed.astype(np.uint8)
    else:
        low = blocks[np.arange(outputs)[:, None], np.arange(blocks.shape[1]), np.abs(blocks).argmax(axis=2)]
        scale = (low / -8)[:, :, None]
        scale = np.where(scale == 0, 1e-9, scale)
        q = np.clip(np.round(blocks / scale) + 8, 0, 15).astype(np.uint8)
        packed = q[:, :, ::2] | (q[:, :, 1::2] << 4)
    names = [x, graph.array(f"{name}.weight", packed), graph.array(f"{name}.weight.scale", scale.astype(np.float32).ravel())]
    if bias:
        names += ["", "", graph.array(f"{name}.bias", weights[f"{name}.bias"])]
    return graph.node("MatMulNBits", names, f"{name}.product", CONTRIB, K=inputs, N=outputs, bits=bits, block_size=block, accuracy_level=level)


def _head(graph: _Graph, weights: Arrays, x: str) -> None:
    graph.node("Cast", ["mask"], "present2", to=TensorProto.FLOAT)
    graph.array("last", np.array([2]))
    graph.node("Unsqueeze", ["present2", "last"], "present")
    graph.node("Mul", [x, "present"], "kept")
    graph.array("second", np.array([1]))
    graph.node("ReduceSum", ["kept", "second"], "total", keepdims=0)
    graph.node("ReduceSum", ["present", "second"], "count", keepdims=0)
    graph.node("Div", ["total", "count"], "pooled")
    graph.array("head.weight", weights["head.weight"])
    graph.array("head.bias", weights["head.bias"])
    graph.node("Gemm", ["pooled", "head.weight", "head.bias"], "logits")
