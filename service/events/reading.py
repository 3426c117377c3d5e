"""Reads a sentence event: at once when it is written in our own names, by way of the alias table otherwise."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from service.errors import BadRecordError, Reason, Stage
from service.events.aliases import EVENT, in_our_names
from service.events.nesting import deeper_than
from service.events.sentence import SentenceEvent

Read = TypeVar("Read")

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DEEPEST = 64  # our own events nest 4 deep; Python's recursion limit is 1,000, less what the callers already use

_decoder = msgspec.json.Decoder(SentenceEvent)


def read_sentence(value: bytes) -> SentenceEvent:
    """Decode and validate one sentence event; fields that nobody knows are ignored, and so is a byte order mark.

    Raises BadRecordError, whose message holds nothing of `value`.
    """
    try:
        # No field is skipped here, so that the types themselves bound the nesting.
        return _decoder.decode(value)
    except ValueError:  # msgspec's own errors and UnicodeDecodeError; the long way says what is wrong, if anything
        pass
    return read_json(value, _by_alias)


def read_json(value: bytes, read: Callable[[bytes], Read]) -> Read:
    """Apply `read`, which may raise msgspec's errors, to a JSON text of unknown origin; in linear time if `read` is.

    Raises BadRecordError, whose message holds nothing of `value`.
    """
    text = value.removeprefix(BYTE_ORDER_MARK)
    if deeper_than(DEEPEST, text):
        raise _bad(Reason.INVALID_JSON, f"The JSON is nested more than {DEEPEST} deep. Write the event flat.")
    try:
        text.decode()
        return read(text)
    except UnicodeDecodeError as error:
        bad = _bad(Reason.INVALID_UTF8, f"Byte {error.start} is not UTF-8. Write JSON in UTF-8.")
    except msgspec.ValidationError as error:
        bad = _bad(Reason.WRONG_TYPE, f"{_without_values(str(error))}. See the event's schema.")
    except msgspec.DecodeError as error:
        bad = _bad(Reason.INVALID_JSON, f"{error}. Write one JSON object as the record's value.")
    # Raised out here, so that it does not carry an error that quotes the value.
    raise bad


def _by_alias(value: bytes) -> SentenceEvent:
    event = in_our_names(value)
    if "text" not in event:
        raise _bad(Reason.MISSING_TEXT, f"No text: none of the fields {', '.join(EVENT['text'])} holds one.")
    return _decoder.decode(msgspec.json.encode(event))


def _without_values(message: str) -> str:
    # Of all that msgspec says of a wrong type, only this sentence quotes what it found.
    if message.startswith("Invalid enum value"):
        return "Not one of the words allowed - at " + message.rpartition(" - at ")[2]
    return message


def _bad(reason: Reason, message: str) -> BadRecordError:
    return BadRecordError(reason, Stage.DECODE, message)
