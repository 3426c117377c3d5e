"""Whether the schemas and the documents tell the truth about the events."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from models.decision import Verdict
from models.labels import LABELS
from service.dead_letters import HEADERS, PREFIX
from service.decode import Decoder
from service.encode import Encoder
from service.errors import Reason
from service.events import aliases, example, schemas
from service.events.asyncapi import ALWAYS, DEAD_LETTER, TRAITS, asyncapi
from service.events.reading import read_sentence
from service.events.sentence import SentenceEvent
from service.events.visibility import visible
from service.records import Outgoing
from service.topics import Topics
from tests.service.events.any_event import events
from tests.service.kafka_doubles import FakeRecord

HERE = Path(__file__).parent
PAGE = (HERE.parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
SENTENCE = Draft202012Validator(schemas.sentence_schema(), format_checker=FormatChecker())
LABELLED = Draft202012Validator(schemas.labelled_schema(), format_checker=FormatChecker())

verdicts = st.builds(
    Verdict,
    label=st.sampled_from(LABELS),
    confidence=st.floats(0, 1),
    scores=st.tuples(*[st.floats(0, 1)] * 4),
    accepted=st.booleans(),
    threshold=st.floats(0, 1),
    reason=st.none() | st.text(),
)


@pytest.mark.parametrize("name", schemas.files())
def test_what_is_checked_in_is_what_the_types_say(name: str) -> None:
    """Whoever changes a type writes the schemas anew, by `python -m service.events.schemas`."""
    assert schemas.files()[name] == (schemas.DIRECTORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("schema", [schemas.sentence_schema(), schemas.labelled_schema()])
def test_the_schemas_are_schemas(schema: Any) -> None:
    """They are valid JSON Schemas, and have a name and a description for every field."""
    Draft202012Validator.check_schema(schema)

    assert [] == [name for name, field in schema["properties"].items() if "description" not in field]


@given(event=events)
def test_every_event_that_is_read_follows_its_schema(event: SentenceEvent) -> None:
    """What the types allow, the schema allows."""
    assert [] == list(SENTENCE.iter_errors(json.loads(msgspec.json.encode(event))))


@given(event=events, verdict=verdicts)
def test_every_event_that_is_made_follows_its_schema(event: SentenceEvent, verdict: Verdict) -> None:
    """Whatever is read and however it is labelled, the value that goes out is valid."""
    assume(visible(event.text))
    incoming = Decoder()(FakeRecord(0, value=msgspec.json.encode(event)))
    outgoing = Encoder(Topics(), "first-reader", "1.0.0", "5f" * 32, clock=lambda: 0.0)(incoming, verdict)

    assert [] == list(LABELLED.iter_errors(value_of(outgoing)))


def test_the_asyncapi_document_is_valid() -> None:
    """The document follows the JSON Schema of AsyncAPI 3.0.0."""
    schema = json.loads((HERE / "asyncapi-3.0.0.json").read_text(encoding="utf-8"))

    assert [] == list(Draft7Validator(schema).iter_errors(yaml.safe_load(schemas.files()["asyncapi.yaml"])))


def test_the_asyncapi_document_knows_every_topic() -> None:
    """No topic is missing from the document, and none is invented."""
    assert set(Topics()) == {channel["address"] for channel in asyncapi()["channels"].values()}


def test_the_asyncapi_document_knows_the_headers_of_labelled_sentences() -> None:
    """An event has the headers that the document promises, and no others."""
    described = {name: schema for trait in TRAITS.values() for name, schema in trait.items()}
    schema = {"required": ALWAYS, "properties": described, "additionalProperties": False}

    assert [] == list(Draft202012Validator(schema).iter_errors(headers_of(example.labelled())))


def test_the_asyncapi_document_knows_the_headers_of_dead_letters() -> None:
    """A dead letter has the headers that the document promises."""
    described = {PREFIX + name: schema for name, schema in DEAD_LETTER.items()}
    schema = {"properties": described, "required": HEADERS}

    assert (list(HEADERS), []) == (
        list(described),
        list(Draft202012Validator(schema).iter_errors(headers_of(example.set_aside()))),
    )


def headers_of(record: Outgoing) -> dict[str, str]:
    """A record's headers as text."""
    return {name: value.decode() for name, value in record.headers}


def value_of(record: Outgoing) -> Any:
    """A record's value, opened."""
    return json.loads(record.value or b"")


def examples() -> list[Any]:
    """What the page on events shows, in order."""
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def table(head: str) -> dict[str, str]:
    """The first two columns of the table on that page whose first column is called so."""
    rows = re.search(rf"^\| {head} \|.*?\n\|---.*?\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert rows is not None
    return {cells[1].strip(" `"): cells[2].strip() for cells in (row.split("|") for row in rows[1].splitlines())}


def test_the_page_shows_real_events() -> None:
    """Every example on the page is what the service reads and writes."""
    expected = [
        {"text": example.SENTENCE.text},
        value_of(example.extracted()),
        value_of(example.labelled()),
        headers_of(example.labelled()),
        {name: value for name, value in headers_of(example.set_aside()).items() if name in HEADERS},
    ]

    assert expected == examples()


def test_the_page_shows_a_bare_event_that_is_read() -> None:
    """The shortest event on the page is one that the service takes."""
    assert example.SENTENCE.text == read_sentence(json.dumps(examples()[0]).encode()).text


def test_the_page_lists_every_other_name() -> None:
    """The table of names is the alias table, as far as there is more than one name."""
    tables = {**aliases.EVENT, **{f"item.{field}": names for field, names in aliases.ITEM.items()}}
    expected = {field: ", ".join(f"`{name}`" for name in names) for field, names in tables.items() if len(names) > 1}

    assert expected == table("field")


def test_the_page_explains_every_reason() -> None:
    """No reason for a dead letter is left unexplained."""
    assert list(Reason) == list(table("reason"))
