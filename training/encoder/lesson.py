"""What a stack of encoders is shown: sentences as word pieces, some in other print, some pieces hidden."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.encoder.batches import Integers, count, epoch
from training.encoder.encoding import Encoded
from training.encoder.recipe import BATCH, Recipe

MASK, FIRST_WORD = 103, 999  # in BERT's vocabulary: [MASK], and the first id that is no special or unused piece
WIDTH = 8  # word pieces are padded to a multiple of this, which the matrix units of a GPU like


@dataclass(frozen=True)
class Copy:
    """One encoder to train: by which recipe, on which sentences, shuffled by which seed."""

    recipe: Recipe
    members: Integers
    seed: int

    @property
    def steps(self) -> int:
        """How many batches it learns from."""
        return self.recipe.epochs * count(self.members, BATCH)


class Lesson:
    """The batches of a stack; `targets` holds a row of probabilities per sentence, mostly a 1 and zeros."""

    def __init__(self, encoded: Encoded, targets: NDArray[np.float32], copies: Sequence[Copy], device: str) -> None:
        self._lengths, self._copies, self._device = encoded.lengths, copies, device
        self._ids = torch.from_numpy(encoded.ids.astype(np.int32)).to(device)
        self._targets = torch.from_numpy(targets).to(device)
        self._own = [np.random.default_rng([1, copy.seed]) for copy in copies]

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Ids (copies, batch, pieces) and targets (copies, batch, labels), for as long as any copy learns."""
        steps = max(copy.steps for copy in self._copies)
        for _, rows in zip(range(steps), self._endless(), strict=False):
            yield self._shown(rows), self._targets[self._moved(rows)]

    def _endless(self) -> Iterator[Integers]:
        shared = np.random.default_rng(0)
        members = [copy.members for copy in self._copies]
        while True:
            yield from epoch(self._lengths[0], members, BATCH, shared, self._own)

    def _shown(self, rows: Integers) -> Tensor:
        drawn = [self._drawn(copy, generator) for copy, generator in zip(self._copies, self._own, strict=True)]
        variant, hidden = np.stack([each for each, _ in drawn]), np.stack([each for _, each in drawn])
        width = -(-self._lengths[variant, rows].max() // WIDTH) * WIDTH
        ids = self._ids[self._moved(variant), self._moved(rows), :width]
        return ids.masked_fill(self._moved(hidden[:, :, :width]) & (ids >= FIRST_WORD), MASK)

    def _drawn(self, copy: Copy, generator: np.random.Generator) -> tuple[Integers, NDArray[np.bool_]]:
        """Which variant a copy is shown of each sentence of a batch, and which word pieces are hidden from it."""
        variants, longest = self._ids.shape[0], self._ids.shape[2]
        varied = generator.random(BATCH) < copy.recipe.variants
        variant = varied * generator.integers(1, variants, BATCH)
        return variant, generator.random((BATCH, longest)) < copy.recipe.masking

    def _moved(self, values: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(values).to(self._device)
