"""In which order an encoder sees its sentences: shuffled, but those of one batch about equally long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
CHUNK = 20  # batches that are sorted by length together: enough to save padding, few enough to keep the shuffle


@dataclass(frozen=True)
class Encoded:
    """Sentences as word pieces: `ids` of shape (variants, sentences, longest), zero after each length.

    Variant 0 is the sentence as it stands; `lengths` has shape (variants, sentences).
    """

    ids: NDArray[np.uint16]
    lengths: Integers

    @property
    def sentences(self) -> int:
        return self.ids.shape[1]


def batches_per_epoch(members: Sequence[Integers], batch: int) -> int:
    """As many as the copy with the most sentences needs; the others see a few of theirs twice."""
    return max(-(-len(own) // batch) for own in members)


def epoch(lengths: Integers, members: Sequence[Integers], batch: int, shuffler: np.random.Generator, own: Sequence[np.random.Generator]) -> Iterator[Integers]:
    """Batches of shape (copies, batch) for one epoch.

    Every copy shuffles its own sentences by its own generator; the order of short and long batches is `shuffler`'s,
    and the same for all, so that copies side by side need the same padding.
    """
    count = batches_per_epoch(members, batch)
    rows = np.stack([_row(lengths, mine, count * batch, batch, generator) for mine, generator in zip(members, own, strict=True)])
    for place in shuffler.permutation(count):
        yield rows[:, place * batch : (place + 1) * batch]


def _row(lengths: Integers, members: Integers, size: int, batch: int, generator: np.random.Generator) -> Integers:
    shuffled = np.resize(generator.permutation(members), size)
    chunks = [shuffled[start : start + CHUNK * batch] for start in range(0, size, CHUNK * batch)]
    return np.concatenate([chunk[np.argsort(lengths[chunk], kind="stable")] for chunk in chunks])
