"""How one encoder is trained: the few numbers that a search may change."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Settings of one training; what each did is measured in `docs/encoder.md`.

    `rate` and `head_rate` are the highest learning rates of the base and of the head; a layer further from the head
    learns `layer_decay` times slower, and the word vectors `words_rate` times slower than their place says.
    `smoothing` takes that much probability from the given label; `masking` and `variants` are the shares of word pieces
    hidden and of sentences shown in another typography or with other names. `balance` is the power to which a
    label's rarity weighs its sentences: 0 counts every sentence alike, 1 every label alike.
    """

    rate: float = 5e-5
    head_rate: float = 1e-3
    epochs: int = 4
    warming: float = 0.06
    weight_decay: float = 0.01
    layer_decay: float = 1.0
    words_rate: float = 1.0
    smoothing: float = 0.05
    masking: float = 0.0
    variants: float = 0.0
    balance: float = 0.0


@dataclass(frozen=True)
class Method:
    """Settings that all copies of a stack share.

    `consistency` weighs how far two readings of a sentence under different dropout may differ (R-Drop, Liang et al.
    2021, arXiv:2106.14448); `adversary` is the length of the step by which word vectors are pushed where they hurt
    most (Miyato et al. 2017, arXiv:1605.07725). Both are off at 0.
    """

    batch: int = 32
    dropout: float = 0.1
    consistency: float = 0.0
    adversary: float = 0.0
