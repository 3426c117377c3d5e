"""Whether a broker still answers."""

import pytest
from kafka import TopicPartition
from kafka.errors import GroupAuthorizationFailedError, KafkaTimeoutError

from deploy.kafka import Broker
from service.broker.clients import make_consumer, make_producer
from service.broker.contact import ASK_AFTER_S, NOBODYS, Contact
from service.settings import load
from tests.conftest import MakeTopic
from tests.service.broker.client_faults.acting import give_up_asking, join, offset, refusal
from tests.service.kafka_doubles import FakeClock, FakeConsumer


class Silent(FakeConsumer):
    """A consumer whose brokers are gone."""

    def committed(self, partition: TopicPartition, *, timeout_ms: int) -> int | None:
        raise KafkaTimeoutError


def test_a_broker_is_asked_at_once_at_first() -> None:
    """Nothing has been heard yet, so readiness need not wait."""
    assert Contact(FakeConsumer(), "news.sentences", FakeClock()).ask()


def test_a_broker_that_was_just_heard_is_not_asked() -> None:
    """A delivery or an answer is proof enough for a while."""
    contact = Contact(Silent(), "news.sentences", FakeClock())

    contact.heard()

    assert not contact.ask()


def test_silence_is_broken_by_a_question() -> None:
    """When nobody answers, an idle loop learns of it."""
    clock = FakeClock()
    contact = Contact(Silent(), "news.sentences", clock)
    contact.heard()
    clock.now += ASK_AFTER_S

    with pytest.raises(KafkaTimeoutError):
        contact.ask()


def test_a_coordinator_answers_while_a_transaction_holds_the_offsets_back(
    real_broker: Broker, make_topic: MakeTopic, group: str
) -> None:
    """A member with nothing to do does not count the open transaction of another as an outage."""
    topic = make_topic(real_broker)
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": real_broker.bootstrap_servers, "CLAIMWIRE_GROUP_ID": group})
    consumer, producer = make_consumer(settings, None), make_producer(settings, group)
    consumer.subscribe([topic])
    join(consumer)
    producer.begin_transaction()
    producer.send_offsets_to_transaction({TopicPartition(topic, 0): offset(5)}, consumer.group_metadata())

    answered = Contact(consumer, topic).ask()

    producer.abort_transaction()
    producer.close()
    consumer.close()
    assert answered


def test_a_late_answer_is_no_sign_of_life(real_broker: Broker, make_topic: MakeTopic, group: str) -> None:
    """What the coordinator said to an earlier question tells nothing of how it is now."""
    topic = make_topic(real_broker)
    settings = load({"CLAIMWIRE_BOOTSTRAP_SERVERS": real_broker.bootstrap_servers, "CLAIMWIRE_GROUP_ID": group})
    consumer = make_consumer(settings, None)
    consumer.subscribe([topic])
    join(consumer)
    give_up_asking(consumer, TopicPartition(topic, NOBODYS))

    async def refuse(partitions: list[TopicPartition]) -> None:
        raise GroupAuthorizationFailedError  # an outage would say as much, after five seconds

    consumer._coordinator._send_offset_fetch_request = refuse
    refused = refusal(Contact(consumer, topic).ask)

    consumer.close()
    assert isinstance(refused, GroupAuthorizationFailedError)
