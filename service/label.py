"""Labels a batch of texts, and finds the one that spoils it."""

import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import structlog
from numpy.typing import NDArray

from models.decision import Verdict, decide
from models.labels import LABELS, Label
from service.errors import BadRecordError, Reason, Stage

Scores = NDArray[np.float64]
LOG_EVERY_S = 60.0  # a model that fails on every text fails thousands of times a second, always alike

log = structlog.get_logger()


class Labeller:
    """Scores texts with a model and decides by its thresholds.

    A text on which the model fails is found by halving the batch, so that it alone is set aside and its neighbours are
    labelled. `unread` tells why a text must not be guessed at (None: it may); such a text is `other`, with the reason.
    What the model raised is the cause of the text's error, and one a minute is logged: its class and where it was
    raised, without its message, which may quote the text.
    """

    def __init__(
        self,
        predict_proba: Callable[[Sequence[str]], Scores],
        thresholds: Mapping[Label, float],
        unread: Callable[[str], str | None] = lambda text: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._predict_proba = predict_proba
        self._thresholds = thresholds
        self._unread = unread
        self._clock = clock
        self._log_after = -float("inf")
        self._not_logged = 0

    def __call__(self, texts: Sequence[str]) -> list[Verdict | BadRecordError]:
        """One verdict for each text, in order, or the error for which its record is set aside."""
        reasons = [self._unread(text) for text in texts]
        readable = [text for text, reason in zip(texts, reasons, strict=True) if reason is None]
        verdicts = self._read(readable)
        return [next(verdicts) if reason is None else _other(reason) for reason in reasons]

    def _read(self, texts: Sequence[str]) -> Iterator[Verdict | BadRecordError]:
        if not texts:
            return
        try:
            scores = self._score(texts)
        except Exception as error:  # noqa: BLE001 - whatever a model raises, only the text at fault may suffer
            if len(texts) == 1:
                yield self._failed(error)
                return
            middle = len(texts) // 2
            yield from self._read(texts[:middle])
            yield from self._read(texts[middle:])
            return
        yield from decide(scores, self._thresholds)

    def _failed(self, error: Exception) -> BadRecordError:
        name = type(error).__name__
        bad = BadRecordError(Reason.NOT_LABELLED, Stage.LABEL, f"the model failed on this text: {name}")
        bad.__cause__ = error
        now = self._clock()
        if now < self._log_after:
            self._not_logged += 1
        else:
            where = traceback.format_tb(error.__traceback__)
            log.error("the model failed on a text", error=name, more_before=self._not_logged, traceback="".join(where))
            self._log_after, self._not_logged = now + LOG_EVERY_S, 0
        return bad

    def _score(self, texts: Sequence[str]) -> Scores:
        scores = self._predict_proba(texts)
        if scores.shape != (len(texts), len(LABELS)) or not np.isfinite(scores).all():
            raise ValueError(f"expected finite scores of shape {(len(texts), len(LABELS))}, got {scores.shape}")
        return scores


def _other(reason: str) -> Verdict:
    scores = tuple(float(label is Label.OTHER) for label in LABELS)
    return Verdict(Label.OTHER, 1.0, scores, accepted=True, threshold=0.0, reason=reason)
