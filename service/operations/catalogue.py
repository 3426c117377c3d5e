"""Every number that the service shows to Prometheus: what it means, and what to do when it is bad.

The names follow https://prometheus.io/docs/practices/naming/; `docs/metrics.md` is made from this file.
"""

from collections.abc import Callable
from typing import Literal, get_args

from models.labels import LABELS
from service.errors import Reason
from service.operations.family import Dimension, Family, Kind
from service.operations.runtime import RUNTIME

Result = Literal["claim", "denial", "clarification", "other", "review", "dead_letter"]
BatchStage = Literal["poll", "decode", "label", "encode", "publish", "commit"]
Timing = Callable[[BatchStage, float], None]
RebalanceKind = Literal["assigned", "revoked", "lost"]
TransactionOutcome = Literal["committed", "aborted", "fenced"]
UnreadReason = Literal["not_english", "not_readable"]

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
AGES = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)
BATCHES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0)
CHARACTERS = (10.0, 25.0, 50.0, 75.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0)
PROBABILITIES = tuple(step / 20 for step in range(1, 21))


TOPIC, PARTITION = Dimension("topic"), Dimension("partition")

RECORDS_CONSUMED = Family(
    "claimwire_records_consumed_total",
    Kind.COUNTER,
    "records",
    "Records handed over by the broker. Records that are read again after a failed batch count again.",
    "Flat while the lag grows: look at `/livez`, then at the time since the last poll. Much faster than the records "
    "processed: batches fail and are read again; the log says why.",
)
RECORDS_PROCESSED = Family(
    "claimwire_records_processed_total",
    Kind.COUNTER,
    "records",
    "Records whose outcome is committed, by what became of them. Every record counts once, under one result.",
    "The shares of the results move slowly with the news. A sudden move: look at the texts' length and at the dead "
    "letters first, the feed has changed more often than the world. Growing `review`: the model is less sure than it "
    "was; sample the review topic and train again.",
    (Dimension("result", get_args(Result)),),
)
EVENTS_PUBLISHED = Family(
    "claimwire_events_published_total",
    Kind.COUNTER,
    "events",
    "Events that a broker has confirmed, by topic; with exactly-once delivery, once their transaction is committed.",
    "The sum over the topics equals the records processed. Anything else is a fault of Claimwire: keep the log and "
    "report it.",
    (TOPIC,),
)
DEAD_LETTERS = Family(
    "claimwire_dead_letters_total",
    Kind.COUNTER,
    "letters",
    "Records that could not be labelled, by the reason, which is also in the headers of the dead letter.",
    "Above one in a hundred: read the headers on the dead-letter topic, mend the producer, then put the letters back "
    "with `claimwire replay`. `not_labelled` and `not_published` are our own: the letter's class header names the "
    "error, and for the first the log tells where it was raised.",
    (Dimension("reason", tuple(Reason)),),
)
UNREAD_TEXTS = Family(
    "claimwire_unread_texts_total",
    Kind.COUNTER,
    "texts",
    "Texts that the model was never shown, because they are not English or not readable.",
    "Growing: a feed in another language, or with a broken encoding, has joined the topic. Find its source in the "
    "events and route it elsewhere.",
    (Dimension("reason", get_args(UnreadReason)),),
)
TEXT_LENGTH = Family(
    "claimwire_text_length_characters",
    Kind.HISTOGRAM,
    "characters",
    "Length of the texts that were labelled. The model was trained on single sentences.",
    "Many above 500: whole paragraphs arrive; publish with `claimwire publish`, which splits them. Many below 10: "
    "the splitter upstream cuts sentences apart.",
    buckets=CHARACTERS,
)

BATCH_DURATION = Family(
    "claimwire_batch_duration_seconds",
    Kind.HISTOGRAM,
    "seconds",
    "Wall time of one turn of the loop that had records, from poll to commit.",
    "Near CLAIMWIRE_STALL_LIMIT_S the process ends itself; above CLAIMWIRE_POLL_INTERVAL_S the group takes the "
    "partitions away. Find the slow stage below, or lower CLAIMWIRE_BATCH_RECORDS.",
    buckets=SECONDS,
)
STAGE_DURATION = Family(
    "claimwire_stage_duration_seconds",
    Kind.HISTOGRAM,
    "seconds",
    "Wall time of each stage of a batch; the stages add up to the batch. `poll` holds the wait for records.",
    "Much `poll`: nothing to do, all is well. Much `label`: the processor is the limit; start another process, up to "
    "one for each partition. Much `publish` or `commit`: the brokers are slow, or the batches small.",
    (Dimension("stage", get_args(BatchStage)),),
    SECONDS,
)
BATCH_RECORDS = Family(
    "claimwire_batch_records",
    Kind.HISTOGRAM,
    "records",
    "Records in a batch; a batch is what one poll brought.",
    "Always at CLAIMWIRE_BATCH_RECORDS: the service is catching up; see the lag. Always 1 or 2 under load: the "
    "topic's producers send without batching, or the broker hands out too little at a time.",
    buckets=BATCHES,
)
EVENT_AGE = Family(
    "claimwire_event_age_seconds",
    Kind.HISTOGRAM,
    "seconds",
    "Age of a record when its event is published: now less the record's timestamp, end to end. Timestamps in the "
    "future count as 0.",
    "High with lag: too few processes for the feed. High without lag: the records were old on arrival; the delay is "
    "upstream.",
    buckets=AGES,
)

CONFIDENCE = Family(
    "claimwire_prediction_confidence_ratio",
    Kind.HISTOGRAM,
    "ratio",
    "Calibrated probability of the best label, by that label, before abstention.",
    "Compare the shape with last month's over at least 1,000 records; fewer say nothing. Moved towards the middle: "
    "the texts no longer look like the training corpus. Sample the topics, label the sample, train again.",
    (Dimension("label", tuple(LABELS)),),
    PROBABILITIES,
)
MODEL_INFO = Family(
    "claimwire_model_info",
    Kind.GAUGE,
    "",
    "Always 1; the labels say which model is in use, the first 12 digits of its hash, and on which scikit-learn. "
    "Absent until a model is verified.",
    "Absent for minutes: the model was refused; the log names the file and the remedy. Two versions within one "
    "group: a roll-out has stopped halfway.",
    (Dimension("name"), Dimension("version"), Dimension("sha256"), Dimension("scikit_learn")),
)
MODEL_LOADED = Family(
    "claimwire_model_load_timestamp_seconds",
    Kind.GAUGE,
    "seconds",
    "When the model was loaded, in seconds since 1970; 0 before that.",
    "Recent, again and again: the process restarts; the log's last critical line says why.",
)
BUILD_INFO = Family(
    "claimwire_build_info",
    Kind.GAUGE,
    "",
    "Always 1; the labels say which version of Claimwire runs, on which kafka-python.",
    "As for the model: two versions within one group are a roll-out that has stopped halfway.",
    (Dimension("version"), Dimension("kafka_python")),
)

LAG_RECORDS = Family(
    "claimwire_consumer_lag_records",
    Kind.GAUGE,
    "records",
    "Records on a partition that we own and have not processed yet; while there are some, the offsets that producers' "
    "transactions take count too.",
    "Growing: start another process, up to one for each partition. Growing on one partition only: a key with far more "
    "sentences than others, or a partition that stands still; see its committed offset.",
    (TOPIC, PARTITION),
)
LAG_SECONDS = Family(
    "claimwire_consumer_lag_seconds",
    Kind.GAUGE,
    "seconds",
    "Age of the oldest record on the partition that is not processed yet; 0 when there is none. Guessed while it has "
    "not been read: from the last that is done, or from when it was noticed.",
    "Above what the readers of the topics can wait for: as for the lag in records.",
    (TOPIC, PARTITION),
)
COMMITTED_OFFSET = Family(
    "claimwire_consumer_committed_offset",
    Kind.GAUGE,
    "offset",
    "The offset from which the group would go on reading after a restart.",
    "Unchanged for ten minutes with lag on the same partition: the service stands still there. `/livez` and the log "
    "say why; a restart is safe.",
    (TOPIC, PARTITION),
)
ASSIGNED_PARTITIONS = Family(
    "claimwire_consumer_assigned_partitions",
    Kind.GAUGE,
    "partitions",
    "Partitions that this process reads.",
    "0 is healthy when there are more processes than partitions. The sum over the group less than the topic's "
    "partitions for minutes: nobody reads the rest; look for a process that is not ready.",
)
REBALANCES = Family(
    "claimwire_rebalances_total",
    Kind.COUNTER,
    "rebalances",
    "Changes of the assignment: partitions given to us, taken back in order, or lost because the group gave us up.",
    "Any `lost`: a batch took longer than CLAIMWIRE_POLL_INTERVAL_S, or the process was paused. More than 6 an hour: "
    "processes come and go; give each a fixed CLAIMWIRE_INSTANCE_ID and look at who restarts.",
    (Dimension("kind", get_args(RebalanceKind)),),
)
TRANSACTIONS = Family(
    "claimwire_transactions_total",
    Kind.COUNTER,
    "transactions",
    "Transactions by how they ended; all 0 with at-least-once delivery.",
    "Any `fenced`: two processes share one CLAIMWIRE_INSTANCE_ID; give each its own. Many `aborted`: brokers are "
    "unreachable or slow; nothing is lost, the batch is read again.",
    (Dimension("outcome", get_args(TransactionOutcome)),),
)
LAST_POLL = Family(
    "claimwire_last_poll_timestamp_seconds",
    Kind.GAUGE,
    "seconds",
    "When the broker was last polled, in seconds since 1970; 0 before the first time.",
    "`time() - claimwire_last_poll_timestamp_seconds` above a minute: the loop stands still; `/livez` says where.",
)
LAST_COMMIT = Family(
    "claimwire_last_commit_timestamp_seconds",
    Kind.GAUGE,
    "seconds",
    "When a batch was last committed, in seconds since 1970; 0 before the first time.",
    "Old and the lag is 0: nothing came in. Old with lag: batches fail; the log says why.",
)

SECTIONS: dict[str, tuple[Family, ...]] = {
    "Records and texts": (
        RECORDS_CONSUMED,
        RECORDS_PROCESSED,
        EVENTS_PUBLISHED,
        DEAD_LETTERS,
        UNREAD_TEXTS,
        TEXT_LENGTH,
    ),
    "Where the time goes": (BATCH_DURATION, STAGE_DURATION, BATCH_RECORDS, EVENT_AGE),
    "The model": (CONFIDENCE, MODEL_INFO, MODEL_LOADED, BUILD_INFO),
    "The consumer group": (
        LAG_RECORDS,
        LAG_SECONDS,
        COMMITTED_OFFSET,
        ASSIGNED_PARTITIONS,
        REBALANCES,
        TRANSACTIONS,
        LAST_POLL,
        LAST_COMMIT,
    ),
    "The process": RUNTIME,
}
CATALOGUE: tuple[Family, ...] = tuple(family for families in SECTIONS.values() for family in families)
