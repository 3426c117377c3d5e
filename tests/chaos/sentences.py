"""Numbered sentences, and now and then a record that nobody could label; both follow from a seed."""

import json
import random
from typing import NamedTuple

from service.errors import Reason

NUMBER = "number"  # the header that holds a record's number, also where its value cannot be read
UNREADABLE_SHARE = 0.03  # many enough to be among the victims of each fault, too few to stop the service

_SENTENCES = (
    "The council of {town} bought {n} benches for the river walk.",
    "{n} lorries were stuck on the pass above {town} overnight.",
    "The cannery in {town} will close {n} of its lines by spring.",
    "Police in {town} found {n} stolen bicycles in a barn.",
    "The mayor of {town} denied that {n} trees had been felled for a car park.",
    "It is not true that {n} patients were turned away in {town}, the clinic said.",
    "The brewery rejected reports that it had dismissed {n} workers in {town}.",
    "The dean of {town} called the story about {n} forged degrees false.",
    "The ministry clarified that the {n} new buses in {town} run on weekdays only.",
    "To be precise, the {n} houses stand outside {town}, the surveyor explained.",
    "The museum in {town} specified that {n} of the coins are copies.",
    "Would you trade a house in {town} for {n} goats?",
    "Good evening from {town}, with {n} songs until midnight!",
    "What a view over {town}, and only {n} steps up.",
)
_TOWNS = ("Ostermoor", "Vallena", "Brisk Harbour", "Tannwick", "Kelby Cross", "Sainte-Orle")
_UNREADABLE = {
    b"the wire was cut at %d": Reason.INVALID_JSON,
    b'{"sentence_id": "%d"}': Reason.MISSING_TEXT,
    b'{"sentence_id": "%d", "text": " "}': Reason.BLANK_TEXT,
}


class Sent(NamedTuple):
    """A record for the input topic; it has either a text or the reason for which it must be set aside."""

    number: int
    key: bytes
    value: bytes
    text: str | None
    reason: Reason | None


def numbered(number: int, seed: int, keys: int = 24) -> Sent:
    """The record of a number, always the same for the same seed."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret hangs on it
    key = b"item-%d" % chance.randrange(keys)
    if chance.random() < UNREADABLE_SHARE:
        template, reason = chance.choice(list(_UNREADABLE.items()))
        return Sent(number, key, template % number, None, reason)
    text = chance.choice(_SENTENCES).format(town=chance.choice(_TOWNS), n=number)
    value = json.dumps({"sentence_id": str(number), "text": text}).encode()
    return Sent(number, key, value, text, None)
