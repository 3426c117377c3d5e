"""Every sentence has its turn, beside others of about its length."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.encoder.batches import CHUNK, count, epoch

BATCH = 4
LENGTHS = np.random.default_rng(5).integers(3, 60, 400)
MEMBERS = st.sets(st.integers(0, len(LENGTHS) - 1), min_size=1).map(lambda chosen: np.array(sorted(chosen)))


def batches(members: list[NDArray[np.int64]], shared: int = 1, own: int = 1) -> list[NDArray[np.int64]]:
    """An epoch of copies with these members, drawn by these seeds."""
    generators = [np.random.default_rng([own, copy]) for copy in range(len(members))]
    return list(epoch(LENGTHS, members, BATCH, np.random.default_rng(shared), generators))


@given(st.lists(MEMBERS, min_size=1, max_size=3))
def test_every_copy_is_shown_all_of_its_sentences_and_no_other(members: list[NDArray[np.int64]]) -> None:
    """What is held out of a copy must never come before it."""
    shown = np.stack(batches(members), axis=1)

    assert [set(own.tolist()) for own in members] == [set(rows.ravel().tolist()) for rows in shown]


@given(st.lists(MEMBERS, min_size=1, max_size=3))
def test_an_epoch_is_as_long_as_the_copy_with_the_most_sentences_needs(members: list[NDArray[np.int64]]) -> None:
    """The others begin anew, so that all copies take every step together."""
    found = batches(members)

    assert max(count(own, BATCH) for own in members) == len(found)
    assert {(len(members), BATCH)} == {rows.shape for rows in found}


def test_no_sentence_comes_more_than_once_more_than_another() -> None:
    """A copy with fewer sentences goes round again, and favours none."""
    shown = np.stack(batches([np.arange(400), np.arange(90)]), axis=1)

    times = np.bincount(shown[1].ravel(), minlength=90)
    assert 1 == times.max() - times.min()
    assert [1] * 400 == np.bincount(shown[0].ravel()).tolist()


def test_sentences_of_a_batch_are_about_equally_long() -> None:
    """Within a chunk no batch reaches into the lengths of another."""
    spread = [np.ptp(LENGTHS[rows[0]]) for rows in batches([np.arange(400)])]

    assert 400 > CHUNK * BATCH
    assert np.mean(spread) < np.ptp(LENGTHS) / CHUNK * 2


def test_an_epoch_is_shuffled_by_its_generators_alone() -> None:
    """The same seeds give the same training."""
    first, same = (np.stack(batches([np.arange(400)])).tolist() for _ in range(2))

    assert first == same
    assert first != np.stack(batches([np.arange(400)], own=2)).tolist()


def test_the_order_of_long_and_short_batches_is_shared() -> None:
    """Another one shows the same batches, at other times."""
    first, other = (np.stack(batches([np.arange(400)], shared)).tolist() for shared in (1, 2))

    assert first != other
    assert sorted(first) == sorted(other)
