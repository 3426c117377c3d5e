"""Faults of transactions: they commit what they have lost, and offsets that are none of theirs."""

import pytest
from kafka import TopicPartition
from kafka.errors import CommitFailedError, KafkaTimeoutError, OutOfOrderSequenceNumberError

from deploy.kafka import Broker
from tests.conftest import MakeTopic
from tests.service.broker.client_faults.acting import join, offset, refusal, wait_until
from tests.service.broker.client_faults.conftest import MakeConsumer, MakeProducer
from tests.service.broker.client_faults.mended import mended

LOOKING = "step 2 from the docstring of Delivery in service/broker/delivery.py, once both ways to lose records are gone"
LATER_MS = 60_000  # what waits for this is never sent in a test


def test_a_transaction_commits_although_a_record_expired(
    real_broker: Broker,
    make_topic: MakeTopic,
    make_producer: MakeProducer,
    make_consumer: MakeConsumer,
    transactional_id: str,
) -> None:
    """A record that was given up fails its own future and nothing else: the commit reports success without it."""
    topic = make_topic(real_broker)
    producer = make_producer(
        real_broker, transactional_id=transactional_id, delivery_timeout_ms=400, request_timeout_ms=300
    )
    producer.begin_transaction()
    producer.send(topic, b"kept")
    producer.flush(10)
    producer._accumulator.config["linger_ms"] = LATER_MS  # as if the partition had no leader until the record expires
    with pytest.raises(KafkaTimeoutError, match="Expiring"):
        producer.send(topic, b"lost").get(10)

    refused = refusal(producer.commit_transaction)

    assert None is refused, mended("commits a transaction in which a record has expired", LOOKING)
    reader = make_consumer(real_broker, topic, isolation_level="read_committed")
    assert [b"kept"] == [record.value for record in next(iter(reader.poll(timeout_ms=20_000).values()))]


def test_a_transaction_commits_although_its_records_were_refused(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer, transactional_id: str
) -> None:
    """A gap in the sequence makes the client begin a new epoch, which drops the transaction and answers the commit."""
    topic = make_topic(real_broker)
    producer = make_producer(real_broker, transactional_id=transactional_id, linger_ms=LATER_MS)
    producer.begin_transaction()
    producer.send(topic, b"first")
    producer.flush(10)
    producer._transaction_manager._sequence_numbers[TopicPartition(topic, 0)] += 5
    future = producer.send(topic, b"after the gap")

    refused = refusal(producer.commit_transaction)

    assert isinstance(future.exception, OutOfOrderSequenceNumberError)
    assert None is refused, mended("commits a transaction whose epoch it has left", LOOKING)


def test_offsets_of_an_aborted_transaction_join_the_next(
    real_broker: Broker,
    make_topic: MakeTopic,
    make_producer: MakeProducer,
    make_consumer: MakeConsumer,
    group: str,
) -> None:
    """What one transaction could not commit is committed by the next one of the same producer."""
    topic = make_topic(real_broker, partitions=2)
    aborted, committed = TopicPartition(topic, 0), TopicPartition(topic, 1)
    member = make_consumer(real_broker, topic, group_id=group, isolation_level="read_committed")
    join(member)
    now = member.group_metadata()
    producer = make_producer(real_broker, transactional_id=group)
    producer.begin_transaction()
    with pytest.raises(CommitFailedError):
        producer.send_offsets_to_transaction({aborted: offset(5)}, now._replace(generation_id=now.generation_id - 1))
    producer.abort_transaction()

    producer.begin_transaction()
    producer.send_offsets_to_transaction({committed: offset(7)}, now)
    producer.commit_transaction()

    assert (5, 7) == (member.committed(aborted), member.committed(committed)), mended(
        "takes the offsets of an aborted transaction into the next one",
        "step 5 from Delivery in service/broker/delivery.py; a producer may then outlive an abort",
    )


def test_an_evicted_member_commits_unfenced(
    real_broker: Broker,
    make_topic: MakeTopic,
    make_producer: MakeProducer,
    make_consumer: MakeConsumer,
    group: str,
) -> None:
    """After an eviction the metadata is that of no member, with which a transaction undoes the successor's progress."""
    partition = TopicPartition(make_topic(real_broker), 0)
    evicted = make_consumer(real_broker, partition.topic, group_id=group, max_poll_interval_ms=1_000)
    join(evicted)
    wait_until(lambda: evicted.group_metadata().generation_id < 0)
    successor = make_consumer(real_broker, partition.topic, group_id=group, isolation_level="read_committed")
    join(successor)
    successor.commit({partition: offset(60)})
    producer = make_producer(real_broker, transactional_id=group)
    producer.begin_transaction()

    refused = refusal(
        lambda: producer.send_offsets_to_transaction({partition: offset(10)}, evicted.group_metadata())
    ) or refusal(producer.commit_transaction)

    assert (None, 10) == (refused, successor.committed(partition)), mended(
        "lets an evicted member commit", "the look at the generation from Membership in service/broker/membership.py"
    )


def test_an_offset_that_a_transaction_holds_back_is_asked_for_in_silence(
    real_broker: Broker,
    make_topic: MakeTopic,
    make_producer: MakeProducer,
    make_consumer: MakeConsumer,
    group: str,
) -> None:
    """The coordinator answers each time, and the caller hears of nothing but its own time that is up."""
    partition = TopicPartition(make_topic(real_broker), 0)
    member = make_consumer(real_broker, partition.topic, group_id=group, isolation_level="read_committed")
    join(member)
    producer = make_producer(real_broker, transactional_id=group)
    producer.begin_transaction()
    producer.send_offsets_to_transaction({partition: offset(5)}, member.group_metadata())

    refused = refusal(lambda: member.committed(partition, timeout_ms=300))

    assert KafkaTimeoutError is type(refused), mended(
        "hides that an offset is held back", "NOBODYS from service/broker/contact.py, and ask for a partition that is"
    )
