"""How the record that a broker refuses is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import BadRecordError, Reason, Stage
from service.pipeline import place
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


def test_what_was_refused_comes_again_by_half_of_what_is_left() -> None:
    """If one half is delivered the culprit is in the other, which is not tried as a whole: it would be refused."""
    suspects = Suspects(100)
    suspects.refused(records(0, *range(8)))

    assert [4, 2, 1, 1, 2] == [len(part) for part in suspects.parts(records(0, *range(8), 8, 9))]


def test_what_was_confirmed_goes_with_its_neighbours() -> None:
    """Only those are tried in parts of which nobody knows whether they are refused."""
    suspects = Suspects(100)
    polled = records(0, *range(9))
    suspects.refused(polled)

    suspects.refused(records(0, 3, 5, 6, 8), polled)

    assert [[0, 1, 2, 3, 4, 5], [6], [7], [8]] == [[r.offset for r in part] for part in suspects.parts(polled)]


def test_what_was_not_asked_for_one_by_one_comes_again_whole() -> None:
    """The answers may name the culprit at once; that is worth one attempt before any halving."""
    suspects = Suspects(100)
    polled = records(0, *range(9))

    suspects.doubted(polled)

    assert [polled] == list(suspects.parts(polled))
    assert suspects.among(polled[:1])


def test_a_condemned_record_is_no_suspect() -> None:
    """It is set aside with its neighbours; what it was found among is still asked one by one."""
    suspects = Suspects(100)
    suspects.refused(records(0, 0))

    suspects.condemn(FakeRecord(0), REFUSED)

    assert not suspects.among(records(0, 0, 1))


def deliveries(count: int, bad: set[int]) -> tuple[int, int]:
    """How many deliveries are confirmed and how many refused until all of `count` records are through.

    A broker that says as little as it may: whatever goes with a bad record is not confirmed.
    """
    suspects, done, confirmed, refused = Suspects(count), 0, 0, 0
    while done < count:
        for part in suspects.parts(records(0, *range(done, count))):
            guilty = [r for r in part if r.offset in bad and place(r) not in suspects.condemned]
            if guilty:
                refused += 1
                suspects.refused(part, part)
                if len(part) == 1:
                    suspects.condemn(part[0], REFUSED)
                break
            confirmed += 1
            done = part[-1].offset + 1
            suspects.passed({FIRST: done})
    return confirmed, refused


@pytest.mark.parametrize("bad", [{500}, set(range(50, 1000, 100)), set(range(10)), {0, 1, 2, 500, 501, 997, 998, 999}])
def test_a_bad_record_costs_few_deliveries(bad: set[int]) -> None:
    """Ten halvings tell one record from a thousand, and about as many doublings lead on to the next search."""
    confirmed, refused = deliveries(1000, bad)

    assert confirmed + refused <= 20 * len(bad)
    assert refused <= 10 * len(bad)


@given(bad=st.sets(st.integers(0, 59)))
def test_every_bad_record_is_found(bad: set[int]) -> None:
    """However many there are and wherever they stand, the search ends."""
    confirmed, refused = deliveries(60, bad)

    assert len(bad) <= refused
    assert 1 <= confirmed


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
