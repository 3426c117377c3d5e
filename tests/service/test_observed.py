"""What the loop lets others see of itself."""

from kafka import TopicPartition
from kafka.errors import IllegalStateError
from prometheus_client import CollectorRegistry

from models.decision import Verdict
from models.labels import Label
from service.observed import Observed
from service.operations.health import Health
from service.operations.metrics import Metrics
from service.pipeline import Outcome
from service.records import Outgoing
from tests.service.kafka_doubles import FakeClock, FakeConsumer, FakeRecord

CLAIM = Verdict(Label.CLAIM, 0.9, (0.9, 0.05, 0.03, 0.02), accepted=True, threshold=0.5)
PARTITION = ("news.sentences", 0)


class Strict(FakeConsumer):
    """Answers for its own partitions alone, as kafka-python does."""

    def highwater(self, partition: TopicPartition) -> int | None:
        if partition not in self.partitions:
            raise IllegalStateError("Partition is not assigned")
        return 12


def test_a_partition_that_another_member_took_is_no_longer_followed() -> None:
    """Its lag is shown while it is ours; asking for it afterwards would end the process."""
    registry, consumer = CollectorRegistry(), Strict()
    metrics = Metrics(registry, ["news.claims"])
    observed = Observed(metrics, Health(FakeClock(), 90, 150, 300), transactional=True)
    metrics.assigned({PARTITION})
    observed.committed(
        [FakeRecord(9)], [Outcome(Outgoing("news.claims", b"k", b"v", []), CLAIM, None, 10)], {PARTITION: 10}
    )

    observed.polled(0, consumer, stable=True)
    shown = registry.get_sample_value("claimwire_consumer_lag_records", {"topic": "news.sentences", "partition": "0"})
    consumer.partitions = set()
    observed.polled(0, consumer, stable=True)

    assert 2 == shown
