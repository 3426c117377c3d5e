"""Whether a text shows anything to a reader."""

import re
import unicodedata
from typing import Final

# Control, format, surrogate, private, unassigned; the marks, which show only on another character; and the separators.
INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zs", "Zl", "Zp"})
BLANK: Final = frozenset(
    "\u115f\u1160\u2800\u3164\uffa0"
)  # Hangul fillers, empty Braille cell: blank letters and signs

_seen_at_once = re.compile(r"[!-~]")


def visible(text: str) -> bool:
    """Whether any character of the text leaves ink, by its Unicode category."""
    return bool(_seen_at_once.search(text)) or any(
        character not in BLANK and unicodedata.category(character) not in INVISIBLE for character in text
    )
