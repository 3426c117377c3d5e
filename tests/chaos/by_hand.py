"""A service inside this process whose every turn is made by hand, to force what chance brings too seldom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer
from kafka.structs import ConsumerGroupMetadata, MemberState
from prometheus_client import CollectorRegistry

from models.artefact import load, resolve
from service.broker.clients import make_consumer
from service.broker.membership import Membership
from service.commands.run import _delivery, _membership, _pipeline
from service.dead_letters import Breaker
from service.loop import Loop
from service.observed import Observed
from service.operations.health import Health
from service.operations.metrics import Metrics
from service.settings import Settings

HASTE_MS = 1  # too short for a join, which then ends between two polls


class Hasty:
    """A consumer whose polls can be made too short for a join to end in one; all else it leaves to the real one."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer
        self.hasty = False

    def poll(self, timeout_ms: int) -> Any:
        return self._consumer.poll(timeout_ms=HASTE_MS if self.hasty else timeout_ms)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._consumer, name)


class Trusting(Membership):
    """A membership without one of our cures: it believes a position because it is there."""

    def check(self) -> ConsumerGroupMetadata | None:
        metadata = self._consumer.group_metadata()
        stable = metadata.generation_id >= 0 and metadata.state == MemberState.STABLE
        return metadata if stable else None


class Patient(Membership):
    """A membership without another one: outside the group it waits, and never subscribes again."""

    def _free(self) -> None:
        pass


class ByHand:
    """The service's own loop over its own clients; `committed` counts what it has delivered."""

    def __init__(self, consumer: Hasty, loop: Loop, registry: CollectorRegistry) -> None:
        self.consumer = consumer
        self.turn = loop.turn
        self._registry = registry

    @property
    def committed(self) -> int:
        """Records whose batches are committed."""
        return round(self._registry.get_sample_value("claimwire_batch_records_sum") or 0)

    @property
    def joining(self) -> bool:
        """Whether a join has begun and was not seen to end."""
        return bool(self.consumer.group_metadata().state == MemberState.REBALANCING)

    def turn_until(self, condition: Callable[[], bool], turns: int = 400) -> None:
        """Turn until something holds; raises AssertionError when it never does."""
        for _ in range(turns):
            if condition():
                return
            self.turn()
        raise AssertionError(f"it does not hold after {turns} turns")


@contextmanager
def by_hand(
    settings: Settings, name: str, *, static: bool = False, kind: type[Membership] = Membership, **overrides: Any
) -> Iterator[ByHand]:
    """A service that is started, and stopped at the end; `overrides` are the consumer's, by kafka-python's names.

    A static member keeps its place in the group when it stops, as the real service does; another one leaves. `kind` is
    the membership that it has.
    """
    registry = CollectorRegistry()
    observed = Observed(Metrics(registry, settings.topics[1:]), Health(lambda: 0.0, 1, 1, 1), transactional=True)
    # "none", as in the real service: no position is left to kafka-python
    consumer = Hasty(make_consumer(settings, name if static else None, **{"auto_offset_reset": "none"} | overrides))
    membership = _membership(settings, consumer, observed, kind)
    delivery = _delivery(settings, name, consumer, observed)
    loop = Loop(
        settings,
        consumer,
        membership,
        _pipeline(settings, load(resolve(None)), observed),
        delivery,
        Breaker(settings.dead_letter_share, settings.dead_letter_window),
        observed,
        stopping=lambda: False,
        beat=lambda step: None,
    )
    delivery.open()
    membership.join()
    try:
        yield ByHand(consumer, loop, registry)
    finally:
        delivery.discard()
        consumer.close(autocommit=False)
