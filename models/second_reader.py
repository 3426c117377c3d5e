"""The second reader: a small encoder that reads the whole sentence, slower and better than the first reader."""

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from onnxruntime import InferenceSession, SessionOptions
from sklearn.base import BaseEstimator, ClassifierMixin
from tokenizers import Tokenizer

from models.labels import LABELS

ENCODER_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"
LONGEST = 96  # word pieces; 1 news sentence in 500 is longer, and its end is not read
BATCH = 8  # sentences computed at a time: more no longer fit into the processor's cache, and are slower

Scores = NDArray[np.float64]


class SecondReader(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Scores texts with an ONNX graph that takes ids of shape (n, pieces) and gives log-probabilities of shape (n, 4).

    `encoder` is the graph, `tokenizer` the description of its word pieces, both as the bytes of their files, so that
    whoever verified them knows that these very bytes are run. `threads` is how many cores one batch may use. The
    reader comes trained: `fit` exists because scikit-learn asks for it, and changes nothing.
    """

    def __init__(self, encoder: bytes, tokenizer: bytes, threads: int = 1) -> None:
        self.encoder = encoder
        self.tokenizer = tokenizer
        self.threads = threads
        self.classes_ = np.array(LABELS, dtype=np.str_)
        self._session = _session(encoder, threads)
        self._pieces = _pieces(tokenizer)

    @classmethod
    def from_bytes(cls, encoder: bytes, tokenizer: bytes, threads: int = 1) -> Self:
        """A reader of the contents of `ENCODER_FILE` and `TOKENIZER_FILE`."""
        return cls(encoder, tokenizer, threads)

    def fit(self, texts: Sequence[str], labels: ArrayLike) -> Self:
        """Return the reader as it is; `training/encoder` trains one."""
        return self

    def predict_log_proba(self, texts: Sequence[str]) -> Scores:
        """Logarithms of probabilities, of shape (n, 4), columns in the order of `LABELS`.

        Sentences of the same length are read together, so that none is padded: what a sentence scores does not
        depend on its neighbours.
        """
        ids = [encoding.ids for encoding in self._pieces.encode_batch_fast(list(texts))]
        scores = np.empty((len(ids), len(LABELS)))
        for places in _batches([len(pieces) for pieces in ids]):
            batch = np.array([ids[place] for place in places], dtype=np.int64)
            (scores[places],) = self._session.run(None, {"ids": batch})
        return scores

    def predict_proba(self, texts: Sequence[str]) -> Scores:
        """Probabilities of shape (n, 4), columns in the order of `LABELS`."""
        return np.exp(self.predict_log_proba(texts))

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """The best label of each text."""
        best: NDArray[np.str_] = self.classes_[self.predict_log_proba(texts).argmax(axis=1)]
        return best

    def __reduce__(self) -> tuple[type[Self], tuple[bytes, bytes, int]]:
        """An open session cannot be pickled; the bytes that it was opened from can."""
        return type(self), (self.encoder, self.tokenizer, self.threads)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.encoder):,} bytes, threads={self.threads})"

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _session(encoder: bytes, threads: int) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A thread that waits for the next batch by spinning takes a core away from whatever else runs there.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(encoder, options, providers=["CPUExecutionProvider"])


def _pieces(tokenizer: bytes) -> Tokenizer:
    pieces = Tokenizer.from_buffer(tokenizer)
    pieces.enable_truncation(LONGEST)
    pieces.no_padding()
    return pieces


def _batches(lengths: Sequence[int]) -> Iterator[NDArray[np.int64]]:
    """The places of sentences that are equally long, at most `BATCH` at a time, each place once."""
    by_length = np.argsort(lengths, kind="stable")
    edges = np.flatnonzero(np.diff(np.asarray(lengths)[by_length])) + 1
    for equally_long in np.split(by_length, edges):
        for start in range(0, len(equally_long), BATCH):
            yield equally_long[start : start + BATCH]
