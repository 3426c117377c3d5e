"""The first reader: scores every sentence with a linear model on what it sees in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from models.features import CueFeatures
from models.slots import FRAME_SLOTS, SLOT_BITS

_CHUNK = 512  # sentences scored at once: a sentence's number (9 bits) and a row (at most 22) share 32 bits
_BINARY = 2  # so many labels make another regression, with one row of weights
_ALIVE = ("_row_of", "_table")  # what is built anew when a model is loaded


class FirstReader(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A logistic regression on cue features, compiled so that a batch is a few passes of NumPy.

    Fitted, it computes what this pipeline would: 1 where a feature occurs, times the feature's worth, divided by the
    length of the row to the power of `damping`, into a multinomial logistic regression in which each label weighs the
    same.

    A feature is known when at least `min_sentences` training sentences have it. It is worth its inverse document
    frequency, ln((1 + n) / (1 + df)) + 1, or `frame_worth` if it is a frame of the whole sentence: these are common and
    telling at once. `strength` is scikit-learn's C. `classes` are those of `CueFeatures`.
    """

    def __init__(
        self,
        classes: Mapping[str, tuple[int, int]] | None = None,
        *,
        strength: float = 3.0,
        min_sentences: int = 3,
        frame_worth: float = 6.0,
        damping: float = 0.6,
    ) -> None:
        self.classes = classes
        self.strength = strength
        self.min_sentences = min_sentences
        self.frame_worth = frame_worth
        self.damping = damping

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        """Learn from n texts and their labels; raises ValueError for fewer than three different labels."""
        if len(set(labels)) <= _BINARY:
            raise ValueError("The first reader needs at least three labels to tell apart")
        self.features_ = CueFeatures(self.classes).fit(texts)
        occurs = self.features_.transform(texts)
        frequency = np.bincount(occurs.indices, minlength=occurs.shape[1])
        self.known_ = np.flatnonzero(frequency >= self.min_sentences).astype(np.uint32)
        worth = np.log((1 + len(texts)) / (1 + frequency[self.known_])) + 1
        worth[self.known_ < FRAME_SLOTS] = self.frame_worth
        self.worth_ = worth.astype(np.float32)
        regression = LogisticRegression(C=self.strength, class_weight="balanced", max_iter=300)
        regression.fit(self._rows(occurs), np.asarray(labels, np.str_))
        self.classes_: NDArray[np.str_] = regression.classes_
        self.weights_ = np.ascontiguousarray(regression.coef_.T, np.float32)
        self.intercept_ = regression.intercept_.astype(np.float64)
        self._compile()
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities of shape (n, 4), columns in the order of `classes_`."""
        check_is_fitted(self)
        chunks = [self._logits(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
        logits = np.concatenate([np.empty((0, len(self.classes_))), *chunks])
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """The best label of each of n texts."""
        best: NDArray[np.str_] = self.classes_[self.predict_proba(texts).argmax(axis=1)]
        return best

    def row_of(self, slots: NDArray[np.uint32]) -> NDArray[np.int32]:
        """The row of `weights_` and `worth_` that belongs to each slot, plus 1; 0 for a feature that is not known."""
        rows: NDArray[np.int32] = self._row_of[slots]
        return rows

    def values(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """What the regression sees of a text in which the features of these rows occur."""
        worth = self.worth_[rows]
        length = np.maximum(np.sqrt(np.square(worth).sum()), np.float32(1.0))
        values: NDArray[np.float32] = worth / length**self.damping
        return values

    def _rows(self, occurs: csr_array) -> csr_array:
        """What the regression sees of each text, for known features only."""
        worth = self.worth_.astype(np.float64)
        valued = occurs[:, self.known_] @ diags_array(worth)
        length = np.maximum(np.sqrt(valued.multiply(valued).sum(axis=1)), 1.0)  # a text with no known feature has 0
        rows: csr_array = (diags_array(length**-self.damping) @ valued).tocsr().astype(np.float32)
        return rows

    def _compile(self) -> None:
        """Lay the weights out for scoring: one row a feature, so that one access to memory fetches all it needs.

        A softmax sees only differences, so the last class's column is taken off the others, and makes room for the
        square of the worth, from which the length comes. Row 0 stands for every feature that is not known.
        """
        self._row_of = np.zeros(1 << SLOT_BITS, np.int32)
        self._row_of[self.known_] = np.arange(1, len(self.known_) + 1)
        valued = self.weights_ * self.worth_[:, np.newaxis]
        table = np.column_stack([valued[:, :-1] - valued[:, -1:], self.worth_**2])
        self._table = np.vstack([np.zeros((1, table.shape[1]), np.float32), table])

    def _logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Logits of shape (n, 4), those of the last class 0 before its intercept."""
        slots, sentences = self.features_.occurrences(texts)
        rows = self._row_of[slots]
        known = np.flatnonzero(rows)
        bits = np.uint32(len(self.known_).bit_length())
        keys = np.sort(sentences[known] << bits | rows[known].astype(np.uint32))
        keys = keys[np.diff(keys, prepend=np.uint32(0)) > 0]  # a feature counts once a sentence
        bounds = np.searchsorted(keys, np.arange(len(texts) + 1, dtype=np.uint32) << bits)
        columns = (keys & ((np.uint32(1) << bits) - np.uint32(1))).astype(np.int32)
        ones = np.ones(len(columns), np.float32)
        sums = csr_array((ones, columns, bounds.astype(np.int32)), shape=(len(texts), len(self._table))) @ self._table
        length = np.maximum(np.sqrt(sums[:, -1:]), 1.0) ** self.damping
        logits: NDArray[np.float64] = np.column_stack([sums[:, :-1] / length, np.zeros(len(texts))]) + self.intercept_
        return logits

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        return tags

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name not in _ALIVE}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if hasattr(self, "weights_"):
            self._compile()
