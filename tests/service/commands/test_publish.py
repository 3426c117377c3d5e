"""`claimwire publish`: an article in, its sentences on the input topic."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from deploy.kafka import Broker
from service.articles import split_article
from service.commands.publish import record
from service.errors import BrokerRefusedError, SettingsError
from service.events.sentence import SentenceEvent
from tests.conftest import MakeTopic
from tests.end_to_end.newsroom import Newsroom, until
from tests.service.commands.conftest import Command

ARTICLE = "Mill reopens\n\nThe mill will open its gates in May. The owners deny that it was ever shut.\n"
TEXTS = ["Mill reopens", "The mill will open its gates in May.", "The owners deny that it was ever shut."]


def published(newsroom: Newsroom, count: int) -> list[Any]:
    """What is on the input topic, once so much is there."""
    records: list[Any] = []
    with KafkaConsumer(
        newsroom.topics["sentences"], **newsroom.client, auto_offset_reset="earliest", group_id=None
    ) as consumer:

        def enough() -> bool:
            records.extend(record for found in consumer.poll(timeout_ms=200).values() for record in found)
            return len(records) >= count

        until(enough)
    return records


def test_a_record_is_keyed_by_its_article() -> None:
    """So all sentences of an article keep their order, on one partition."""
    keys = {record(sentence)[0] for sentence in split_article(ARTICLE, "urn:mill")}

    assert {b"urn:mill"} == keys


def test_a_record_is_a_cloud_event() -> None:
    """Its id is the sentence's, the same whenever the article is published."""
    sentence = split_article(ARTICLE, "urn:mill")[1]
    _, value, headers = record(sentence)

    assert (b"1.0", b"urn:mill#v1/s1") == (dict(headers)["ce_specversion"], dict(headers)["ce_id"])
    assert "The mill will open its gates in May." == json.loads(value)["text"]


def test_a_sentence_without_an_article_is_keyed_by_itself() -> None:
    """There is nothing else to keep it with."""
    key, _, _ = record(SentenceEvent(text="It rained.", sentence_id="urn:rain"))

    assert b"urn:rain" == key


def test_files_and_standard_input_are_published(newsroom: Newsroom, tmp_path: Path, command: Command) -> None:
    """It says how many sentences, and on which topic."""
    file = tmp_path / "mill.txt"
    file.write_text(ARTICLE, encoding="utf-8")
    settings = {name.removeprefix("CLAIMWIRE_"): value for name, value in newsroom.settings.items()}

    result = command("publish", str(file), "-", text="It rained on the mill.", **settings)

    assert f"published 4 sentences on {newsroom.topics['sentences']}\n" == result.stdout
    texts = [json.loads(record.value)["text"] for record in published(newsroom, 4)]
    assert sorted([*TEXTS, "It rained on the mill."]) == sorted(texts)


def test_an_article_larger_than_a_batch_of_the_topic_is_published_whole(
    real_broker: Broker, make_topic: MakeTopic, command: Command
) -> None:
    """kafka-python splits a batch that is too large, and its flush then fails although everything arrives."""
    topic = make_topic(real_broker, properties={"max.message.bytes": "20000"})

    result = command(
        "publish", text=long_article(600), BOOTSTRAP_SERVERS=real_broker.bootstrap_servers, TOPIC_SENTENCES=topic
    )

    assert f"published 601 sentences on {topic}\n" == result.stdout, result.exception
    with KafkaConsumer(bootstrap_servers=real_broker.bootstrap_servers) as consumer:
        place = TopicPartition(topic, 0)
        assert {place: 601} == consumer.end_offsets([place])


def test_a_sentence_that_the_topic_refuses_is_an_error(
    real_broker: Broker, make_topic: MakeTopic, command: Command
) -> None:
    """It says that the broker refuses it, and nobody is told that all is published."""
    topic = make_topic(real_broker, properties={"max.message.bytes": "100"})

    result = command("publish", text=ARTICLE, BOOTSTRAP_SERVERS=real_broker.bootstrap_servers, TOPIC_SENTENCES=topic)

    assert "" == result.stdout
    assert isinstance(result.exception, BrokerRefusedError)
    assert "MessageSizeTooLargeError" in str(result.exception)


def long_article(sentences: int) -> str:
    """A headline and so many sentences that hardly compress."""
    paragraphs = (f"The {sha256(b'%d' % number).hexdigest()} reopens." for number in range(sentences))
    return "\n\n".join(["Mill reopens", *paragraphs])


def test_a_topic_that_is_missing_is_named(real_broker: Broker, command: Command) -> None:
    """At once, with the command that makes it."""
    result = command(
        "publish", text=ARTICLE, BOOTSTRAP_SERVERS=real_broker.bootstrap_servers, TOPIC_SENTENCES="never.made"
    )

    assert isinstance(result.exception, BrokerRefusedError)
    assert "never.made is missing. Create it with `claimwire topics create`" in str(result.exception)


def test_if_one_file_is_not_utf_8_none_is_published(newsroom: Newsroom, tmp_path: Path, command: Command) -> None:
    """Publishing all of them again, once it is mended, doubles nothing."""
    good, bad = tmp_path / "mill.txt", tmp_path / "cafe.txt"
    good.write_text(ARTICLE, encoding="utf-8")
    bad.write_bytes(b"The caf\xe9 is open.")
    settings = {name.removeprefix("CLAIMWIRE_"): value for name, value in newsroom.settings.items()}

    result = command("publish", str(good), str(bad), **settings)
    command("publish", text="It rained on the mill.", **settings)

    assert f"{bad} is not UTF-8" in result.stderr
    assert ["It rained on the mill."] == [json.loads(record.value)["text"] for record in published(newsroom, 1)]


def test_without_an_address_it_says_which_setting_is_missing(command: Command) -> None:
    """At once: there is nobody to wait for."""
    result = command("publish", text=ARTICLE)

    assert isinstance(result.exception, SettingsError)
    assert ("CLAIMWIRE_BOOTSTRAP_SERVERS",) == result.exception.keys


@pytest.mark.parametrize("text", ["", " \n\n "])
def test_an_empty_article_publishes_nothing(newsroom: Newsroom, command: Command, text: str) -> None:
    """That is no error."""
    settings = {name.removeprefix("CLAIMWIRE_"): value for name, value in newsroom.settings.items()}

    result = command("publish", text=text, **settings)

    assert (0, f"published 0 sentences on {newsroom.topics['sentences']}\n") == (result.exit_code, result.stdout)
