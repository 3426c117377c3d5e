"""The three Kafka clients, made from the settings in one place so that security and timeouts cannot differ."""

from collections.abc import Callable, Collection
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError
from kafka.serializer import Serializer

from service.broker.last_words import hear_last_words
from service.broker.unpacking import bound_unpacking
from service.errors import SettingsError
from service.records import Headers
from service.settings import Delivery, Settings, key

BATCH_BYTES = 262_144  # larger batches cost a producer fewer requests; well under the 1 MiB a broker takes by default
FETCH_BYTES = 4_194_304  # a partition is not fetched again before its records are drained, so one fetch must last
HEARTBEAT_S = 1.0  # a member hears of a rebalance with its next heartbeat, and all the others wait for it until then
METADATA_MS = 30_000  # after so long a partition that was added is noticed; kafka-python would take five minutes
RECONNECT_MS = 2_000  # the longest pause between two attempts; kafka-python would look away from a broker for 30 s
HEADER_ROOM = 65_536  # an event is its sentence, its numbers and its headers
DEAD_LETTER_BYTES = 16_777_216  # a dead letter is whatever came, however large, and our headers
ABSENT: Final = object()
"""A null value, to `send()` of a producer made here: given None without a key, kafka-python refuses the record."""


def connection(settings: Settings) -> dict[str, Any]:
    """Arguments that every client shares: addresses, TLS and SASL.

    Raises SettingsError when no address is set.
    """
    hear_last_words()
    if not settings.bootstrap_servers:
        name = key("bootstrap_servers")
        raise SettingsError((name,), f"{name} is not set. Name at least one broker, such as 127.0.0.1:9092.")
    arguments: dict[str, Any] = {
        "bootstrap_servers": [address.strip() for address in settings.bootstrap_servers.split(",")],
        "client_id": settings.group_id,
        "security_protocol": settings.security_protocol.value,
        "ssl_check_hostname": settings.tls_check_hostname,
        "ssl_cafile": settings.tls_ca_file and str(settings.tls_ca_file),
        "ssl_certfile": settings.tls_cert_file and str(settings.tls_cert_file),
        "ssl_keyfile": settings.tls_key_file and str(settings.tls_key_file),
        "ssl_password": settings.tls_key_password and settings.tls_key_password.get_secret_value(),
        "request_timeout_ms": milliseconds(settings.request_timeout_s),
        "bootstrap_timeout_ms": milliseconds(settings.request_timeout_s),
        "reconnect_backoff_max_ms": RECONNECT_MS,
    }
    if settings.sasl_mechanism and settings.sasl_password:
        arguments |= {
            "sasl_mechanism": settings.sasl_mechanism.value,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password.get_secret_value(),
        }
    if settings.api_version:
        major, minor = settings.api_version.split(".")
        arguments["api_version"] = (int(major), int(minor))
    return arguments


def make_consumer(settings: Settings, instance_id: str | None, **overrides: Any) -> KafkaConsumer:
    """A consumer of the group, not subscribed yet.

    It gets no deserialisers: one that raises leaves kafka-python spinning in the next poll for ever. It reads committed
    records under exactly-once even when the input is not transactional, because only then does it wait for offsets that
    a dead owner's transaction still holds (KIP-447).
    """
    bound_unpacking()
    exactly_once = settings.delivery is Delivery.EXACTLY_ONCE
    consumer = KafkaConsumer(
        **connection(settings),
        **{
            "group_id": settings.group_id,
            "group_instance_id": instance_id,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "isolation_level": "read_committed" if exactly_once else "read_uncommitted",
            "max_poll_records": settings.batch_records,
            "max_partition_fetch_bytes": FETCH_BYTES,
            "max_poll_interval_ms": milliseconds(settings.poll_interval_s),
            "session_timeout_ms": milliseconds(settings.session_timeout_s),
            "heartbeat_interval_ms": milliseconds(min(settings.session_timeout_s / 10, HEARTBEAT_S)),
            "metadata_max_age_ms": METADATA_MS,
        }
        | overrides,
    )
    ask_afresh(consumer)
    return consumer


def make_producer(settings: Settings, transactional_id: str | None) -> KafkaProducer:
    """A producer; with an id, a transactional one that has fenced its predecessor and settled its transaction.

    Blocks for up to `delivery_timeout_s` while the transaction coordinator is away.
    """
    arguments = connection(settings) | {
        "acks": "all",
        "batch_size": BATCH_BYTES,
        "linger_ms": 5,  # long enough to fill a batch from one turn of the loop, too short to be seen
        "compression_type": "zstd",
        "max_request_size": DEAD_LETTER_BYTES + HEADER_ROOM,
        "delivery_timeout_ms": milliseconds(settings.delivery_timeout_s),
        "max_block_ms": milliseconds(settings.delivery_timeout_s),
        "value_serializer": _Values(),
        "retry_backoff_ms": 20,  # the wait after CONCURRENT_TRANSACTIONS, which is most of a transaction's latency
    }
    if settings.api_version:
        arguments["compression_type"] = None  # zstd needs a handshake that a pinned protocol forgoes
    if transactional_id is None:
        producer = KafkaProducer(**arguments)
        retry_unreachable_coordinator(producer)
        return producer
    producer = KafkaProducer(
        **arguments,
        transactional_id=transactional_id,
        transaction_timeout_ms=milliseconds(settings.transaction_timeout_s),
    )
    retry_unreachable_coordinator(producer)
    producer.init_transactions()
    return producer


class _Values(Serializer):  # type: ignore[misc]  # kafka-python ships no types
    def serialize(self, topic: str, headers: Headers, data: object) -> object:
        return None if data is ABSENT else data


def retry_unreachable_coordinator(producer: KafkaProducer) -> None:
    """Keep the sender from dropping a transactional request when its coordinator refuses the connection.

    In kafka-python 3.0.12 `await_ready()` raises then, `Sender._maybe_send_pending_request` neither sends nor re-queues
    the request, and the caller waits for ever, also after the broker is back. `False` makes it look for the coordinator
    and try again. Raises AttributeError when a release has moved the hook; tests/service/broker pins it.
    """
    client = producer._sender._client  # noqa: SLF001 - the hook that the docstring names
    await_ready: Callable[..., bool] = client.await_ready

    def ready_or_not(*arguments: Any, **keywords: Any) -> bool:
        try:
            return await_ready(*arguments, **keywords)
        except KafkaError:
            return False

    client.await_ready = ready_or_not


def ask_afresh(consumer: KafkaConsumer) -> None:
    """Have each `committed()` wait for the answer to its own question.

    A question that timed out stays in `_offset_fetch_futures` of kafka-python 3.0.12, and the next about the same
    partition takes its answer, however long ago it came and whoever has committed since; so it is forgotten first.
    Raises AttributeError when a release has moved the hook; tests/service/broker pins it.
    """
    coordinator = consumer._coordinator  # noqa: SLF001 - the hook that the docstring names
    asked: dict[frozenset[TopicPartition], object] = coordinator._offset_fetch_futures  # noqa: SLF001 - likewise
    fetch: Callable[..., object] = coordinator.fetch_committed_offsets

    def fetch_afresh(partitions: Collection[TopicPartition], *arguments: Any, **keywords: Any) -> object:
        asked.pop(frozenset(partitions), None)
        return fetch(partitions, *arguments, **keywords)

    coordinator.fetch_committed_offsets = fetch_afresh


def known_position(consumer: KafkaConsumer, partition: TopicPartition) -> int | None:
    """Where the next poll reads on, None while the client has yet to find out; nobody is asked.

    `position()` of kafka-python 3.0.12 raises what the next poll would have raised, and each such error comes once: a
    truncated log would never reach whoever polls. Raises KeyError when the partition is not ours, and AttributeError
    when a release has moved the hook.
    """
    position = consumer._subscription.position(partition)  # noqa: SLF001 - the hook that the docstring names
    return None if position is None else int(position.offset)


def rejoin(consumer: KafkaConsumer) -> None:
    """Have the next poll of a static member join the group once more, under the member id that it has.

    A dynamic member, which every consumer is to a broker before 2.3, always joins with a rebalance and needs no second
    one. kafka-python 3.0.12 has no public way: subscribing to the same topics again changes nothing, and unsubscribing
    first forgets the member id. Raises AttributeError when a release has moved the hook.
    """
    coordinator = consumer._coordinator  # noqa: SLF001 - the hook that the docstring names
    if not coordinator.is_dynamic_member():
        coordinator.request_rejoin()


def abandon(producer: KafkaProducer, timeout_s: float) -> None:
    """Close a producer, and end its sender even if something is still unsent.

    In kafka-python 3.0.12 a `close()` with unsent records raises and leaves the sender's thread running, so that each
    failure in an outage would leave another one behind. Raises AttributeError when a release has moved the hook.
    """
    try:
        producer.close(timeout=timeout_s)
    except KafkaError:
        producer._sender.force_close()  # noqa: SLF001 - the hook that the docstring names


def make_admin(settings: Settings) -> KafkaAdminClient:
    """A client for looking at topics and creating them."""
    return KafkaAdminClient(**connection(settings))


def milliseconds(seconds: float) -> int:
    """Seconds in the unit that Kafka's settings use."""
    return round(seconds * 1000)
