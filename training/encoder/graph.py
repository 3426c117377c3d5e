"""Writes an encoder as an ONNX graph: as it was trained, or with its matrices as whole numbers, small and fast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from models.labels import LABELS
from models.second_reader import LONGEST
from training.encoder.rounding import rounded_columns, rounded_rows
from training.encoder.shape import SHAPE

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

OPSET = 17  # the first with LayerNormalization
FORMAT = 10  # ONNX Runtime 1.22, the oldest that is supported, reads this file format
CONTRIB = "com.microsoft"  # ONNX Runtime's own operators: attention in one node, Gelu, products of whole numbers
LEVELS = 255


class Product(Protocol):
    """How a graph multiplies: adds the nodes of `x @ weight + bias` and returns the name of the result."""

    def __call__(self, graph: "Graph", name: str, x: str) -> str:
        """`name` is the matrix, `x` what is multiplied by it."""


class Graph:
    """Collects nodes and the constants that they need."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = {}

    def weight(self, name: str) -> str:
        """A weight as it is."""
        return self.constant(name, self.weights[name])

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        """Values that belong to the graph."""
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: object) -> str:
        """A step of the computation, with one result."""
        self.nodes.append(helper.make_node(operator, list(inputs), [output], output, domain=domain, **attributes))
        return output


@dataclass(frozen=True)
class Seen:
    """What a matrix is multiplied by, over many sentences: per channel the lowest, the highest and a usual size."""

    lowest: Floats
    highest: Floats
    usual: Floats


def trained(weights: Weights) -> ModelProto:
    """The encoder in 32-bit floats: what it is quantised from and measured against."""
    return _model(weights, _floating)


def quantised(weights: Weights, seen: Mapping[str, Seen]) -> ModelProto:
    """The encoder with 7-bit weights per output channel, and 8-bit activations by a scale that is fixed beforehand.

    A fixed scale, unlike one taken from each batch, makes a sentence's scores independent of its neighbours.
    """

    def whole(graph: Graph, name: str, x: str) -> str:
        return _whole(graph, name, x, seen[name])

    return _model(weights, whole)


def multiplied(model: ModelProto) -> dict[str, str]:
    """For each matrix of a `trained` graph the name of what it is multiplied by."""
    return {
        node.input[1].removesuffix(".weight"): node.input[0] for node in model.graph.node if node.op_type == "MatMul"
    }


def _model(weights: Weights, product: Product) -> ModelProto:
    graph = Graph(weights)
    x = _embedded(graph)
    for layer in range(SHAPE.layers):
        x = _layer(graph, product, str(layer), x)
    graph.node("ReduceMean", [x], "pooled", axes=[1], keepdims=0)
    graph.node("Gemm", ["pooled", graph.weight("head.weight"), graph.weight("head.bias")], "logits")
    graph.node("LogSoftmax", ["logits"], "log_probabilities", axis=-1)
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["sentences", "pieces"])
    scores = helper.make_tensor_value_info("log_probabilities", TensorProto.FLOAT, ["sentences", len(LABELS)])
    body = helper.make_graph(graph.nodes, "encoder", [ids], [scores], list(graph.constants.values()))
    operators = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
    return helper.make_model(body, opset_imports=operators, ir_version=FORMAT)


def _embedded(graph: Graph) -> str:
    """Word vectors from a table of whole numbers, each row with a scale of its own, and the vectors of the places."""
    table, scale = rounded_rows(graph.weights["words"])
    graph.node("Gather", [graph.constant("words", table), "ids"], "whole_words")
    graph.node("Cast", ["whole_words"], "unscaled_words", to=TensorProto.FLOAT)
    graph.node("Gather", [graph.constant("words.scale", scale), "ids"], "word_scales")
    graph.node("Mul", ["unscaled_words", "word_scales"], "word_vectors")
    graph.node("Shape", ["ids"], "pieces", start=1, end=2)
    graph.constant("start", np.array([0]))
    graph.constant("positions", graph.weights["positions"][:LONGEST])
    graph.node("Slice", ["positions", "start", "pieces", "start"], "places")
    graph.node("Add", ["word_vectors", "places"], "vectors")
    return _normed(graph, "embedded", "vectors")


def _layer(graph: Graph, product: Product, layer: str, x: str) -> str:
    asked = product(graph, f"{layer}.asked", x)
    parts = [f"{layer}.{part}" for part in ("query", "key", "value")]
    graph.nodes.append(helper.make_node("Split", [asked], parts, axis=2))
    mixed = graph.node("MultiHeadAttention", parts, f"{layer}.mixed", CONTRIB, num_heads=SHAPE.heads)
    x = _added(graph, f"{layer}.attended", x, product(graph, f"{layer}.attended", mixed))
    curved = graph.node("Gelu", [product(graph, f"{layer}.widened", x)], f"{layer}.curved", CONTRIB)
    return _added(graph, f"{layer}.narrowed", x, product(graph, f"{layer}.narrowed", curved))


def _added(graph: Graph, name: str, x: str, more: str) -> str:
    return _normed(graph, name, graph.node("Add", [x, more], f"{name}.both"))


def _normed(graph: Graph, name: str, x: str) -> str:
    inputs = [x, graph.weight(f"{name}.scale"), graph.weight(f"{name}.shift")]
    return graph.node("LayerNormalization", inputs, f"{name}.normed", epsilon=SHAPE.epsilon)


def _floating(graph: Graph, name: str, x: str) -> str:
    product = graph.node("MatMul", [x, graph.weight(f"{name}.weight")], f"{name}.product")
    return graph.node("Add", [product, graph.weight(f"{name}.bias")], f"{name}.sum")


def _whole(graph: Graph, name: str, x: str, seen: Seen) -> str:
    evening = _evening(graph.weights[f"{name}.weight"], seen)
    step, zero = _steps(seen, evening)
    weight, size = rounded_columns(graph.weights[f"{name}.weight"] * evening[:, None])
    even = graph.node("Mul", [x, graph.constant(f"{name}.evening", 1 / evening)], f"{name}.even")
    graph.constant(f"{name}.step", step)
    graph.constant(f"{name}.zero", zero)
    whole = graph.node("QuantizeLinear", [even, f"{name}.step", f"{name}.zero"], f"{name}.whole")
    matrix = [graph.constant(f"{name}.weight", weight), f"{name}.step", graph.constant(f"{name}.size", size[0])]
    inputs = [whole, *matrix, f"{name}.zero", "", graph.weight(f"{name}.bias")]
    return graph.node("MatMulIntegerToFloat", inputs, f"{name}.product", CONTRIB)


def _evening(weight: Floats, seen: Seen) -> Floats:
    """Factors by which channels are divided before rounding, and the matrix's rows multiplied, to no net effect.

    A channel that is usually large would otherwise leave the others few levels (SmoothQuant, Xiao et al. 2023,
    arXiv:2211.10438); the share of 0.7 that is moved to the weights was chosen by divergence on corpus sentences.
    """
    factors = seen.usual**0.7 / np.abs(weight).max(axis=1) ** 0.3
    even: Floats = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
    return even


def _steps(seen: Seen, evening: Floats) -> tuple[Floats, NDArray[np.uint8]]:
    """The size of one of the 255 steps from the lowest to the highest value seen, and the step that stands for 0."""
    lowest, highest = min((seen.lowest / evening).min(), 0.0), max((seen.highest / evening).max(), 0.0)
    step = (highest - lowest) / LEVELS
    return np.array(step, np.float32), np.array(round(-lowest / step), np.uint8)
