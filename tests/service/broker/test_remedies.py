"""What is done about each error of kafka-python."""

import inspect

import kafka.errors
import pytest
from kafka.errors import KafkaError

from service.broker.remedies import NOT_OURS, REMEDIES, Remedy, remedy

ALL = {name for name, error in vars(kafka.errors).items() if inspect.isclass(error) and issubclass(error, KafkaError)}


def test_every_error_of_the_client_has_a_remedy() -> None:
    """An error that a release adds fails here until somebody has decided what to do about it."""
    lasting = {name for name in ALL if not getattr(kafka.errors, name).retriable}
    aliases = {name for name in ALL if getattr(kafka.errors, name).__name__ != name}

    assert set() == lasting - set(REMEDIES) - NOT_OURS - aliases


def test_no_remedy_is_for_an_error_that_is_gone() -> None:
    """The table names only errors that the client has."""
    assert set() == (set(REMEDIES) | NOT_OURS) - ALL


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        (Remedy.RETRY, kafka.errors.NotLeaderForPartitionError()),
        (Remedy.RETRY, kafka.errors.OutOfOrderSequenceNumberError()),
        (Remedy.RETRY, kafka.errors.InvalidTimestampError()),  # whatever is sent while a clock is wrong gets it
        (Remedy.REJOIN, kafka.errors.CommitFailedError()),
        (Remedy.SET_ASIDE, kafka.errors.MessageSizeTooLargeError()),
        (Remedy.REFUSED, kafka.errors.TopicAuthorizationFailedError()),
        (Remedy.UNREADABLE, kafka.errors.CorruptRecordError()),
        (Remedy.FENCED, kafka.errors.FencedInstanceIdError()),
    ],
)
def test_a_remedy_follows_from_the_error(expected: Remedy, error: KafkaError) -> None:
    """Each kind of error is met in its own way."""
    assert expected is remedy(error)


def test_a_cause_in_the_arguments_decides() -> None:
    """The client wraps what put it into an error state."""
    assert Remedy.FENCED is remedy(KafkaError(kafka.errors.ProducerFencedError()))


def test_a_cause_that_is_only_named_decides() -> None:
    """The client sometimes leaves no more of the cause than its name."""
    text = "Cannot execute transactional method because we are in an error state: GroupAuthorizationFailedError"

    assert Remedy.REFUSED is remedy(KafkaError(text))


def test_the_gravest_cause_decides() -> None:
    """A retriable wrapper does not soften what it wraps."""
    error = kafka.errors.KafkaTimeoutError()
    error.__cause__ = kafka.errors.ProducerFencedError()

    assert Remedy.FENCED is remedy(error)
