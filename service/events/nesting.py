"""How deeply a JSON text is nested, told without descending into it."""

import re

# A string that never ends runs to the end of the text, so that no quotation mark is looked at twice.
_string_or_bracket = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def deeper_than(limit: int, value: bytes) -> bool:
    """Whether more than `limit` arrays and objects stand open at any one place; linear in the length of `value`."""
    if value.count(b"[") + value.count(b"{") <= limit:
        return False
    depth = 0
    for found in _string_or_bracket.finditer(value):
        bracket = found[0]
        depth += (bracket in {b"[", b"{"}) - (bracket in {b"]", b"}"})
        if depth > limit:
            return True
    return False
