"""The small encoder itself: from the ids of word pieces to a score per label, for many copies of it at once."""

import torch
from torch import Tensor
from torch.nn import functional

from training.encoder.shape import SHAPE
from training.encoder.weights import WORDS, Weights


def scores(weights: Weights, ids: Tensor, dropout: float = 0.0) -> Tensor:
    """Logits of shape (copies, sentences, labels) from ids of shape (copies, sentences, pieces), 0 where padded.

    The architecture is BERT's (Devlin et al. 2019, arXiv:1810.04805), with the mean over the pieces before the head.
    """
    mask = ids > 0
    x = _embedded(weights, ids, dropout)
    for layer in range(SHAPE.layers):
        attended = _attended(weights, layer, x, mask, dropout)
        x = _normed(weights, f"{layer}.attended", x + functional.dropout(attended, dropout))
        widened = functional.gelu(_dense(weights, f"{layer}.widened", x))
        narrowed = _dense(weights, f"{layer}.narrowed", widened)
        x = _normed(weights, f"{layer}.narrowed", x + functional.dropout(narrowed, dropout))
    present = mask.unsqueeze(-1).to(x.dtype)
    pooled = (x * present).sum(dim=2) / present.sum(dim=2)
    logits = torch.baddbmm(
        weights["head.bias"].unsqueeze(1), functional.dropout(pooled, dropout), weights["head.weight"]
    )
    return logits.float()


def _embedded(weights: Weights, ids: Tensor, dropout: float) -> Tensor:
    words = functional.embedding(ids, weights[WORDS])
    places = weights["positions"][:, None, : ids.shape[2]]
    return functional.dropout(_normed(weights, "embedded", words + places), dropout)


def _attended(weights: Weights, layer: int, x: Tensor, mask: Tensor, dropout: float) -> Tensor:
    copies, sentences, pieces, hidden = x.shape
    asked = _dense(weights, f"{layer}.asked", x).view(copies * sentences, pieces, 3, SHAPE.heads, -1)
    query, key, value = asked.permute(2, 0, 3, 1, 4)
    visible = mask.reshape(copies * sentences, 1, 1, pieces)
    mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=visible, dropout_p=dropout)
    return _dense(weights, f"{layer}.attended", mixed.transpose(1, 2).reshape(copies, sentences, pieces, hidden))


def _dense(weights: Weights, name: str, x: Tensor) -> Tensor:
    flat = torch.baddbmm(weights[f"{name}.bias"].unsqueeze(1), x.flatten(1, 2), weights[f"{name}.weight"])
    return flat.unflatten(1, x.shape[1:3])


def _normed(weights: Weights, name: str, x: Tensor) -> Tensor:
    normed = functional.layer_norm(x, (SHAPE.hidden,), eps=SHAPE.epsilon)
    return torch.addcmul(weights[f"{name}.shift"][:, None, None], normed, weights[f"{name}.scale"][:, None, None])
