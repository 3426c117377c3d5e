"""The first reader: scores every sentence with a linear model on what it sees in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from models.features import SENTENCE_SLOTS, SLOT_BITS, CueFeatures
from models.labels import LABELS, Label

_CHUNK = 512  # sentences scored at once: a sentence's number and a feature's row fit into 32 bits, and into the cache


class FirstReader(ClassifierMixin, BaseEstimator):
    """A logistic regression on cue features, compiled so that a batch is a few passes of NumPy.

    Fitted, it computes what this pipeline would, only faster:
    occurs (0/1) -> times the feature's worth -> divided by the sentence's length in features to the power of
    `damping` -> multinomial logistic regression.

    A feature is known when at least `min_sentences` training sentences have it. It is worth its inverse document
    frequency, ln((1 + n) / (1 + df)) + 1, or `sentence_worth` if it is one of the sentence as a whole, which are
    common and telling at once. `strength` is scikit-learn's C.
    """

    def __init__(
        self,
        classes: Mapping[str, tuple[int, int]] | None = None,
        *,
        strength: float = 3.0,
        min_sentences: int = 3,
        sentence_worth: float = 6.0,
        damping: float = 0.6,
    ) -> None:
        self.classes = classes
        self.strength = strength
        self.min_sentences = min_sentences
        self.sentence_worth = sentence_worth
        self.damping = damping

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        """Learn from n texts and their labels; each label weighs the same, however rare it is."""
        self.features_ = CueFeatures(self.classes).fit(texts)
        counts = self.features_.transform(texts)
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        self.known_ = np.flatnonzero(frequency >= self.min_sentences).astype(np.uint32)
        worth = np.log((1 + len(texts)) / (1 + frequency[self.known_])) + 1
        worth[self.known_ < SENTENCE_SLOTS] = self.sentence_worth
        regression = LogisticRegression(C=self.strength, class_weight="balanced", max_iter=300)
        regression.fit(self._damped(counts[:, self.known_] @ diags_array(worth)), np.asarray(labels, str))
        self.classes_ = regression.classes_
        self.worth_ = worth.astype(np.float32)
        self.weights_ = np.ascontiguousarray(regression.coef_.T, np.float32)
        self.intercept_ = regression.intercept_
        self._compile()
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities of shape (n, 4), columns in the order of `classes_`."""
        logits = np.concatenate([self._logits(texts[i : i + _CHUNK]) for i in range(0, len(texts), _CHUNK)])
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """The best label of each text."""
        return self.classes_[self.predict_proba(texts).argmax(axis=1)]

    def _damped(self, valued: csr_array) -> csr_array:
        length = np.sqrt(valued.multiply(valued).sum(axis=1))
        return (diags_array(1 / np.maximum(length, 1e-9) ** self.damping) @ valued).tocsr().astype(np.float32)

    def _compile(self) -> None:
        """Lay the weights out for scoring: one row a feature, so that one access to memory fetches all it needs.

        The last class's column gives way to the square of the worth, from which the length comes; what is left are
        the differences to that class, and a softmax is the same for them. Row 0 is that of every unknown feature.
        """
        self._row_of = np.zeros(1 << SLOT_BITS, np.int32)
        self._row_of[self.known_] = np.arange(1, len(self.known_) + 1)
        valued = self.weights_ * self.worth_[:, np.newaxis]
        table = np.column_stack([valued[:, :-1] - valued[:, -1:], self.worth_**2])
        self._table = np.vstack([np.zeros((1, table.shape[1]), np.float32), table])

    def _logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Logits relative to the last class, of shape (n, 4)."""
        slots, sentences = self.features_.occurrences(texts)
        rows = self._row_of[slots]
        known = np.flatnonzero(rows)
        bits = len(self.known_).bit_length()
        keys = np.sort(sentences[known].astype(np.uint32) << np.uint32(bits) | rows[known].astype(np.uint32))
        keys = keys[np.r_[True, keys[1:] != keys[:-1]]] if len(keys) else keys
        bounds = np.searchsorted(keys, np.arange(len(texts) + 1, dtype=np.uint32) << np.uint32(bits))
        columns = (keys & np.uint32((1 << bits) - 1)).astype(np.int32)
        sums = csr_array((np.ones(len(columns), np.float32), columns, bounds.astype(np.int32)), shape=(len(texts), len(self._table))) @ self._table
        length = np.sqrt(np.maximum(sums[:, -1:], 1e-18)) ** self.damping
        logits = np.zeros_like(sums, np.float64)
        logits[:, :-1] = sums[:, :-1] / length
        return logits + self.intercept_

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name not in ("_row_of", "_table")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._compile()
