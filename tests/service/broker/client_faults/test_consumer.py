"""Faults of the consumer: it spins, it is stranded, it goes on where it should not."""

import subprocess
import sys
import time
from threading import Thread
from typing import Any

import pytest
from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import NewPartitions
from kafka.errors import CorruptRecordError, KafkaTimeoutError, LogTruncationError, RebalanceInProgressError
from kafka.protocol.consumer import SyncGroupRequest
from kafka.structs import ConsumerGroupMetadata, MemberState

from deploy.kafka import Broker
from service.broker import clients
from service.loop import POLL_MS
from service.settings import Settings, load
from tests.conftest import MakeTopic
from tests.service.broker.client_faults.acting import (
    find_truncated,
    give_up_asking,
    join,
    offset,
    polled,
    refusal,
    wait_until,
)
from tests.service.broker.client_faults.conftest import MakeConsumer, MakeProducer
from tests.service.broker.client_faults.mended import mended

POISONED = """
import sys
from kafka import KafkaConsumer, TopicPartition
from kafka.serializer import Deserializer
class Poisoned(Deserializer):
    def deserialize(self, topic, headers, data):
        raise ValueError
consumer = KafkaConsumer(bootstrap_servers=sys.argv[1], value_deserializer=Poisoned(), auto_offset_reset="earliest")
consumer.assign([TopicPartition(sys.argv[2], 0)])
for said in ("raised", "returned"):
    try:
        while not consumer.poll(timeout_ms=200) and said == "raised":
            pass
    except ValueError:
        pass
    print(said, flush=True)
"""
SPINS_S = 2.0  # ten times what the second poll of POISONED should take
SYNC_S = 0.3  # longer than one of the polls during which it is to arrive


def test_a_poll_after_a_failed_deserialiser_never_returns(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer
) -> None:
    """A deserialiser that raises makes the next poll spin for ever, deaf to its timeout."""
    topic = make_topic(real_broker)
    make_producer(real_broker).send(topic, b"not what it expects").get(10)
    command = [sys.executable, "-W", "ignore", "-c", POISONED, real_broker.bootstrap_servers, topic]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert "raised\n" == reader.stdout.readline()
        try:
            reader.wait(SPINS_S)
            returned = True
        except subprocess.TimeoutExpired:
            returned = False
        reader.kill()

    assert not returned, mended(
        "spins after a deserialiser has raised",
        "UnreadableBatchError from service/loop.py, once a corrupt batch does not make it spin either",
    )


def test_a_header_whose_name_is_no_text_stops_the_consumer(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer
) -> None:
    """A broker takes a header of any name, the client only one in UTF-8: whoever may write can stop whoever reads."""

    class NoText(str):
        __slots__ = ()

        def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
            return b"\xff"

    topic = make_topic(real_broker)
    make_producer(real_broker).send(topic, b"a good event", headers=[(NoText("name"), b"")]).get(10)
    consumer = clients.make_consumer(settings(real_broker), None)
    consumer.assign([TopicPartition(topic, 0)])

    refused = refusal(lambda: consumer.poll(timeout_ms=20_000))

    assert isinstance(refused, CorruptRecordError), mended(
        "takes a header's name that is not UTF-8 for a corrupt record",
        'the row about it from docs/security.md, "What is not"',
    )
    consumer.close()


def test_our_consumer_has_no_deserialiser(real_broker: Broker) -> None:
    """Nothing of ours can raise inside a poll: keys and values arrive as the bytes that they are."""
    consumer = clients.make_consumer(settings(real_broker), None)

    assert (None, None) == (consumer.config["key_deserializer"], consumer.config["value_deserializer"])
    consumer.close()


def test_offsets_in_an_open_transaction_are_overlooked_by_read_uncommitted(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer, make_consumer: MakeConsumer, group: str
) -> None:
    """Only a consumer that reads committed records waits for offsets which a dead owner's transaction still holds."""
    partition = TopicPartition(make_topic(real_broker), 0)
    producer = make_producer(real_broker, transactional_id=group)
    producer.begin_transaction()
    producer.send_offsets_to_transaction({partition: offset(7)}, ConsumerGroupMetadata(group, -1, "", None))

    careless = make_consumer(real_broker, group_id=group, isolation_level="read_uncommitted")
    careful = make_consumer(real_broker, group_id=group, isolation_level="read_committed")

    assert None is careless.committed(partition, timeout_ms=500), mended(
        "overlooks offsets in an open transaction under read_uncommitted",
        "the second half of the docstring of make_consumer in service/broker/clients.py",
    )
    with pytest.raises(KafkaTimeoutError):
        careful.committed(partition, timeout_ms=300)
    producer.abort_transaction()


@pytest.mark.parametrize(
    ("expected", "delivery"), [("read_committed", "exactly_once"), ("read_uncommitted", "at_least_once")]
)
def test_our_consumer_waits_for_such_offsets_under_exactly_once(
    real_broker: Broker, expected: str, delivery: str
) -> None:
    """Exactly-once reads committed records, whatever the input; at-least-once has no transaction to wait for."""
    consumer = clients.make_consumer(settings(real_broker, delivery=delivery), None)

    assert expected == consumer.config["isolation_level"]
    consumer.close()


def test_a_partition_that_comes_back_keeps_its_old_position(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer, make_consumer: MakeConsumer, group: str
) -> None:
    """A member that missed a generation reads again what the partition's owner in between has committed."""
    partition = TopicPartition(make_topic(real_broker), 0)
    producer = make_producer(real_broker)
    for number in range(100):
        producer.send(partition.topic, b"%d" % number)
    producer.flush()
    # The assignor goes by client id, so that the one partition is given to the member that comes second.
    slow = make_consumer(real_broker, partition.topic, group_id=group, client_id="z", max_poll_records=10)
    quick = make_consumer(real_broker, partition.topic, group_id=group, client_id="a")
    first = polled(slow)
    slow.commit()
    joining = Thread(target=join, args=[quick])
    joining.start()
    wait_until(slow._coordinator.need_rejoin)
    slow.poll(timeout_ms=1)  # asks to join, and is not there for the answer
    joining.join()
    quick.commit({partition: offset(60)})
    quick.close()

    again = polled(slow)

    assert (9, 10) == (first[-1], again[0]), mended(
        "keeps the position of a partition that another member had in between",
        "the seeks from Membership in service/broker/membership.py",
    )


def test_a_late_answer_is_taken_for_that_to_the_next_question(
    real_broker: Broker, make_topic: MakeTopic, make_consumer: MakeConsumer, group: str
) -> None:
    """After a timeout a consumer is told what was committed then, whoever has committed since."""
    partition = TopicPartition(make_topic(real_broker), 0)
    asking, other = (make_consumer(real_broker, group_id=group) for _ in range(2))
    other.assign([partition])
    other.commit({partition: offset(5)})
    asking.committed(partition)  # finds the coordinator
    give_up_asking(asking, partition)
    other.commit({partition: offset(15)})

    assert (5, 15) == (asking.committed(partition), asking.committed(partition)), mended(
        "takes a late answer for that to the next question", "ask_afresh from service/broker/clients.py"
    )


def test_our_consumer_waits_for_the_answer_to_its_own_question(
    real_broker: Broker, make_topic: MakeTopic, group: str
) -> None:
    """The late one is forgotten."""
    partition = TopicPartition(make_topic(real_broker), 0)
    consumer = clients.make_consumer(settings(real_broker, group_id=group), None)
    consumer.assign([partition])
    consumer.commit({partition: offset(5)})
    give_up_asking(consumer, partition)
    consumer.commit({partition: offset(15)})

    told = consumer.committed(partition)

    consumer.close()
    assert 15 == told


def test_a_position_takes_an_error_away_from_the_next_poll(
    real_broker: Broker, make_topic: MakeTopic, make_producer: MakeProducer, make_consumer: MakeConsumer
) -> None:
    """Who only looks at where a consumer is hears that the log was truncated, and who polls never does."""
    partition = TopicPartition(make_topic(real_broker), 0)
    make_producer(real_broker).send(partition.topic, b"a good event").get(10)
    consumer = make_consumer(real_broker, auto_offset_reset="none")
    consumer.assign([partition])
    consumer.seek(partition, 0)
    polled(consumer)
    find_truncated(consumer, partition)

    refused = refusal(lambda: consumer.position(partition, timeout_ms=0))

    assert isinstance(refused, LogTruncationError), mended(
        "raises in position() what the next poll should raise", "known_position from service/broker/clients.py"
    )
    assert None is refusal(lambda: consumer.poll(timeout_ms=500))


def test_a_listener_may_not_block(
    real_broker: Broker, make_topic: MakeTopic, make_consumer: MakeConsumer, group: str
) -> None:
    """Whatever waits for the broker raises inside a rebalance listener, because that runs on the thread of answers."""
    topic = make_topic(real_broker)
    errors: list[str] = []

    class Committing(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
        def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
            pass

        def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
            try:
                consumer.commit({partition: offset(0) for partition in assigned or {TopicPartition(topic, 0)}})
            except RuntimeError as error:
                errors.append(str(error))

    consumer = make_consumer(real_broker, group_id=group)
    consumer.subscribe([topic], listener=Committing())
    join(consumer)

    assert errors, mended(
        "forbids blocking calls in a rebalance listener",
        "the warning in AssignmentListener from service/broker/membership.py",
    )
    assert "IO thread" in errors[0]


def test_a_leader_is_stranded_when_a_poll_ends_before_its_sync(
    real_broker: Broker, make_topic: MakeTopic, make_consumer: MakeConsumer, group: str
) -> None:
    """After a change of metadata the answer to SyncGroup is lost if no poll waits for it, and no poll asks again."""
    topic = make_topic(real_broker)
    consumer = make_consumer(real_broker, topic, group_id=group, metadata_max_age_ms=200)
    join(consumer)
    delay_sync(consumer)
    with KafkaAdminClient(bootstrap_servers=real_broker.bootstrap_servers.split(",")) as admin:
        admin.create_partitions({topic: NewPartitions(2)})
    wait_until(lambda: consumer.poll(timeout_ms=100) or consumer.group_metadata().state == MemberState.REBALANCING)

    for _ in range(10):
        consumer.poll(timeout_ms=100)

    stranded = (consumer.group_metadata().state, consumer._coordinator.need_rejoin())
    assert (MemberState.REBALANCING, False) == stranded, mended(
        "strands a leader", "the second subscription from Membership in service/broker/membership.py"
    )
    with pytest.raises(RebalanceInProgressError):
        consumer.commit({TopicPartition(topic, 0): offset(0)})
    consumer.unsubscribe()  # what Membership does
    consumer.subscribe([topic])
    join(consumer)
    assert {0, 1} == {partition.partition for partition in consumer.assignment()}


def test_a_join_that_ends_between_two_polls_is_thrown_away(
    real_broker: Broker, make_topic: MakeTopic, make_consumer: MakeConsumer, group: str
) -> None:
    """Polls that do not wait never get a member into its group; polls as long as ours do at once."""
    topic = make_topic(real_broker)
    consumer = make_consumer(real_broker, topic, group_id=group)

    for _ in range(20):
        consumer.poll(timeout_ms=0)
        time.sleep(0.05)  # the answers come in the meantime

    assert set() == consumer.assignment(), mended(
        "throws a join away that ends between two polls", "the reason beside POLL_MS from service/loop.py"
    )
    while not consumer.assignment():
        consumer.poll(timeout_ms=POLL_MS)


def settings(broker: Broker, **overrides: Any) -> Settings:
    """Our settings for a broker."""
    return load({}, bootstrap_servers=broker.bootstrap_servers, **overrides)


def delay_sync(consumer: KafkaConsumer) -> None:
    """Have a consumer wait a little before each of its SyncGroup requests, as for a broker that is slow to answer."""
    manager = consumer._coordinator._manager
    send = manager.send

    async def later(request: Any, **keywords: Any) -> Any:
        await manager._net.sleep(SYNC_S)
        return await send(request, **keywords)

    def maybe_later(request: Any, **keywords: Any) -> Any:
        return later(request, **keywords) if isinstance(request, SyncGroupRequest) else send(request, **keywords)

    manager.send = maybe_later
