"""How records are set aside and put back, and when there are too many of them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.dead_letters import HEADERS, LONGEST, Breaker, DeadLetterWriter, NotADeadLetterError, restore
from service.errors import BadRecordError, DeadLetterShareError, Reason, Stage
from service.label import Labeller
from service.records import Outgoing
from tests.service.kafka_doubles import FakeRecord

ERROR = BadRecordError(Reason.BLANK_TEXT, Stage.DECODE, "The text shows nothing.")

headers = st.lists(st.tuples(st.text() | st.sampled_from(HEADERS), st.binary()))


def set_aside(record: FakeRecord, error: BadRecordError = ERROR) -> Outgoing:
    """A record's dead letter."""
    return DeadLetterWriter("dead", "0.1.0", "1.0.0", clock=lambda: 1_773_507_732.031)(record, error)


def received(outgoing: Outgoing, **changes: Any) -> FakeRecord:
    """A record that was published, as it is read again."""
    record = FakeRecord(0, 0, outgoing.value, outgoing.key, outgoing.headers, outgoing.topic)
    return record._replace(**changes)


def test_a_dead_letter_says_everything_about_its_end() -> None:
    """Where the record was, what was wrong with it, and who said so when."""
    expected = [
        b"news.sentences",
        b"3",
        b"1042",
        b"1700000000000",
        b"decode",
        b"blank_text",
        b"service.errors.BadRecordError",
        b"The text shows nothing.",
        b"",
        b"0.1.0",
        b"1.0.0",
        b"2026-03-14T17:02:12.031Z",
    ]

    assert list(zip(HEADERS, expected, strict=True)) == set_aside(FakeRecord(1_042, 3)).headers


@given(value=st.none() | st.binary(), key=st.none() | st.binary(), headers=headers)
def test_the_record_is_in_its_dead_letter_untouched(value: bytes | None, key: bytes | None, headers: Any) -> None:
    """Key and value are the record's own, and so are the first headers, even if they are called like ours."""
    letter = set_aside(FakeRecord(0, value=value, key=key, headers=headers))

    assert ("dead", key, value, headers) == (letter.topic, letter.key, letter.value, letter.headers[: -len(HEADERS)])


@given(value=st.none() | st.binary(), key=st.none() | st.binary(), headers=headers, times=st.integers(1, 3))
def test_what_is_put_back_is_what_was_set_aside(value: Any, key: Any, headers: Any, times: int) -> None:
    """A record comes back as it was, however often it is set aside and put back."""
    record = FakeRecord(0, value=value, key=key, headers=headers)
    for _ in range(times):
        back = restore(received(set_aside(record)))
        record = received(back)

    assert ("news.sentences", key, value, headers) == back


@given(times=st.integers(1, 3))
def test_a_dead_letter_may_die_again(times: int) -> None:
    """Dead letters of dead letters come back one life at a time."""
    lives = [FakeRecord(0)]
    for _ in range(times):
        lives.append(received(set_aside(lives[-1])))

    assert [restore(later).headers for _, later in pairwise(lives)] == [earlier.headers for earlier in lives[:-1]]


def test_the_record_in_memory_is_not_changed() -> None:
    """Neither setting aside nor putting back touches the list of headers that it is given."""
    before = [("a", b"1")]
    letter = set_aside(FakeRecord(0, headers=before))
    length = len(letter.headers)
    restore(received(letter)).headers.append(("b", b"2"))

    assert ([("a", b"1")], length) == (before, len(letter.headers))


def test_a_header_without_a_value_is_marked() -> None:
    """The client cannot send such a header, so that it is sent empty and its place is told."""
    nulls: Any = [("a", None), ("b", b"2"), ("c", None)]
    letter = set_aside(FakeRecord(0, headers=nulls))

    assert ([("a", b""), ("b", b"2"), ("c", b"")], b"0,2") == (
        restore(received(letter)).headers,
        dict(letter.headers)["claimwire.dead-letter.null-headers"],
    )


def test_the_class_is_that_of_the_first_error() -> None:
    """When another error is behind it, as one of the model's, the dead letter names that one."""

    def failing(texts: Sequence[str]) -> NDArray[np.float64]:
        raise ZeroDivisionError

    (error,) = Labeller(failing, {})(["The bridge reopened on Monday."])

    assert isinstance(error, BadRecordError)
    assert b"builtins.ZeroDivisionError" == dict(set_aside(FakeRecord(0), error).headers)["claimwire.dead-letter.class"]


@pytest.mark.parametrize("message", ["\ud800", "\u00e9" * 100_000])
def test_no_message_is_too_strange(message: str) -> None:
    """A message of any length and any characters is sent, in bounds."""
    letter = set_aside(FakeRecord(0), BadRecordError(Reason.NOT_LABELLED, Stage.LABEL, message))

    assert len(dict(letter.headers)["claimwire.dead-letter.message"].decode()) <= LONGEST


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("a", b"1")],
        [(name, b"1") for name in HEADERS[:-1]],
        [(name, b"1") for name in reversed(HEADERS)],
        [*((name, b"1") for name in HEADERS), ("a", b"1")],
        [(name, b"") for name in HEADERS],
        [(name, b"\xff") for name in HEADERS],
        [(name, b"no such\ntopic") for name in HEADERS],
        [(name, None) for name in HEADERS],
    ],
)
def test_a_record_that_is_no_dead_letter_is_not_put_back(headers: Any) -> None:
    """A record that does not end in our headers is refused, and the error says which it is."""
    with pytest.raises(NotADeadLetterError, match=r"^dead/0/7 is not a dead letter"):
        restore(FakeRecord(7, topic="dead", headers=headers))


def told(breaker: Breaker, outcomes: list[bool]) -> int | None:
    """How many outcomes a breaker is told before it stops the service, if it does."""
    for number, dead in enumerate(outcomes, 1):
        try:
            breaker.record(dead)
        except DeadLetterShareError:
            return number
    return None


@given(outcomes=st.lists(st.booleans()), window=st.integers(1, 10), share=st.floats(0, 1))
def test_the_service_stops_at_the_first_window_that_is_too_bad(outcomes: Any, window: int, share: float) -> None:
    """The breaker agrees with counting the last records anew each time."""
    ends = range(1, len(outcomes) + 1)
    expected = next((end for end in ends if sum(outcomes[max(0, end - window) : end]) > share * window), None)

    assert expected == told(Breaker(share, window), outcomes)


def test_half_dead_letters_are_just_allowed() -> None:
    """The share itself is allowed; one dead letter more is not."""
    half = [True, False] * 100

    assert (None, 201) == (told(Breaker(0.5), half), told(Breaker(0.5), [False, True] * 100 + [True, True]))


def test_the_service_stops_as_soon_as_good_records_could_not_save_the_window() -> None:
    """101 dead letters are more than half of 200, whatever the next 99 records are."""
    assert (None, 101) == (told(Breaker(0.5), [True] * 100), told(Breaker(0.5), [True] * 200))


def test_a_share_of_one_never_stops() -> None:
    """Whoever allows every record to die is never stopped."""
    assert None is told(Breaker(1.0), [True] * 1000)


def test_the_error_says_how_many_died() -> None:
    """The counts, the share and a way out are in the error."""
    breaker = Breaker(0.5, 2)
    breaker.record(True)
    with pytest.raises(DeadLetterShareError, match=r"^2 of the last 2 records .* allowed 0\.5 of 2") as caught:
        breaker.record(True)

    assert (2, 2, 0.5) == (caught.value.dead, caught.value.window, caught.value.share)


@pytest.mark.parametrize(("share", "window"), [(-0.1, 200), (1.1, 200), (float("nan"), 200), (0.5, 0)])
def test_a_breaker_that_makes_no_sense_is_refused(share: float, window: int) -> None:
    """A share is a share, and a window holds something."""
    with pytest.raises(ValueError, match="share must be from 0 to 1"):
        Breaker(share, window)
