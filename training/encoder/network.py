"""The small encoder itself: from the ids of word pieces to a score per label, for many copies of it at once."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from training.encoder.weights import SHAPE, Weights

Dropout = Callable[[Tensor], Tensor]


def embed(weights: Weights, ids: Tensor) -> Tensor:
    """The vectors, of shape (copies, sentences, pieces, hidden), of ids of shape (copies, sentences, pieces)."""
    words = weights["words"]
    first = torch.arange(words.shape[0], device=ids.device).view(-1, 1, 1) * words.shape[1]
    positions = weights["positions"][:, None, : ids.shape[2]]
    return functional.embedding(ids + first, words.flatten(0, 1)) + positions


def scores(weights: Weights, vectors: Tensor, mask: Tensor, dropout: float = 0.0) -> Tensor:
    """Logits of shape (copies, sentences, labels); `mask` is true where there is a piece, false where there is padding.

    The architecture is BERT's (Devlin et al. 2019, arXiv:1810.04805), with the mean over the pieces before the head.
    """

    def drop(x: Tensor) -> Tensor:
        return functional.dropout(x, dropout) if dropout else x

    x = drop(_normed(weights, "embedded", vectors))
    for layer in range(SHAPE.layers):
        x = _normed(weights, f"{layer}.attended", x + drop(_attended(weights, layer, x, mask, dropout)))
        widened = functional.gelu(_dense(weights, f"{layer}.widened", x))
        x = _normed(weights, f"{layer}.narrowed", x + drop(_dense(weights, f"{layer}.narrowed", widened)))
    present = mask.unsqueeze(-1).to(x.dtype)
    pooled = (x * present).sum(dim=2) / present.sum(dim=2)
    return torch.baddbmm(weights["head.bias"].unsqueeze(1), drop(pooled), weights["head.weight"]).float()


def _attended(weights: Weights, layer: int, x: Tensor, mask: Tensor, dropout: float) -> Tensor:
    copies, sentences, pieces, hidden = x.shape
    asked = _dense(weights, f"{layer}.asked", x).view(copies * sentences, pieces, 3, SHAPE.heads, -1)
    query, key, value = asked.permute(2, 0, 3, 1, 4)
    visible = mask.reshape(copies * sentences, 1, 1, pieces)
    mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=visible, dropout_p=dropout)
    return _dense(weights, f"{layer}.attended", mixed.transpose(1, 2).reshape(copies, sentences, pieces, hidden))


def _dense(weights: Weights, name: str, x: Tensor) -> Tensor:
    copies, sentences, pieces, _ = x.shape
    flat = torch.baddbmm(weights[f"{name}.bias"].unsqueeze(1), x.flatten(1, 2), weights[f"{name}.weight"])
    return flat.view(copies, sentences, pieces, -1)


def _normed(weights: Weights, name: str, x: Tensor) -> Tensor:
    normed = functional.layer_norm(x, (SHAPE.hidden,), eps=SHAPE.epsilon)
    return torch.addcmul(weights[f"{name}.shift"][:, None, None], normed, weights[f"{name}.scale"][:, None, None])
