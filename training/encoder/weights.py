"""The weights of the small encoder: those of the published base, and many copies of them stacked to be trained side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from models.labels import LABELS

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Shape:
    """The base's measures: MiniLM-L6-H384 (Wang et al. 2020, arXiv:2002.10957)."""

    layers: int = 6
    hidden: int = 384
    heads: int = 12
    epsilon: float = 1e-12


SHAPE = Shape()


def base(folder: Path, seed: int) -> Weights:
    """Read the published base and give it an untrained head of four labels, drawn from `seed`.

    Matrices are stored input first, so that a batch multiplies them from the left; query, key and value are one.
    """
    published = load_file(folder / "model.safetensors")
    weights = {"words": published["embeddings.word_embeddings.weight"]}
    # A text alone is always segment 0, so its vector is added to every position once and for all.
    weights["positions"] = (
        published["embeddings.position_embeddings.weight"] + published["embeddings.token_type_embeddings.weight"][0]
    )
    weights |= _norm(published, "embeddings.LayerNorm", "embedded")
    for layer in range(SHAPE.layers):
        weights |= _layer(published, layer)
    generator = torch.Generator().manual_seed(seed)
    weights["head.weight"] = torch.randn(SHAPE.hidden, len(LABELS), generator=generator) * 0.02
    weights["head.bias"] = torch.zeros(len(LABELS))
    return {name: weight.float() for name, weight in weights.items()}


def _layer(published: Mapping[str, Tensor], layer: int) -> Weights:
    source, name = f"encoder.layer.{layer}", f"{layer}"
    parts = [f"{source}.attention.self.{part}" for part in ("query", "key", "value")]
    return {
        f"{name}.asked.weight": torch.cat([published[f"{part}.weight"].T for part in parts], dim=1),
        f"{name}.asked.bias": torch.cat([published[f"{part}.bias"] for part in parts]),
        **_dense(published, f"{source}.attention.output.dense", f"{name}.attended"),
        **_norm(published, f"{source}.attention.output.LayerNorm", f"{name}.attended"),
        **_dense(published, f"{source}.intermediate.dense", f"{name}.widened"),
        **_dense(published, f"{source}.output.dense", f"{name}.narrowed"),
        **_norm(published, f"{source}.output.LayerNorm", f"{name}.narrowed"),
    }


def _dense(published: Mapping[str, Tensor], source: str, name: str) -> Weights:
    return {f"{name}.weight": published[f"{source}.weight"].T.contiguous(), f"{name}.bias": published[f"{source}.bias"]}


def _norm(published: Mapping[str, Tensor], source: str, name: str) -> Weights:
    return {f"{name}.scale": published[f"{source}.weight"], f"{name}.shift": published[f"{source}.bias"]}


def stacked(weights: Weights, copies: int) -> Weights:
    """As many copies of the weights, along a new first axis."""
    return {name: weight.expand(copies, *weight.shape).clone() for name, weight in weights.items()}


def averaged(weights: Weights) -> Weights:
    """The soup of a stack: the mean of its copies (Wortsman et al. 2022, arXiv:2203.05482), as a stack of one."""
    return {name: weight.mean(dim=0, keepdim=True) for name, weight in weights.items()}
