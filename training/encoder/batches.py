"""In which order an encoder sees its sentences: shuffled, but those of one batch about equally long."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Generators = Sequence[np.random.Generator]
CHUNK = 20  # batches that are sorted by length together: enough to save padding, few enough to keep the shuffle


def count(members: Integers, batch: int) -> int:
    """How many batches one epoch of these sentences has."""
    return -(-len(members) // batch)


def epoch(
    lengths: Integers, members: Sequence[Integers], batch: int, shared: np.random.Generator, own: Generators
) -> Iterator[Integers]:
    """Batches of shape (copies, batch) for one epoch of the copy with the most sentences; others begin anew.

    Every copy shuffles its own sentences by its own generator; the order of short and long batches is by the `shared`
    one, so that copies side by side need the same padding.
    """
    most = max(count(mine, batch) for mine in members)
    copies = zip(members, own, strict=True)
    rows = np.stack([_row(lengths, mine, most * batch, batch, generator) for mine, generator in copies])
    for place in shared.permutation(most):
        yield rows[:, place * batch : (place + 1) * batch]


def _row(lengths: Integers, members: Integers, size: int, batch: int, generator: np.random.Generator) -> Integers:
    shuffled = np.resize(generator.permutation(members), size)
    chunks = [shuffled[start : start + CHUNK * batch] for start in range(0, size, CHUNK * batch)]
    return np.concatenate([chunk[np.argsort(lengths[chunk], kind="stable")] for chunk in chunks])
