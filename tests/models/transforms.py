"""Ways in which one and the same sentence reaches a newsroom, none of which changes what the sentence does."""

import re
from collections.abc import Callable, Mapping
from html.entities import codepoint2name

Transform = Callable[[str], str]

DATELINE = "VIENNA (Reuters) - "
AGENCY = " (Reuters)"
LIVE_STAMP = "14:07 GMT "
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
EN_DASH = "\N{EN DASH}"
EM_DASH = "\N{EM DASH}"

_OPEN, _CLOSE = "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
_OPEN_SINGLE, _APOSTROPHE = "\N{LEFT SINGLE QUOTATION MARK}", "\N{RIGHT SINGLE QUOTATION MARK}"
_STRAIGHT = str.maketrans({_OPEN: '"', _CLOSE: '"', _OPEN_SINGLE: "'", _APOSTROPHE: "'"})
_OPENS = rf"(?:^|(?<=[\s(\[{EN_DASH}{EM_DASH}]))"

_ENTITIES = {code: f"&{name};" for code, name in codepoint2name.items()} | {ord("'"): "&#39;"}

# Five bytes have no character in Windows-1252; browsers read each as the control character of the same number.
_UNASSIGNED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_WINDOWS_1252 = "".join(chr(byte) if byte in _UNASSIGNED else bytes([byte]).decode("cp1252") for byte in range(256))

_REGULAR = ["is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "would", "could", "should", "must"]
# "am not", "may not" and "might not" have no contraction in use.
_IRREGULAR = {"cannot": "can't", "will not": "won't", "shall not": "shan't"}
_CONTRACTED = _IRREGULAR | {f"{verb} not": f"{verb}n't" for verb in _REGULAR}
_FULL = {short: full for full, short in _CONTRACTED.items()}
_FULL_ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will"}  # "'s" and "'d" each stand for two words

# Whole words with these endings only: "color" must not reach Colorado, nor "realis" realistic.
_NOUNS = ("rumour", "harbour", "labour", "neighbour", "colour", "favour", "honour")
_VERBS = ("apologis", "organis", "recognis", "realis", "criticis", "characteris")
_AMERICAN = {
    "defence": "defense",
    "centre": "center",
    "theatre": "theater",
    "grey": "gray",
    "labelled": "labeled",
    "cancelled": "canceled",
    "travelled": "traveled",
}
_AMERICAN |= {noun + end: f"{noun[:-2]}r{end}" for noun in _NOUNS for end in ("", "s", "ed", "ing")}
_AMERICAN |= {verb + end: f"{verb[:-1]}z{end}" for verb in _VERBS for end in ("e", "es", "ed", "ing", "ation")}
_BRITISH = {american: british for british, american in _AMERICAN.items()}

# Only a word that is never a name may gain or lose its capital when it moves.
_ARTICLES = frozenset({"the", "a", "an", "this", "that", "these", "those", "no", "its", "his", "her"})
_PRONOUNS = frozenset({"there", "it", "he", "she", "they", "nobody", "nothing"})
_NAME = r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)*"
_COMMON = r"(?:[Tt]he|[Aa]n?|[Hh]er|[Hh]is|[Ii]ts)(?: (?!and\b)[\w'-]+){1,3}|[Hh]e|[Ss]he|[Tt]hey"
_SOURCE = rf"(?P<source>{_COMMON}|{_NAME})"
_VERB = r"(?P<verb>said|wrote|added|explained|insisted)"
_QUOTE = rf'[^"{_OPEN}{_CLOSE}]+'
_PLAIN_CLAUSE = rf'(?P<clause>\w+(?: [^\s,;:"{_OPEN}{_CLOSE}]+){{2,}})'  # a comma would leave its scope in doubt
_QUOTE_FIRST = re.compile(rf'(?P<open>["{_OPEN}])(?P<quote>{_QUOTE}),(?P<close>["{_CLOSE}]) {_SOURCE} {_VERB}\.')
_QUOTE_LAST = re.compile(rf'{_SOURCE} {_VERB}: (?P<open>["{_OPEN}])(?P<quote>{_QUOTE})\.(?P<close>["{_CLOSE}])')
_CLAUSE_FIRST = re.compile(rf"{_PLAIN_CLAUSE}, {_SOURCE} {_VERB}\.")
_CLAUSE_LAST = re.compile(rf"{_SOURCE} {_VERB} that (?!.* and that ){_PLAIN_CLAUSE}\.")


def curly_quotes(text: str) -> str:
    """Typeset straight quotation marks and apostrophes."""
    text = re.sub(f'{_OPENS}"', _OPEN, text).replace('"', _CLOSE)
    return re.sub(f"(?:{_OPENS}|(?<={_OPEN}))'", _OPEN_SINGLE, text).replace("'", _APOSTROPHE)


def straight_quotes(text: str) -> str:
    """Undo typeset quotation marks and apostrophes."""
    return text.translate(_STRAIGHT)


def doubled_marks(text: str) -> str:
    """Write quotation marks as two grave accents and two apostrophes, as old wires and tokenised text do."""
    return straight_quotes(curly_quotes(text).replace(_OPEN, "``").replace(_CLOSE, "''"))


def em_dashes(text: str) -> str:
    """Join the sides of a spaced hyphen or dash by an em dash."""
    return re.sub(rf"(?<=\S) [-{EN_DASH}{EM_DASH}] (?=\S)", EM_DASH, text)


def en_dashes(text: str) -> str:
    """Put a spaced en dash for a spaced hyphen and for every em dash."""
    return re.sub(rf"(?<=\S)(?: - | ?{EM_DASH} ?)(?=\S)", f" {EN_DASH} ", text)


def hyphens(text: str) -> str:
    """Put hyphens for dashes: bare between figures, spaced elsewhere."""
    text = re.sub(rf"(?<=\d)[{EN_DASH}{EM_DASH}](?=\d)", "-", text)
    return re.sub(rf"\s*[{EN_DASH}{EM_DASH}]\s*", " - ", text).strip()


def capitals(text: str) -> str:
    """Set the whole sentence in capitals, as a headline or an old wire."""
    return text.upper()


def title_case(text: str) -> str:
    """Give every word a capital, as American headlines do."""
    return re.sub(rf"(?<![\w'{_APOSTROPHE}])[^\W\d_]", lambda letter: letter[0].upper(), text)


def lower_case(text: str) -> str:
    """Set the whole sentence in small letters."""
    return text.lower()


def dateline(text: str) -> str:
    """Put a wire's place and name before the sentence."""
    return DATELINE + text


def trailing_agency(text: str) -> str:
    """Put a wire's name behind the sentence."""
    return text + AGENCY


def live_stamp(text: str) -> str:
    """Put the time of a live blog's entry before the sentence."""
    return LIVE_STAMP + text


def mojibake(text: str) -> str:
    """Typeset the quotes, then read the UTF-8 bytes as Windows-1252; a text in pure ASCII survives."""
    return "".join(_WINDOWS_1252[byte] for byte in curly_quotes(text).encode())


def no_break_spaces(text: str) -> str:
    """Put a no-break space for every space."""
    return text.replace(" ", NO_BREAK_SPACE)


def zero_width_spaces(text: str) -> str:
    """Put an invisible space behind every space."""
    return text.replace(" ", f" {ZERO_WIDTH_SPACE}")


def html_entities(text: str) -> str:
    """Write quotes, dashes, ampersands, angle brackets and accented letters as HTML entities."""
    return text.translate(_ENTITIES)


def contractions(text: str) -> str:
    """Contract a verb and its "not"."""
    return _swap_words(text, _CONTRACTED)


def full_forms(text: str) -> str:
    """Write contractions out; a question is left alone, since its subject stands between the verb and "not"."""
    if "?" in text:
        return text
    straight = re.sub(rf"(?<=\w){_APOSTROPHE}(?=\w)", "'", text)
    opened = _swap_words(straight, _FULL)
    opened = re.sub(r"(?<=\w)'(m|re|ve|ll)\b", lambda ending: f" {_FULL_ENDINGS[ending[1]]}", opened)
    return text if opened == straight else opened


def american_spelling(text: str) -> str:
    """Respell the British words of a short list."""
    return _swap_words(text, _AMERICAN)


def british_spelling(text: str) -> str:
    """Respell the American words of a short list."""
    return _swap_words(text, _BRITISH)


def attribution_first(text: str) -> str:
    """Move a plain "..., the source said." to the head of the sentence; any other sentence is left alone."""
    if quoted := _QUOTE_FIRST.fullmatch(text):
        return f"{_head(quoted['source'])} {quoted['verb']}: {quoted['open']}{quoted['quote']}.{quoted['close']}"
    reported = _CLAUSE_FIRST.fullmatch(text)
    if reported and _may_lose_its_capital(reported["clause"]):
        return f"{_head(reported['source'])} {reported['verb']} that {_inside(reported['clause'])}."
    return text


def attribution_last(text: str) -> str:
    """Move a plain "The source said ..." to the end of the sentence; any other sentence is left alone."""
    if quoted := _QUOTE_LAST.fullmatch(text):
        return f"{quoted['open']}{quoted['quote']},{quoted['close']} {_inside(quoted['source'])} {quoted['verb']}."
    if reported := _CLAUSE_LAST.fullmatch(text):
        return f"{_head(reported['clause'])}, {_inside(reported['source'])} {reported['verb']}."
    return text


def _swap_words(text: str, words: Mapping[str, str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    pattern = rf"\b(?:{'|'.join(longest_first)})\b"
    return re.sub(pattern, lambda found: _cased_like(found[0], words[found[0].lower()]), text, flags=re.IGNORECASE)


def _cased_like(model: str, word: str) -> str:
    if model.isupper():
        return word.upper()
    return _head(word) if model[0].isupper() else word


def _head(words: str) -> str:
    return words[0].upper() + words[1:]


def _inside(words: str) -> str:
    return words[0].lower() + words[1:] if _may_lose_its_capital(words) else words


def _may_lose_its_capital(words: str) -> bool:
    return words.split(maxsplit=1)[0].lower() in _ARTICLES | _PRONOUNS


TRANSFORMS: dict[str, Transform] = {
    transform.__name__: transform
    for transform in (
        curly_quotes,
        straight_quotes,
        doubled_marks,
        em_dashes,
        en_dashes,
        hyphens,
        capitals,
        title_case,
        lower_case,
        dateline,
        trailing_agency,
        live_stamp,
        mojibake,
        no_break_spaces,
        zero_width_spaces,
        html_entities,
        contractions,
        full_forms,
        american_spelling,
        british_spelling,
        attribution_first,
        attribution_last,
    )
}
