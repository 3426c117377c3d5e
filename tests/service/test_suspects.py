"""How the record that a broker refuses is found."""

from hypothesis import given
from hypothesis import strategies as st

from service.errors import BadRecordError, Reason, Stage
from service.suspects import Suspects
from tests.service.kafka_doubles import FakeRecord

FIRST, SECOND = ("news.sentences", 0), ("news.sentences", 1)
REFUSED = BadRecordError(Reason.NOT_PUBLISHED, Stage.PUBLISH, "the broker refuses the labelled event")


def records(partition: int, *offsets: int) -> list[FakeRecord]:
    """Records of one partition."""
    return [FakeRecord(offset, partition) for offset in offsets]


def test_without_a_refusal_everything_goes_at_once() -> None:
    """Batches as large as polls are the rule."""
    polled = [*records(0, 5, 6), *records(1, 9)]

    assert [polled] == list(Suspects(100).parts(polled))


def test_what_was_refused_comes_again_in_halves() -> None:
    """The culprit is in one of them."""
    suspects = Suspects(100)
    polled = records(0, 0, 1, 2, 3)
    suspects.refused(polled)

    assert [polled[:2], polled[2:]] == list(suspects.parts(polled))


def test_other_records_stay_together() -> None:
    """Neither another partition nor what comes after the suspects is slowed down."""
    suspects = Suspects(100)
    suspects.refused(records(1, 0, 1))

    parts = list(suspects.parts([*records(0, 0, 1, 2), *records(1, 0, 1, 2)]))

    assert [records(1, 0), records(1, 1), [*records(0, 0, 1, 2), *records(1, 2)]] == parts


def test_parts_grow_again_with_each_that_is_delivered() -> None:
    """One bad record among thousands does not make thousands of transactions."""
    suspects = Suspects(100)
    suspects.refused(records(0, *range(30)))
    suspects.refused(records(0, 0))

    assert [1, 2, 4, 8, 15] == [len(part) for part in suspects.parts(records(0, *range(30)))]


def test_what_is_delivered_elsewhere_pardons_nobody() -> None:
    """A condemned record stays so until its own partition has passed it."""
    suspects = Suspects(100)
    (bad,) = records(1, 7)
    suspects.condemn(bad, REFUSED)

    suspects.passed({FIRST: 1_000, SECOND: 7})

    assert {("news.sentences", 1, 7): REFUSED} == suspects.condemned


def test_what_was_passed_is_forgotten() -> None:
    """Memory holds nothing of a record that is done with, and what follows it is no suspect."""
    suspects = Suspects(100)
    suspects.refused(records(1, 7))
    suspects.condemn(FakeRecord(7, 1), REFUSED)

    suspects.passed({SECOND: 8})

    assert {} == suspects.condemned
    assert [records(1, 8, 9)] == list(suspects.parts(records(1, 8, 9)))


@given(
    polled=st.lists(st.integers(0, 30), unique=True).map(sorted),
    refused=st.lists(st.lists(st.integers(0, 30), min_size=1), max_size=3),
    most=st.integers(1, 12),
)
def test_every_record_is_in_one_part_and_in_order(polled: list[int], refused: list[list[int]], most: int) -> None:
    """Whatever was refused before, nothing is left out, overtaken, or in a part that is too large."""
    suspects = Suspects(most)
    for offsets in refused:
        suspects.refused(records(0, *offsets[:most]))

    parts = list(suspects.parts(records(0, *polled)))

    assert records(0, *polled) == [record for part in parts for record in part]
    assert all(1 <= len(part) <= most for part in parts)
