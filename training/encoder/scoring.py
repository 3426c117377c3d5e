"""What trained encoders make of sentences."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from models.labels import LABELS
from training.encoder import network
from training.encoder.batches import Integers
from training.encoder.encoding import Encoded
from training.encoder.fitting import Machine
from training.encoder.weights import Weights

PIECES = 2**18  # computed at a time, over all copies: what fits into a few GB


def probabilities(
    weights: Weights, encoded: Encoded, members: Sequence[Integers], machine: Machine
) -> list[NDArray[np.float32]]:
    """What each copy of a stack makes of its own members: an array of shape (members, labels) for each."""
    working = {name: weight.to(machine.precision) for name, weight in weights.items()}
    lengths = encoded.lengths[0]
    rows = _side_by_side([own[np.argsort(lengths[own], kind="stable")] for own in members])
    found = np.empty((*rows.shape, len(LABELS)), np.float32)
    for start, end in _spans(lengths[rows].max(axis=0), PIECES // len(members)):
        width = lengths[rows[:, start:end]].max()
        ids = torch.from_numpy(encoded.ids[0][rows[:, start:end], :width].astype(np.int32)).to(machine.device)
        with torch.no_grad():
            found[:, start:end] = network.scores(working, ids).softmax(dim=-1).cpu().numpy()
    return [_in_order(own, row, scores) for own, row, scores in zip(members, rows, found, strict=True)]


def _side_by_side(members: Sequence[Integers]) -> Integers:
    """Rows of equal length; where one is shorter, its first member is scored more than once."""
    size = max(len(own) for own in members)
    return np.stack([np.concatenate([np.full(size - len(own), own[0]), own]) for own in members])


def _spans(lengths: Integers, pieces: int) -> Iterator[tuple[int, int]]:
    """Runs of sentences, sorted by length already, that have no more word pieces together than allowed."""
    start = 0
    while start < len(lengths):
        end = start + 1
        while end < len(lengths) and (end + 1 - start) * lengths[end] <= pieces:
            end += 1
        yield start, end
        start = end


def _in_order(own: Integers, row: Integers, scores: NDArray[np.float32]) -> NDArray[np.float32]:
    place = {member: place for place, member in enumerate(row.tolist())}
    return scores[[place[member] for member in own.tolist()]]
