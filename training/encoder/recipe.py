"""How one encoder is trained: the few numbers that a search may change."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Settings of one training; what each did is measured in `docs/encoder.md`.

    `rate` and `head_rate` are the highest learning rates, of the base and of the head; a layer further from the head
    learns `layer_decay` times slower. `smoothing` takes that much probability from the given label. `masking` and
    `variants` are the shares of word pieces hidden, and of sentences shown in other print. `consistency` weighs how
    far two readings of a sentence under different dropout may differ (R-Drop, Liang et al. 2021, arXiv:2106.14448).
    """

    rate: float = 2e-4
    head_rate: float = 1e-3
    epochs: int = 4
    warming: float = 0.06
    weight_decay: float = 0.01
    layer_decay: float = 0.85
    smoothing: float = 0.0
    masking: float = 0.1
    variants: float = 0.5
    consistency: float = 1.0


BATCH = 32  # sentences a step
DROPOUT = 0.1  # as the base was trained with
