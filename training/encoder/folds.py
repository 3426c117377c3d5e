"""Splits the corpus so that no model is judged on sentences that resemble what it was shown."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from training.likeness import families
from training.sentences import Sentence

FOLDS = 5


def folds(sentences: Sequence[Sentence], seed: int = 0) -> NDArray[np.int64]:
    """The fold, 0 to 4, of each sentence; families stay together, and labels are spread evenly."""
    labels = [sentence.label for sentence in sentences]
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    fold = np.empty(len(sentences), np.int64)
    for number, (_, held) in enumerate(splitter.split(labels, labels, families([s.text for s in sentences]))):
        fold[held] = number
    return fold
