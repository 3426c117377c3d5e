"""Which rights are needed, and which of them an error is about."""

import pytest
from kafka.errors import (
    BrokerResponseError,
    CommitFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailedError,
)

from service.broker.rights import Right, refused, rights
from service.settings import load

SETTINGS = load({}, bootstrap_servers="kafka:9092")
GROUP = Right("Read", "Group", "claimwire")
TRANSACTIONS = Right("Write", "TransactionalId", "claimwire", prefixed=True)
WRITTEN = tuple(right for right in rights(SETTINGS) if right.operation == "Write" and right.resource == "Topic")


def test_without_transactions_no_right_to_them_is_needed() -> None:
    """At-least-once begins no transaction."""
    assert TRANSACTIONS in rights(SETTINGS)
    assert TRANSACTIONS not in rights(load({}, bootstrap_servers="kafka:9092", delivery="at_least_once"))


def test_nothing_is_needed_on_the_cluster() -> None:
    """Every right is on a topic, a group or a transactional id of ours."""
    assert {"Topic", "Group", "TransactionalId"} == {right.resource for right in rights(SETTINGS)}


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        ((Right("Write", "Topic", "news.claims"),), TopicAuthorizationFailedError(["news.claims"])),
        ((Right("Read", "Topic", "news.sentences"),), TopicAuthorizationFailedError({"news.sentences"})),
        ((GROUP,), GroupAuthorizationFailedError("claimwire")),
        ((TRANSACTIONS,), TransactionalIdAuthorizationFailedError()),
        ((GROUP,), KafkaError("in an error state", GroupAuthorizationFailedError("claimwire"))),
        ((), CommitFailedError()),
    ],
)
def test_an_error_tells_what_was_refused(expected: tuple[Right, ...], error: BrokerResponseError) -> None:
    """The resource follows from the error's kind, and from the name where it holds one."""
    assert expected == refused(error, SETTINGS)


def test_where_no_topic_is_named_all_are_meant() -> None:
    """An error that only says that some topic was refused leaves every topic in question."""
    assert {"news.sentences", *(right.name for right in WRITTEN)} == {
        right.name for right in refused(TopicAuthorizationFailedError(), SETTINGS)
    }


def test_a_cause_that_is_only_attached_counts() -> None:
    """The client at times wraps what the broker said."""
    error = KafkaError("wrapped")
    error.__cause__ = TransactionalIdAuthorizationFailedError()

    assert (TRANSACTIONS,) == refused(error, SETTINGS)


def test_a_right_is_written_as_it_is_granted() -> None:
    """The text of a right can be given to Kafka's own tool."""
    assert "--operation Write --transactional-id claimwire --resource-pattern-type prefixed" == str(TRANSACTIONS)
    assert "--operation Read --group claimwire" == str(GROUP)
