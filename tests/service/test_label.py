"""How a batch is labelled."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from structlog.testing import capture_logs

from models.decision import Verdict
from models.labels import LABELS, Label
from service.errors import BadRecordError, Reason, Stage
from service.label import LOG_EVERY_S, Labeller
from tests.service.kafka_doubles import FakeClock

THRESHOLDS = dict.fromkeys(LABELS, 0.6)


def by_first_word(texts: Sequence[str]) -> NDArray[np.float64]:
    """A model that is sure of what the first word names, and fails on the word `spoil`."""
    if any(text.startswith("spoil") for text in texts):
        raise RuntimeError("cannot read this")
    rows = [[0.7 if text.startswith(label) else 0.1 for label in LABELS] for text in texts]
    return np.array(rows)


def test_each_text_gets_its_verdict() -> None:
    """Verdicts come in the order of the texts."""
    verdicts = Labeller(by_first_word, THRESHOLDS)(["denial: no", "claim: yes"])

    assert [Label.DENIAL, Label.CLAIM] == [v.label for v in verdicts if isinstance(v, Verdict)]


def test_below_its_threshold_a_label_is_not_accepted() -> None:
    """The model abstains, and still says which label is best."""
    (verdict,) = Labeller(by_first_word, THRESHOLDS | {Label.DENIAL: 0.9})(["denial: no"])

    assert isinstance(verdict, Verdict)
    assert (Label.DENIAL, False, 0.9) == (verdict.label, verdict.accepted, verdict.threshold)


@given(st.lists(st.sampled_from(["claim: a", "denial: b", "spoil"]), max_size=40))
def test_only_the_text_that_spoils_a_batch_is_set_aside(texts: list[str]) -> None:
    """However many spoil it and wherever they stand, their neighbours are labelled as without them."""
    verdicts = Labeller(by_first_word, THRESHOLDS)(texts)

    assert [text == "spoil" for text in texts] == [isinstance(verdict, BadRecordError) for verdict in verdicts]


def test_a_spoilt_text_is_named_by_its_error_and_not_quoted() -> None:
    """The dead letter says what the model raised; the text stays out of headers and logs."""
    (verdict,) = Labeller(by_first_word, THRESHOLDS)(["spoil the broth"])

    assert isinstance(verdict, BadRecordError)
    assert (Reason.NOT_LABELLED, Stage.LABEL) == (verdict.reason, verdict.stage)
    assert "RuntimeError" in str(verdict)
    assert "broth" not in str(verdict)


def test_what_the_model_raised_is_the_cause() -> None:
    """The dead letter can name its class."""
    (bad,) = Labeller(by_first_word, THRESHOLDS)(["spoil the broth"])

    assert isinstance(bad, BadRecordError)
    assert isinstance(bad.__cause__, RuntimeError)


def quoting(texts: Sequence[str]) -> NDArray[np.float64]:
    """A model that fails on every text, and quotes it."""
    raise RuntimeError(f"cannot read {texts[0]!r}")


def test_a_failure_of_the_model_is_logged_with_its_place_and_without_the_text() -> None:
    """Whoever mends the model sees what was raised and where; no sentence reaches the log."""
    with capture_logs() as lines:
        Labeller(quoting, THRESHOLDS)(["the broth is spoilt"])

    (line,) = lines
    assert ("error", "RuntimeError") == (line["log_level"], line["error"])
    assert "in quoting" in line["traceback"]
    assert "broth" not in repr(line)


def test_a_model_that_fails_on_everything_is_one_line_a_minute() -> None:
    """The others are counted; a log that is flooded helps nobody."""
    clock = FakeClock()
    label = Labeller(quoting, THRESHOLDS, clock=clock)

    with capture_logs() as lines:
        label(["a", "b", "c"])
        clock.now += LOG_EVERY_S
        label(["d"])

    assert [0, 2] == [line["more_before"] for line in lines]


@pytest.mark.parametrize("scores", [np.full((1, 4), np.nan), np.ones((1, 3)), np.ones((2, 4))])
def test_scores_that_are_none_set_the_text_aside(scores: NDArray[np.float64]) -> None:
    """A model that answers with something else than four finite numbers has failed on the text."""
    (verdict,) = Labeller(lambda texts: scores, THRESHOLDS)(["claim: a"])

    assert isinstance(verdict, BadRecordError)


def test_a_text_that_must_not_be_guessed_at_is_other_with_the_reason() -> None:
    """The model never sees it."""

    def not_asked(texts: Sequence[str]) -> NDArray[np.float64]:
        raise AssertionError(texts)

    (verdict,) = Labeller(not_asked, THRESHOLDS, lambda text: "not_english")(["Il ministro ha smentito."])

    assert isinstance(verdict, Verdict)
    assert (Label.OTHER, True, "not_english") == (verdict.label, verdict.accepted, verdict.reason)
