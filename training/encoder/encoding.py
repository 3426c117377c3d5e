"""Turns the sentences of the corpus into word pieces, each also as other newsrooms might have printed it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.labels import LABELS
from training.encoder.batches import Integers
from training.encoder.variants import names_in, varied
from training.sentences import Sentence

VARIANTS = 3  # beside the sentence as it stands


@dataclass(frozen=True)
class Encoded:
    """Sentences as word pieces: `ids` of shape (variants, sentences, longest), 0 after each length.

    Variant 0 is the sentence as it stands; `lengths` has shape (variants, sentences).
    """

    ids: NDArray[np.uint16]
    lengths: Integers


def encoded(texts: Sequence[str], pieces: Tokenizer, variants: int = VARIANTS, seed: int = 3) -> Encoded:
    """The texts and some variants of each as word pieces; `pieces` truncates, and does not pad."""
    generator, names = np.random.default_rng(seed), names_in(texts)
    others = [[varied(text, names, generator) for text in texts] for _ in range(variants)]
    ids = [[encoding.ids for encoding in pieces.encode_batch_fast(list(shown))] for shown in (texts, *others)]
    lengths = np.array([[len(sentence) for sentence in shown] for shown in ids])
    table = np.zeros((*lengths.shape, lengths.max()), np.uint16)
    for place in np.ndindex(*lengths.shape):
        table[place][: lengths[place]] = ids[place[0]][place[1]]
    return Encoded(table, lengths)


def targets(sentences: Sequence[Sentence]) -> NDArray[np.float32]:
    """A row per sentence: 1 for its label, 0 for the others."""
    rows = np.eye(len(LABELS), dtype=np.float32)
    return rows[[LABELS.index(sentence.label) for sentence in sentences]]
