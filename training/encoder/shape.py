"""The measures of the base encoder, which its weights, its training and its graph have to agree on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """MiniLM-L6-H384 (Wang et al. 2020, arXiv:2002.10957)."""

    layers: int = 6
    hidden: int = 384
    heads: int = 12
    epsilon: float = 1e-12


SHAPE = Shape()
