"""Keeps sentences coming onto the input topic, at an even pace, whatever happens to the brokers."""

import threading
import time
from types import TracebackType
from typing import Any, Self

from confluent_kafka import Producer

from tests.chaos.sentences import NUMBER, numbered

PACE_S = 0.02  # between two small helpings, so that a batch of the service is never just one helping
FLUSH_S = 180.0  # for all that waited while brokers were down


class Feed:
    """A producer on a thread of its own; `rate` is in sentences a second.

    It is another client than the service's, and an idempotent one, so that what it sends lies on the topic once.
    """

    def __init__(self, bootstrap_servers: str, topic: str, *, seed: int, rate: float) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "enable.idempotence": True,
                "message.timeout.ms": 0,  # never give a sentence up
                "socket.timeout.ms": 5_000,  # a frozen leader is noticed after as long
                "linger.ms": 5,
                "topic.metadata.refresh.interval.ms": 1_000,  # partitions that are added get sentences at once
                "reconnect.backoff.max.ms": 1_000,  # the stream goes on as soon as a broker is back
                "log_level": 0,
            }
        )
        self._topic = topic
        self._seed = seed
        self._rate = rate
        self._stopped = threading.Event()
        self._failed: list[str] = []
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self.sent = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def stop(self) -> int:
        """End the stream and wait until all of it lies on the topic; returns how many sentences were sent."""
        self._stopped.set()
        self._thread.join()
        self.flush()
        return self.sent

    def flush(self) -> None:
        """Wait until all that was sent lies on the topic; raises RuntimeError when it never does."""
        left = self._producer.flush(FLUSH_S)
        if left or self._failed:
            raise RuntimeError(f"{left} sentences were never taken, and {self._failed[:3]} were refused.")

    def send(self, count: int) -> None:
        """Put so many more sentences on the topic; from the feed's own thread, or before it has started."""
        for number in range(self.sent, self.sent + count):
            sent = numbered(number, self._seed)
            self._producer.produce(
                self._topic, sent.value, sent.key, headers={NUMBER: str(number)}, on_delivery=self._delivered
            )
        self.sent += count

    def _run(self) -> None:
        started, before = time.monotonic(), self.sent
        while not self._stopped.wait(PACE_S):
            due = before + int((time.monotonic() - started) * self._rate)
            self.send(due - self.sent)
            self._producer.poll(0)

    def _delivered(self, error: Any, message: Any) -> None:
        if error is not None:
            self._failed.append(str(error))
