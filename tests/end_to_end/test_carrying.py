"""Every sentence in comes out once, on the topic of its label."""

import json
import signal
from collections import Counter
from functools import partial
from pathlib import Path

from tests.end_to_end.newsroom import ROOT, Newsroom, Service, until

SAMPLES = sorted((ROOT / "deploy" / "samples").glob("*.txt"))


def sample_sentences() -> Counter[str]:
    """The texts of the sample articles' sentences, counted."""
    lines = (ROOT / "deploy" / "samples" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return Counter(json.loads(line)["text"] for line in lines)


def has_consumed(service: Service, records: int) -> bool:
    """Whether a service has read more than so many records."""
    return service.metric("claimwire_records_consumed_total") > records


def test_each_sentence_of_the_samples_is_on_exactly_one_topic(newsroom: Newsroom) -> None:
    """What is published comes out with a label, and nothing comes out twice."""
    expected = sample_sentences()
    newsroom.run("publish", *map(str, SAMPLES))

    with newsroom.service():
        seen = newsroom.read(expected.total())

    assert expected == Counter(read.event["text"] for read in seen)
    assert len(seen) == len({read.event["sentence_id"] for read in seen})


def test_an_event_is_on_the_topic_of_its_label(newsroom: Newsroom) -> None:
    """Accepted sentences are where their readers look, the others are on the review topic."""
    newsroom.run("publish", *map(str, SAMPLES))
    topics = {"claim": "claims", "denial": "denials", "clarification": "clarifications", "other": "other"}

    with newsroom.service():
        seen = newsroom.read(sample_sentences().total())

    for read in seen:
        event = read.event
        assert read.topic == ("review" if event["decision"] == "abstained" else topics[event["label"]])


def test_the_sentences_of_an_item_keep_their_order(newsroom: Newsroom) -> None:
    """Within a topic, records of one key come out in the order in which they went in."""
    newsroom.send_numbered(range(300))

    with newsroom.service(BATCH_RECORDS="40"):
        seen = newsroom.read(300)

    for topic, key in {(read.topic, read.key) for read in seen}:
        numbers = [int(read.event["sentence_id"]) for read in seen if (read.topic, read.key) == (topic, key)]
        assert sorted(numbers) == numbers


def test_two_services_share_the_work_and_one_may_be_stopped_midway(real_newsroom: Newsroom) -> None:
    """The ids that go in come out once each, though a member leaves in the middle."""
    with real_newsroom.service(BATCH_RECORDS="20", SESSION_TIMEOUT_S="6") as first:
        first.ready()
        with real_newsroom.service(BATCH_RECORDS="20", SESSION_TIMEOUT_S="6") as second:
            second.ready()
            until(lambda: second.metric("claimwire_consumer_assigned_partitions") > 0)
            real_newsroom.send_numbered(range(1000), keys=50)
            until(lambda: second.metric("claimwire_records_consumed_total") > 0)
            assert 0 == second.stop()
            real_newsroom.send_numbered(range(1000, 1500), keys=50)
            seen = real_newsroom.read(1500)

    assert [str(number) for number in range(1500)] == sorted((r.event["sentence_id"] for r in seen), key=int)


def test_a_killed_service_loses_and_doubles_nothing(real_newsroom: Newsroom) -> None:
    """SIGKILL in the middle of the stream, again and again: each sentence still comes out once."""
    real_newsroom.send_numbered(range(1200), keys=50)
    for kill_after in (50, 300, 600):
        with real_newsroom.service(BATCH_RECORDS="10", INSTANCE_ID=f"{real_newsroom.name}-desk") as service:
            until(partial(has_consumed, service, kill_after))
            service.stop(signal.SIGKILL)

    with real_newsroom.service(INSTANCE_ID=f"{real_newsroom.name}-desk"):
        seen = real_newsroom.read(1200)

    assert [str(number) for number in range(1200)] == sorted((r.event["sentence_id"] for r in seen), key=int)


def test_at_least_once_loses_nothing_and_marks_what_comes_twice(real_newsroom: Newsroom) -> None:
    """After a kill some events may come again, under the id that they had."""
    real_newsroom.send_numbered(range(600), keys=50)
    settings = {"DELIVERY": "at_least_once", "INSTANCE_ID": f"{real_newsroom.name}-desk"}
    with real_newsroom.service(BATCH_RECORDS="10", **settings) as service:
        until(lambda: service.metric("claimwire_records_consumed_total") > 100)
        service.stop(signal.SIGKILL)

    with real_newsroom.service(**settings):
        until(lambda: len({read.event["sentence_id"] for read in real_newsroom.read(600)}) == 600)

    by_id = {read.header("ce_id"): read.event["sentence_id"] for read in real_newsroom.seen}
    assert 600 == len(by_id)


def test_the_key_and_the_trace_travel_with_the_sentence(newsroom: Newsroom) -> None:
    """Downstream joins by key, and a trace that began upstream goes on."""
    trace = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    newsroom.send(b'{"text": "The ferry sank."}', key=b"urn:item:9", headers=[("traceparent", trace)])

    with newsroom.service():
        (read,) = newsroom.read(1)

    assert b"urn:item:9" == read.key
    assert trace.decode() == read.header("traceparent")


def test_no_sentence_is_in_the_log(newsroom: Newsroom) -> None:
    """At the level of info a log holds numbers, never what was written."""
    newsroom.send(b'{"text": "Zanzibar marmalade was poisoned."}')

    with newsroom.service() as service:
        newsroom.read(1)
        service.stop()

    assert '"event": "batch"' in service.text()
    assert "marmalade" not in service.text()


def test_missing_topics_are_made(real_newsroom: Newsroom, tmp_path: Path) -> None:
    """With nothing but an address the service does its job."""
    elsewhere = {f"TOPIC_{use.upper()}": f"{name}.new" for use, name in real_newsroom.topics.items()}

    with real_newsroom.service(**elsewhere) as service:
        service.ready()
        described = real_newsroom.run("topics", "describe", **elsewhere)

    assert "missing" not in described.stdout
    assert "created topics" in service.text()
