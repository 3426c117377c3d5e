"""The checker finds what is wrong, and nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Verdict
from models.labels import Label
from service.errors import Reason
from tests.chaos.checker import Came, Findings, Went, check

CLAIM = Verdict(Label.CLAIM, 0.9, (0.9, 0.05, 0.03, 0.02), accepted=True, threshold=0.5)
UNSURE = Verdict(Label.DENIAL, 0.4, (0.3, 0.4, 0.2, 0.1), accepted=False, threshold=0.5)

NOTHING = Findings([], [], [], [], [], [], [], [])


def came(number: int) -> Came:
    """Every third is of another key, every fifth is unsure, every seventh cannot be read."""
    key = b"odd" if number % 3 else b"even"
    text, reason = (None, Reason.INVALID_JSON) if number % 7 == 0 else (f"The mill has {number} wheels.", None)
    return Came(number, key, len(key) % 2, number, text, reason)


def verdict(number: int) -> Verdict:
    """What the model says of it."""
    return UNSURE if number % 5 == 0 else CLAIM


def went(number: int) -> Went:
    """What a service without fault makes of it."""
    sent, said = came(number), verdict(number)
    place = ("dead_letters" if sent.reason else "claims" if said.accepted else "review", sent.partition, number)
    if sent.reason:
        return Went(*place, number, sent.key, f"place-{number}", reason=sent.reason)
    return Went(*place, number, sent.key, f"id-{number}", said.label, said.confidence)


SENT = [came(number) for number in range(1, 50)]
VERDICTS = {number: verdict(number) for number in range(1, 50)}
RIGHT = [went(number) for number in range(1, 50)]


def found(outputs: list[Went]) -> Findings:
    """What the checker says of these outputs."""
    return check(SENT, outputs, VERDICTS)


def changed(number: int, **fields: Any) -> list[Went]:
    """The right outputs, but one of them is different."""
    return [one._replace(**fields) if one.number == number else one for one in RIGHT]


def test_nothing_is_found_where_all_is_well() -> None:
    """Each sentence once, on its topic, in order."""
    assert NOTHING == found(RIGHT)


def test_in_which_order_topics_are_read_does_not_matter() -> None:
    """The order that counts is the one of the offsets."""
    assert NOTHING == found(RIGHT[::-1])


@given(st.sets(st.integers(1, 49)))
def test_each_loss_is_found(lost: set[int]) -> None:
    """Whatever is on no topic is named, readable or not."""
    outputs = [one for one in RIGHT if one.number not in lost]

    assert NOTHING._replace(lost=sorted(lost)) == found(outputs)


@given(st.sets(st.integers(1, 49)))
def test_each_double_is_found(doubled: set[int]) -> None:
    """A second copy is named although it says the same under the same id, and does not count as out of order."""
    copies = [went(number)._replace(offset=100 + number) for number in doubled]

    assert NOTHING._replace(doubled=sorted(doubled)) == found(RIGHT + copies)


def test_a_sentence_that_came_twice_may_go_twice() -> None:
    """A producer upstream may double a sentence; then it must not be lost either."""
    again = went(8)._replace(offset=100, identity="another")
    sent = [*SENT, came(8)._replace(offset=100)]

    assert NOTHING == check(sent, [*RIGHT, again], VERDICTS)
    assert NOTHING._replace(lost=[8]) == check(sent, RIGHT, VERDICTS)


def test_a_double_on_another_topic_is_found() -> None:
    """Two processes with two models would do that."""
    copy = went(8)._replace(use="review", offset=100)

    assert NOTHING._replace(doubled=[8], misplaced=[8]) == found([*RIGHT, copy])


def test_a_double_under_another_id_is_told_apart() -> None:
    """Nobody downstream could drop it."""
    copy = went(8)._replace(identity="another", offset=100)

    assert NOTHING._replace(doubled=[8], unrecognisable=[8]) == found([*RIGHT, copy])


def test_a_sentence_behind_a_later_one_of_its_key_is_found() -> None:
    """Number 8 comes after all others of its key on its topic."""
    assert NOTHING._replace(reordered=[8]) == found(changed(8, offset=100))


def test_other_keys_and_other_topics_have_an_order_of_their_own() -> None:
    """A key's first sentence may come after another key's last."""
    later = [one._replace(offset=one.offset + (200 if one.key == b"even" else 0)) for one in RIGHT]

    assert NOTHING == found(later)


@pytest.mark.parametrize("fields", [{"label": "denial"}, {"confidence": 0.8}])
def test_another_answer_than_the_models_is_found(fields: dict[str, Any]) -> None:
    """Label and confidence are those that the model gives offline."""
    assert NOTHING._replace(mislabelled=[8]) == found(changed(8, **fields))


def test_a_sentence_on_the_wrong_topic_is_found() -> None:
    """An unsure one belongs on the review topic."""
    assert NOTHING._replace(misplaced=[10]) == found(changed(10, use="claims"))


def test_a_readable_sentence_that_is_a_dead_letter_is_found() -> None:
    """Setting aside what could be labelled is a fault."""
    assert NOTHING._replace(set_aside_wrongly=[8]) == found(changed(8, use="dead_letters", reason="not_published"))


def test_an_unreadable_record_that_was_labelled_is_found() -> None:
    """So is labelling what says nothing."""
    assert NOTHING._replace(set_aside_wrongly=[7]) == found(changed(7, use="other", reason=None, label="other"))


def test_a_dead_letter_for_the_wrong_reason_is_found() -> None:
    """Whoever mends the feed goes by the reason."""
    assert NOTHING._replace(set_aside_wrongly=[7]) == found(changed(7, reason="blank_text"))


def test_a_sentence_that_nobody_sent_is_found() -> None:
    """An output of no input."""
    assert NOTHING._replace(invented=[500]) == found([*RIGHT, went(8)._replace(number=500, offset=500)])
