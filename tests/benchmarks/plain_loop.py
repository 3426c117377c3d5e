"""The loop that anybody would write with kafka-python: poll, predict, send, wait for each future, commit."""

import json
import signal
import sys

from kafka import KafkaConsumer, KafkaProducer

from models.artefact import load, resolve
from models.labels import LABELS

stopped: list[int] = []


def main(bootstrap: str, topic: str, prefix: str, version: str) -> None:
    """Label until a signal comes; nothing is validated, set aside, measured or made to happen once."""
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    model = load(resolve(version))
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=f"{prefix}-plain",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=256,
    )
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
    while not stopped:
        records = [record for partition in consumer.poll(timeout_ms=500).values() for record in partition]
        if not records:
            continue
        texts = [json.loads(record.value)["text"] for record in records]
        futures = []
        for record, text, scores in zip(records, texts, model.predict_proba(texts), strict=True):
            label = LABELS[scores.argmax()]
            event = json.dumps({"sentence": text, "label": label, "score": float(scores.max())}).encode()
            headers = [("label", label.encode())]
            futures.append(producer.send(f"{prefix}.{label}", key=record.key, value=event, headers=headers))
        for future in futures:
            future.get(timeout=30)
        consumer.commit()
    consumer.close()
    producer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
