"""How fast the service is from topic to topic, beside the bare model and beside a plain loop, in one run.

`python -m tests.benchmarks.throughput` prints a table in Markdown. All contenders label the same sentences with the
same model on the same broker, one after the other, in rounds; what comes out is read back and counted.
"""

import argparse
import os
import signal
import statistics
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from deploy.kafka.broker import start
from models.artefact import FAST_SUFFIX, load, resolve
from models.labels import LABELS

CORPUS = Path(__file__).parents[2] / "training" / "corpus"
PARTITIONS = 4  # as many as the comparisons that others have published
IDLE_S = 20.0  # a contender that brings nothing for so long has failed
MIDDLE = (0.1, 0.9)  # the share of the outputs between whose times the rate is taken: without start-up and tail


class Run(NamedTuple):
    """What one contender did in one round."""

    rate: float
    """Sentences a second, by the broker's timestamps."""
    cpu_us: float
    """Processor time of the contender for each sentence, in microseconds, start-up included."""
    memory_mb: float
    missing: int
    doubled: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--model", default=resolve(None).name + FAST_SUFFIX, help="version; the fast one shows the client"
    )
    options = parser.parse_args()
    texts = list(sentences(options.sentences))
    with start(lambda line: print(line, file=sys.stderr)) as broker:
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
        topic = f"bench-{uuid.uuid4().hex[:6]}"
        create(admin, [topic])
        fill(broker.bootstrap_servers, topic, texts)
        results: dict[str, list[Run | float]] = defaultdict(list)
        for _ in range(options.rounds):
            results["the bare model, batches of 2,000"].append(bare(texts, options.model))
            for name, command in contenders(broker.bootstrap_servers, topic, options.model).items():
                results[name].append(measure(admin, broker.bootstrap_servers, command, len(texts)))
                print(name, results[name][-1], file=sys.stderr)
    print(f"Model {options.model}, {len(texts):,} sentences, {options.rounds} rounds\n\n{table(results)}")


def sentences(count: int) -> Iterator[str]:
    """Sentences of the corpus, over and over."""
    lines = [line for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_bytes().splitlines()]
    texts = [msgspec.json.decode(line)["text"] for line in lines]
    return (texts[number % len(texts)] for number in range(count))


def create(admin: KafkaAdminClient, names: Iterable[str]) -> None:
    """Topics whose records carry the broker's time."""
    configs = {"message.timestamp.type": "LogAppendTime", "max.message.bytes": "20000000"}
    admin.create_topics(
        {name: {"num_partitions": PARTITIONS, "replication_factor": 1, "configs": configs} for name in names},
        wait_for_metadata=True,
    )


def fill(bootstrap: str, topic: str, texts: list[str]) -> None:
    """Publish the input, numbered by its keys."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=20, compression_type="zstd", batch_size=262_144)
    for number, text in enumerate(texts):
        event = {"sentence_id": f"s{number}", "text": text, "item": {"uri": f"urn:bench:{number // 20}"}}
        producer.send(topic, key=b"%d" % number, value=msgspec.json.encode(event))
    producer.flush()
    producer.close()


class Contender(NamedTuple):
    """A process, the topics that it writes, and its environment."""

    arguments: list[str]
    outputs: list[str]
    environment: dict[str, str]


def contenders(bootstrap: str, topic: str, model: str) -> dict[str, Callable[[], Contender]]:
    """Each makes itself a new group and new outputs."""

    def plain() -> Contender:
        prefix = f"plain-{uuid.uuid4().hex[:6]}"
        arguments = [sys.executable, "-m", "tests.benchmarks.plain_loop", bootstrap, topic, prefix, model]
        return Contender(arguments, [f"{prefix}.{label}" for label in LABELS], {})

    def claimwire(delivery: str) -> Contender:
        prefix = f"cw-{uuid.uuid4().hex[:6]}"
        names = ["claims", "denials", "clarifications", "other", "review", "dead_letters"]
        environment = {f"CLAIMWIRE_TOPIC_{name.upper()}": f"{prefix}.{name}" for name in names}
        environment |= {
            "CLAIMWIRE_BOOTSTRAP_SERVERS": bootstrap,
            "CLAIMWIRE_TOPIC_SENTENCES": topic,
            "CLAIMWIRE_GROUP_ID": prefix,
            "CLAIMWIRE_DELIVERY": delivery,
            "CLAIMWIRE_MODEL": model,
            "CLAIMWIRE_METRICS_PORT": "0",
            "CLAIMWIRE_LOG_LEVEL": "warning",
        }
        outputs = [f"{prefix}.{name}" for name in names]
        return Contender([str(Path(sys.executable).with_name("claimwire")), "run"], outputs, environment)

    return {
        "a plain kafka-python loop, batches of 256": plain,
        "claimwire run, exactly once": lambda: claimwire("exactly_once"),
        "claimwire run, at least once": lambda: claimwire("at_least_once"),
    }


def bare(texts: list[str], version: str) -> float:
    """Sentences a second of the model alone."""
    model = load(resolve(version))
    model.predict_proba(texts[:2000])
    started = time.perf_counter()
    for first in range(0, len(texts), 2000):
        model.predict_proba(texts[first : first + 2000])
    return len(texts) / (time.perf_counter() - started)


def measure(admin: KafkaAdminClient, bootstrap: str, prepare: Callable[[], Contender], count: int) -> Run:
    """Run a contender until everything is out, or it has failed."""
    contender = prepare()
    create(admin, contender.outputs)
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        max_poll_records=5000,
    )
    consumer.assign([TopicPartition(name, number) for name in contender.outputs for number in range(PARTITIONS)])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CLAIMWIRE_")}
    environment |= {"OMP_NUM_THREADS": "1"} | contender.environment
    process = psutil.Popen(contender.arguments, env=environment)
    seen: Counter[bytes] = Counter()
    times: list[int] = []
    last = time.monotonic()
    memory = 0.0
    while len(seen) < count and time.monotonic() - last < IDLE_S and process.is_running():
        polled = consumer.poll(timeout_ms=500)
        for records in polled.values():
            seen.update(record.key for record in records)
            times += [record.timestamp for record in records]
        if polled:
            last = time.monotonic()
        memory = max(memory, process.memory_info().rss / 1e6)
    cpu = sum(process.cpu_times()[:2])
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    times += [r.timestamp for records in consumer.poll(timeout_ms=1000).values() for r in records]
    consumer.close()
    admin.delete_topics(contender.outputs)
    times.sort()
    early, late = times[int(MIDDLE[0] * len(times))], times[int(MIDDLE[1] * len(times)) - 1]
    rate = (MIDDLE[1] - MIDDLE[0]) * len(times) / max(1e-3, (late - early) / 1e3)
    return Run(rate, 1e6 * cpu / count, memory, count - len(seen), len(times) - len(seen))


def table(results: dict[str, list[Run | float]]) -> str:
    """Medians, and each rate as a share of the plain loop's in the same run."""
    plain = [run.rate for run in results.get("a plain kafka-python loop, batches of 256", []) if isinstance(run, Run)]
    reference = statistics.median(plain) if plain else None
    lines = [
        "| contender | sentences/s | of the plain loop | CPU µs | MB | missing | doubled |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, runs in results.items():
        rate = statistics.median(run.rate if isinstance(run, Run) else run for run in runs)
        share = f"{rate / reference:.2f}" if reference else ""
        full = [run for run in runs if isinstance(run, Run)]
        rest = (
            f"{statistics.median(run.cpu_us for run in full):.0f} | "
            f"{statistics.median(run.memory_mb for run in full):.0f} | "
            f"{max(run.missing for run in full)} | {max(run.doubled for run in full)}"
            if full
            else " | | | "
        )
        lines.append(f"| {name} | {rate:,.0f} | {share} | {rest} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
