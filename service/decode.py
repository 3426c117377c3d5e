"""Turns a record of the input topic into a sentence, or says why it cannot."""

import msgspec

from service.errors import BadRecordError, Reason, Stage
from service.events.cloudevents import unwrap
from service.events.reading import read_sentence
from service.events.sentence import SentenceEvent
from service.events.trace_context import TraceContext
from service.events.visibility import visible
from service.records import Record


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """A sentence, the record that it came in, and what follows from both.

    `sentence_id` and `cause_id` are never empty: where the producer gave none they name the record's place in Kafka,
    so that they are the same at every reading. `cause_source` is None exactly when `cause_id` is such a place.
    """

    record: Record
    sentence: SentenceEvent
    sentence_id: str
    cause_id: str
    cause_source: str | None
    correlation_id: str | None
    partition_key: str | None
    trace: TraceContext

    @property
    def text(self) -> str:
        """The sentence itself."""
        return self.sentence.text


class Decoder:
    """Reads records; `text_characters` and `value_bytes` are the most that is read of a sentence and of a record."""

    def __init__(self, text_characters: int = 10_000, value_bytes: int = 1_048_576) -> None:
        self._text_characters = text_characters
        self._value_bytes = value_bytes

    def __call__(self, record: Record) -> Incoming:
        """Decode and validate a record, in time linear in its size.

        Raises BadRecordError, and nothing else, for whatever the record holds; its message never holds the text.
        """
        attributes, event = unwrap(record.headers, self._value(record))
        sentence = read_sentence(event)
        self._check(sentence.text)
        place = f"kafka:{record.topic}/{record.partition}/{record.offset}"
        named = bool(attributes.id and attributes.source)  # only both together are unique (CloudEvents 1.0, `id`)
        return Incoming(
            record,
            sentence,
            sentence.sentence_id or attributes.subject or place,
            attributes.id if attributes.id and named else place,
            attributes.source if named else None,
            attributes.correlationid,
            attributes.partitionkey,
            attributes.trace,
        )

    def _value(self, record: Record) -> bytes:
        value = record.value
        if value is None:
            raise _bad(Reason.NULL_VALUE, "The record has no value. Publish the sentence event as its value.")
        if len(value) > self._value_bytes:
            raise _bad(
                Reason.VALUE_TOO_LARGE,
                f"The value has {len(value):,} bytes, more than the {self._value_bytes:,} that are read. "
                "Publish one sentence a record.",
            )
        return value

    def _check(self, text: str) -> None:
        if len(text) > self._text_characters:
            raise _bad(
                Reason.TEXT_TOO_LONG,
                f"The text has {len(text):,} characters, more than the {self._text_characters:,} that are read. "
                "Publish one sentence a record.",
            )
        if not visible(text):
            raise _bad(Reason.BLANK_TEXT, "The text shows nothing. Do not publish empty sentences.")


def _bad(reason: Reason, message: str) -> BadRecordError:
    return BadRecordError(reason, Stage.DECODE, message)
