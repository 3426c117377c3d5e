"""What may be committed of a batch."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from service.broker.ledger import Ledger
from tests.service.kafka_doubles import FakeRecord


def test_nothing_is_committable_at_first() -> None:
    """Before anything is settled, no offset may be committed."""
    ledger = Ledger([FakeRecord(7), FakeRecord(8)])

    assert {} == ledger.committable()


def test_a_settled_start_is_committable() -> None:
    """The offset after the settled run at the start may be committed."""
    records = [FakeRecord(7), FakeRecord(8), FakeRecord(9)]
    ledger = Ledger(records)

    ledger.settle(records[:2])

    assert {("news.sentences", 0): 9} == ledger.committable()


def test_a_gap_holds_everything_behind_it_back() -> None:
    """A record that is still open keeps later ones from being committed past it."""
    records = [FakeRecord(7), FakeRecord(8), FakeRecord(9)]
    ledger = Ledger(records)

    ledger.settle([records[0], records[2]])

    assert {("news.sentences", 0): 8} == ledger.committable()


def test_partitions_do_not_wait_for_each_other() -> None:
    """A partition that is done is committable though another is not."""
    ledger = Ledger([FakeRecord(7, partition=0), FakeRecord(3, partition=1)])

    ledger.settle([FakeRecord(3, partition=1)])

    assert {("news.sentences", 1): 4} == ledger.committable()


def test_offsets_need_not_be_consecutive() -> None:
    """Offsets that a compaction or a transaction's marker took are passed over."""
    records = [FakeRecord(7), FakeRecord(12)]
    ledger = Ledger(records)

    ledger.settle(records)

    assert {("news.sentences", 0): 13} == ledger.committable()


class EveryInterleaving(RuleBasedStateMachine):
    """Batches are read, settled in any order, failed, dead-lettered and read again; the commit never overtakes."""

    @initialize(ends=st.lists(st.integers(1, 12), min_size=1, max_size=3))
    def a_topic(self, ends: list[int]) -> None:
        """Partitions with some records each."""
        self.ends = ends
        self.committed = dict.fromkeys(range(len(ends)), 0)
        self.finished: set[tuple[int, int]] = set()
        self.read_again()

    def read_again(self) -> None:
        """A poll from what is committed."""
        self.batch = [FakeRecord(o, p) for p, end in enumerate(self.ends) for o in range(self.committed[p], end)]
        self.ledger = Ledger(self.batch)

    @rule(data=st.data())
    def an_output_or_dead_letter_is_confirmed(self, data: st.DataObject) -> None:
        """Any record of the batch is finished, in any order."""
        if self.batch:
            record = data.draw(st.sampled_from(self.batch))
            self.ledger.settle([record])
            self.finished.add((record.partition, record.offset))

    @rule()
    def what_is_allowed_is_committed(self) -> None:
        """The commit of the moment."""
        for (_, partition), offset in self.ledger.committable().items():
            self.committed[partition] = offset

    @rule()
    def the_batch_is_lost(self) -> None:
        """A revocation, a failure or a crash: what is not committed is read again."""
        self.read_again()

    @rule(partition=st.integers(0, 2))
    def records_arrive(self, partition: int) -> None:
        """The topic grows while a batch is under way."""
        if partition < len(self.ends):
            self.ends[partition] += 1

    @invariant()
    def no_commit_overtakes_an_unfinished_record(self) -> None:
        """Every offset below the committed one is finished."""
        for partition, offset in getattr(self, "committed", {}).items():
            assert all((partition, earlier) in self.finished for earlier in range(offset))


TestEveryInterleaving = EveryInterleaving.TestCase


@given(st.permutations(list(range(8))), st.integers(0, 8))
def test_the_commit_is_the_first_unfinished_offset(order: list[int], finished: int) -> None:
    """Whatever the order of confirmations, the commit stands exactly at the first record that is open."""
    ledger = Ledger([FakeRecord(offset) for offset in range(8)])

    ledger.settle([FakeRecord(offset) for offset in order[:finished]])

    first_open = min(set(range(9)) - set(order[:finished]))
    assert first_open == ledger.committable().get(("news.sentences", 0), 0)
