"""`claimwire run`: the service itself."""

import os
import sys
import time

import click
import sklearn
import structlog
from kafka import KafkaConsumer
from prometheus_client import CollectorRegistry

from models.artefact import Model, resolve
from models.artefact import load as load_model
from models.language import unread
from service import __version__
from service.broker.clients import make_admin, make_consumer, make_producer, rejoin
from service.broker.delivery import AtLeastOnce, Delivery, ExactlyOnce
from service.broker.instance import held_instance_id, transactional_id
from service.broker.membership import AssignmentListener, Membership
from service.broker.reaching import Stopped, reach, wait_for_broker
from service.broker.topics import ensure, left_to_broker
from service.dead_letters import Breaker, DeadLetterWriter
from service.decode import Decoder
from service.encode import Encoder
from service.label import Labeller
from service.loop import Loop
from service.observed import Observed
from service.operations.health import Health
from service.operations.http import OperationsServer
from service.operations.logs import configure
from service.operations.metrics import Metrics
from service.operations.stopping import Stopping
from service.operations.watchdog import Watchdog
from service.pipeline import Pipeline
from service.settings import Delivery as Guarantee
from service.settings import LogFormat, Settings, load

CLOSE_MS = 2_000  # what leaving the group may take; a static member leaves nothing behind that must be tidied

log = structlog.get_logger()


@click.command()
def run() -> None:
    """Label sentences from Kafka until stopped.

    Everything is set by CLAIMWIRE_* variables or a file; `claimwire settings` lists them. SIGTERM or Ctrl-C finishes
    the batch in hand and leaves; a second one quits at once.
    """
    settings = load(os.environ)
    configure(
        sys.stderr,
        json=None if settings.log_format is LogFormat.AUTO else settings.log_format is LogFormat.JSON,
        level=settings.log_level.value,
    )
    stopping = Stopping(settings.stop_deadline_s)
    stopping.install()
    registry = CollectorRegistry()
    metrics = Metrics(registry, settings.topics[1:])
    health = Health(time.monotonic, settings.stall_limit_s, settings.unstable_limit_s, settings.broker_limit_s)
    with OperationsServer(registry, health, settings.metrics_port, settings.metrics_host) as server:
        log.info("serving metrics and health", url=server.url)
        try:
            with held_instance_id(settings) as instance_id:
                _work(settings, instance_id, metrics, health, stopping)
        except Stopped:
            log.info("stopped before a broker answered")


def _work(settings: Settings, instance_id: str, metrics: Metrics, health: Health, stopping: Stopping) -> None:
    model = load_model(
        resolve(settings.model),
        public_key=settings.model_public_key,
        gate=settings.gate,
        threads=settings.threads,
    )
    metrics.model(model.name, model.version, model.sha256, sklearn.__version__, time.time())
    log.info("model verified", name=model.name, version=model.version, sha256=model.sha256[:12])
    observed = Observed(metrics, health, transactional=settings.delivery is Guarantee.EXACTLY_ONCE)
    with Watchdog(settings.stall_limit_s) as watchdog:
        wait_for_broker(settings, stopping, lambda: watchdog.beat("wait for a broker"))
        _prepare_topics(settings)
        consumer = reach(settings, lambda: make_consumer(settings, instance_id, auto_offset_reset="none"))
        if not left_to_broker(settings):
            consumer.partitions_for_topic(settings.topic_sentences)  # a leader that did not know them would share none
        delivery = _delivery(settings, instance_id, consumer, observed)
        health.started()
        log.info("running", group=settings.group_id, instance=instance_id, delivery=settings.delivery.value)
        try:
            _loop(settings, model, consumer, delivery, observed, stopping, watchdog).run()
        finally:
            watchdog.beat("close")
            delivery.discard()
            consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
            log.info("stopped")


def _prepare_topics(settings: Settings) -> None:
    admin = reach(settings, lambda: make_admin(settings))
    reach(settings, lambda: ensure(admin, settings))
    admin.close()


def _delivery(settings: Settings, instance_id: str, consumer: KafkaConsumer, observed: Observed) -> Delivery:
    if settings.delivery is Guarantee.AT_LEAST_ONCE:
        return AtLeastOnce(
            lambda: make_producer(settings, None),
            consumer,
            timeout_s=settings.delivery_timeout_s,
            bulk=True,
            timing=observed.stage,
        )
    return ExactlyOnce(
        lambda: make_producer(settings, transactional_id(settings, instance_id)),
        timeout_s=settings.delivery_timeout_s,
        bulk=True,
        timing=observed.stage,
    )


def _loop(
    settings: Settings,
    model: Model,
    consumer: KafkaConsumer,
    delivery: Delivery,
    observed: Observed,
    stopping: Stopping,
    watchdog: Watchdog,
) -> Loop:
    return Loop(
        settings,
        consumer,
        _membership(settings, consumer, observed),
        _pipeline(settings, model, observed),
        delivery,
        Breaker(settings.dead_letter_share, settings.dead_letter_window),
        observed,
        stopping=stopping,
        beat=watchdog.beat,
        sleep=stopping.wait,
    )


def _pipeline(settings: Settings, model: Model, observed: Observed) -> Pipeline:
    return Pipeline(
        Decoder(settings.text_characters, settings.value_bytes),
        Labeller(model.predict_proba, model.thresholds, unread),
        Encoder(settings.topics, model.name, model.version, model.sha256),
        DeadLetterWriter(settings.topic_dead_letters, __version__, model.version, time.time),
        timing=observed.stage,
    )


def _membership(
    settings: Settings, consumer: KafkaConsumer, observed: Observed, kind: type[Membership] = Membership
) -> Membership:
    return kind(
        consumer,
        settings.topic_sentences,
        AssignmentListener(observed.rebalanced),
        rejoin=lambda: rejoin(consumer),
        session_timeout_s=settings.session_timeout_s,
        limit_s=settings.unstable_limit_s,
    )
