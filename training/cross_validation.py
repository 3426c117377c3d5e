"""What both readers make of sentences that they had not seen, and how they are to be weighed by it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.first_reader import FirstReader
from models.labels import LABELS
from models.readers import Judgement, doubt
from training.encoder import out_of_fold
from training.sentences import Sentence

Scores = NDArray[np.float64]


class Readings(NamedTuple):
    """Out-of-fold probabilities of the sentences that both readers were cross-validated on, in order of `LABELS`."""

    sentences: Sequence[Sentence]
    first: Scores
    second: Scores

    def weighed(self, judgement: Judgement, gate: float) -> tuple[Scores, NDArray[np.bool_]]:
        """What both readers together would say, and which sentences the second is asked about."""
        scores = judgement.alone.probabilities(self.first)
        asked = doubt(scores) > gate
        scores[asked] = judgement.together.probabilities(self.first[asked], self.second[asked])
        return scores, asked


def readings(
    sentences: Sequence[Sentence],
    fold: NDArray[np.int64],
    build: Callable[[], FirstReader],
    path: Path = out_of_fold.FILE,
) -> Readings:
    """Cross-validate the first reader here, and take what the encoders' training has left of the second in `path`."""
    first = first_readings(sentences, fold, build)
    second = out_of_fold.read(sentences, path)
    both = [place for place, sentence in enumerate(sentences) if sentence.id in second]
    return Readings([sentences[p] for p in both], first[both], np.array([second[sentences[p].id] for p in both]))


def first_readings(sentences: Sequence[Sentence], fold: NDArray[np.int64], build: Callable[[], FirstReader]) -> Scores:
    """Probabilities of shape (n, 4), each by a reader fitted to the other folds; columns in the order of `LABELS`."""
    scores = np.empty((len(sentences), len(LABELS)))
    for number in np.unique(fold):
        held = np.flatnonzero(fold == number).tolist()
        reader = fitted(build(), [sentences[place] for place in np.flatnonzero(fold != number).tolist()])
        columns = [reader.classes_.tolist().index(label) for label in LABELS]
        scores[held] = reader.predict_proba([sentences[place].text for place in held])[:, columns]
    return scores


def fitted(reader: FirstReader, sentences: Sequence[Sentence]) -> FirstReader:
    """The reader, trained on these sentences."""
    return reader.fit([sentence.text for sentence in sentences], [str(sentence.label) for sentence in sentences])
