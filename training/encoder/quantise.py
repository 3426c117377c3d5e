"""Makes a trained encoder small: watches what its matrices are multiplied by, then rounds both to whole numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper
from onnxruntime import InferenceSession

from training.encoder import graph
from training.encoder.graph import Seen, Weights

USUAL = 99.9  # percentile: the few larger values, mostly of one piece in one sentence, do not set a channel's scale


def quantised(weights: Weights, ids: Sequence[Sequence[int]]) -> ModelProto:
    """The encoder in whole numbers; `ids` are the word pieces of sentences like those that it will read."""
    return graph.quantised(weights, watched(weights, ids))


def watched(weights: Weights, ids: Sequence[Sequence[int]]) -> dict[str, Seen]:
    """What each matrix of the encoder is multiplied by when these sentences are read."""
    model = graph.trained(weights)
    inputs = graph.multiplied(model)
    given = {output.name for output in model.graph.output}
    for name in sorted(set(inputs.values()) - given):
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    runs = [session.run(list(inputs.values()), {"ids": np.array([pieces])}) for pieces in ids]
    return {name: _seen([run[place][0] for run in runs]) for place, name in enumerate(inputs)}


def _seen(activations: Sequence[NDArray[np.float32]]) -> Seen:
    rows = np.concatenate(activations)
    usual = np.percentile(np.abs(rows), USUAL, axis=0).astype(np.float32)
    return Seen(rows.min(axis=0), rows.max(axis=0), np.maximum(usual, np.float32(1e-5)))
