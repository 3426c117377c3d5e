"""The weights of the small encoder: those of the published base, and copies of them to be trained side by side."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from models.labels import LABELS
from training.encoder.rounding import rounded_rows
from training.encoder.shape import SHAPE

Weights = dict[str, Tensor]
WORDS = "words"  # the one weight that is not trained, and that all copies share


def base(folder: Path, seed: int) -> Weights:
    """Read the published base and give it an untrained head, drawn from `seed`.

    Matrices are stored input first, so that a batch multiplies them from the left; query, key and value are one. The
    word vectors are rounded here as they will ship, so that training already sees them so.
    """
    published = load_file(folder / "model.safetensors")
    generator = torch.Generator().manual_seed(seed)
    weights = {
        WORDS: _as_shipped(published["embeddings.word_embeddings.weight"]),
        # A text alone is always segment 0, so its vector is added to every position once and for all.
        "positions": published["embeddings.position_embeddings.weight"]
        + published["embeddings.token_type_embeddings.weight"][0],
        **_norm(published, "embeddings.LayerNorm", "embedded"),
        "head.weight": torch.randn(SHAPE.hidden, len(LABELS), generator=generator) * 0.02,
        "head.bias": torch.zeros(len(LABELS)),
    }
    for layer in range(SHAPE.layers):
        weights |= _layer(published, layer)
    return {name: weight.float() for name, weight in weights.items()}


def _as_shipped(words: Tensor) -> Tensor:
    table, scale = rounded_rows(words.float().numpy())
    return torch.from_numpy(table * scale)


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
    """As many copies of the weights, along a new first axis; the word vectors stay as they are."""
    return {
        name: weight if name == WORDS else weight.expand(copies, *weight.shape).clone()
        for name, weight in weights.items()
    }


def one_of(weights: Weights, copy: int) -> Weights:
    """One copy out of a stack."""
    return {name: weight if name == WORDS else weight[copy] for name, weight in weights.items()}


def averaged(weights: Weights, copies: slice) -> Weights:
    """A soup: the mean of some copies' weights (Wortsman et al. 2022, arXiv:2203.05482), as a stack of one."""
    return {
        name: weight if name == WORDS else weight[copies].mean(dim=0, keepdim=True) for name, weight in weights.items()
    }
