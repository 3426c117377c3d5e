"""One bad record never harms its batch, and too many stop the service."""

import json
import re
import subprocess

import pytest
from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord

from service.records import Headers
from tests.end_to_end.newsroom import Newsroom, Read, until

KINDS: dict[str, bytes | None] = {
    "null_value": None,
    "invalid_utf8": b'{"text": "caf\xe9 burned down"}',
    "invalid_json": b"The harbour froze over.",
    "wrong_type": b'{"text": 7}',
    "missing_text": b'{"item": {"uri": "urn:x"}}',
    "blank_text": '{"text": " \u200b\u00a0"}'.encode(),
    "text_too_long": b'{"text": "' + b"long " * 2100 + b'"}',
    "value_too_large": b'{"text": "' + b"x" * 1_050_000 + b'"}',
}


def good(number: int) -> bytes:
    """A record that can be labelled."""
    return json.dumps({"sentence_id": f"good-{number}", "text": f"The town has {number} wells."}).encode()


def dead(seen: list[Read]) -> dict[str | None, Read]:
    """The dead letters, by their reason."""
    return {r.header("claimwire.dead-letter.reason"): r for r in seen if r.topic == "dead_letters"}


def test_a_bad_record_of_every_kind_is_set_aside_alone(newsroom: Newsroom) -> None:
    """Each becomes a dead letter with its reason, and the good ones between them are labelled."""
    for number, value in enumerate(KINDS.values()):
        newsroom.send(good(number), partition=0)
        newsroom.send(value, partition=0)

    with newsroom.service():
        seen = newsroom.read(2 * len(KINDS))

    assert set(KINDS) == set(dead(seen))
    assert {f"good-{n}" for n in range(len(KINDS))} == {
        read.event["sentence_id"] for read in seen if read.topic != "dead_letters"
    }


def test_a_dead_letter_holds_the_record_untouched(newsroom: Newsroom) -> None:
    """Key, value and headers are as they came; ours follow."""
    headers: Headers = [("desk", b"foreign"), ("desk", b"\xff\x00"), ("claimwire.dead-letter.reason", b"not ours")]
    newsroom.send(b"\x00 not json", key=b"\xfe", headers=headers)

    with newsroom.service():
        (read,) = newsroom.read(1)

    assert (b"\xfe", b"\x00 not json") == (read.key, read.value)
    assert headers == read.headers[:3]
    assert newsroom.topics["sentences"] == read.header("claimwire.dead-letter.topic")


def test_a_record_with_neither_key_nor_value_is_set_aside(newsroom: Newsroom) -> None:
    """kafka-python refuses to send such a record, which must not stop the feed."""
    newsroom.send(good(0), partition=0)
    newsroom.producer.flush()
    empty = newsroom.producer.config["value_serializer"]
    newsroom.producer.config["value_serializer"] = AbsentValue()
    newsroom.send(b"absent", key=None, partition=0)
    newsroom.producer.config["value_serializer"] = empty

    with newsroom.service():
        seen = newsroom.read(2)

    assert [None] == [read.value for read in seen if read.topic == "dead_letters"]


class AbsentValue:
    """Makes a null of whatever is sent."""

    def serialize(self, topic: str, headers: Headers, data: bytes) -> None:
        """Nothing."""


def test_too_many_dead_letters_stop_the_service(newsroom: Newsroom) -> None:
    """Half the feed unreadable is no feed: the service ends with an error that says what to do."""
    for _ in range(150):
        newsroom.send(b"not json")
        newsroom.send(b"not json either")
        newsroom.send(good(1))
    newsroom.producer.flush()

    with newsroom.service() as service:
        code = service.ended()

    assert 8 == code
    assert "claimwire replay" in service.text()


@pytest.mark.parametrize("share", ["0.9", "1"])
def test_the_share_of_dead_letters_is_a_setting(newsroom: Newsroom, share: str) -> None:
    """A newsroom that knows its feed is bad can say so."""
    for number in range(150):
        newsroom.send(b"not json")
        newsroom.send(b"not json either")
        newsroom.send(good(number))
    newsroom.producer.flush()

    with newsroom.service(DEAD_LETTER_SHARE=share) as service:
        seen = newsroom.read(450)
        assert service.process.poll() is None

    assert 300 == sum(read.topic == "dead_letters" for read in seen)


def test_an_event_that_the_output_topic_refuses_is_set_aside_alone(real_newsroom: Newsroom) -> None:
    """A topic that takes less than we make gets what it takes; the rest is kept as dead letters."""
    from kafka import KafkaAdminClient  # noqa: PLC0415 - this test alone changes a topic
    from kafka.admin import ConfigResource, ConfigResourceType  # noqa: PLC0415 - see above

    admin = KafkaAdminClient(**real_newsroom.client)
    for use in ("claims", "denials", "clarifications", "other", "review"):
        resource = ConfigResource(ConfigResourceType.TOPIC, real_newsroom.topics[use], {"max.message.bytes": "3000"})
        admin.alter_configs([resource])
    admin.close()
    noise = "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(4000))  # does not compress to 3,000 bytes
    for number in range(8):
        real_newsroom.send(good(number), partition=0)
    real_newsroom.send(json.dumps({"text": noise}, ensure_ascii=False).encode(), partition=0)
    real_newsroom.send(good(8), partition=0)
    real_newsroom.producer.flush()

    with real_newsroom.service():
        seen = real_newsroom.read(10)

    assert ["not_published"] == list(dead(seen))
    assert 9 == sum(read.topic != "dead_letters" for read in seen)


def test_dead_letters_are_put_back_once(real_newsroom: Newsroom) -> None:
    """`replay` returns them to their topic as they were; running it again returns nothing."""
    set_aside(real_newsroom)

    dry = real_newsroom.run("replay", "--dry-run")
    replays = [real_newsroom.run("replay") for _ in range(2)]

    assert "would put back 1 dead letters" in dry.stdout, dry.stderr
    assert [1, 0] == [put_back(replay) for replay in replays]
    (first, again) = feed(real_newsroom, 2)
    assert (b"k", b'{"text": ""}', [("desk", b"legal")]) == (again.key, again.value, again.headers)
    assert (first.key, first.value, first.headers) == (again.key, again.value, again.headers)


def test_a_dead_letter_that_is_still_unreadable_becomes_a_new_one(real_newsroom: Newsroom) -> None:
    """That one may be put back again, as often as somebody wants to try."""
    set_aside(real_newsroom)

    assert 1 == put_back(real_newsroom.run("replay"))
    with real_newsroom.service(DEAD_LETTER_SHARE="1"):
        first, again = real_newsroom.read(2)

    assert (first.key, first.value) == (again.key, again.value)
    assert ["blank_text"] * 2 == [letter.header("claimwire.dead-letter.reason") for letter in (first, again)]
    assert 1 == put_back(real_newsroom.run("replay"))


def set_aside(newsroom: Newsroom) -> None:
    """Have one record become a dead letter, and stop the service."""
    newsroom.send(b'{"text": ""}', key=b"k", headers=[("desk", b"legal")])
    with newsroom.service(DEAD_LETTER_SHARE="1") as service:
        newsroom.read(1)
        assert 0 == service.stop()


def put_back(replay: subprocess.CompletedProcess[str]) -> int:
    """How many dead letters a replay says that it has put back."""
    found = re.search(r"^put back (\d+) dead letters", replay.stdout)
    assert found, replay.stderr
    return int(found[1])


def feed(newsroom: Newsroom, count: int) -> list[ConsumerRecord]:
    """What is on the input topic, in the order of its time, once so much is there."""
    records: list[ConsumerRecord] = []
    with KafkaConsumer(
        newsroom.topics["sentences"],
        **newsroom.client,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        group_id=None,
    ) as consumer:

        def enough() -> bool:
            records.extend(record for found in consumer.poll(timeout_ms=200).values() for record in found)
            return len(records) >= count

        until(enough)
    return sorted(records, key=lambda record: record.timestamp)
