"""Ways in which one and the same sentence reaches a newsroom, none of which changes what the sentence does."""

import html
import re
from collections.abc import Callable, Mapping

Transform = Callable[[str], str]

DATELINE = "VIENNA (Reuters) - "
AGENCY = " (Reuters)"
LIVE_STAMP = "14:07 GMT "
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"

_OPENS_A_QUOTATION = r"(?:(?<=[\s(\[—–])|(?<=^))"
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})
_ENTITIES = str.maketrans({"“": "&ldquo;", "”": "&rdquo;", "‘": "&lsquo;", "’": "&rsquo;", "–": "&ndash;", "—": "&mdash;"})

# "cannot" and "will not" change more than the space before "not"; "am", "may" and "might" have no contraction in use.
_IRREGULAR = {"cannot": "can't", "will not": "won't", "shall not": "shan't"}
_REGULAR = "is are was were do does did has have had would could should must need".split()
_CONTRACTIONS = _IRREGULAR | {f"{verb} not": f"{verb}n't" for verb in _REGULAR}
# "Didn't she" opens into "Did she not": the order changes, so a question with its subject behind the verb is left alone.
_NO_SUBJECT_BEHIND = r"(?!\s+(?:i|you|he|she|it|we|they|there|the|this|that)\b)"

# Whole words only, with these endings: "color" must not reach Colorado, nor "realis" realistic.
_NOUN_ENDINGS = ("", "s", "ed", "ing")
_NOUNS = {
    "rumour": "rumor",
    "harbour": "harbor",
    "labour": "labor",
    "neighbour": "neighbor",
    "colour": "color",
    "favour": "favor",
    "honour": "honor",
    "defence": "defense",
    "centre": "center",
    "theatre": "theater",
    "metre": "meter",
    "kilometre": "kilometer",
}
_VERB_ENDINGS = ("e", "es", "ed", "er", "ers", "ing", "ation", "ations")
_VERBS = {
    stem: f"{stem[:-1]}z" for stem in ("apologis", "organis", "recognis", "realis", "criticis", "characteris", "publicis")
}
_OTHER_SPELLINGS = {
    "labelled": "labeled",
    "cancelled": "canceled",
    "travelled": "traveled",
    "programme": "program",
    "programmes": "programs",
    "grey": "gray",
}
_AMERICAN = (
    {b + end: a + end for b, a in _NOUNS.items() for end in _NOUN_ENDINGS}
    | {b + end: a + end for b, a in _VERBS.items() for end in _VERB_ENDINGS}
    | _OTHER_SPELLINGS
)

# Only a word that is never a name may lose its capital when it leaves the head of the sentence.
_CLAUSE_OPENERS = "the a an there it he she they this that these those no nobody nothing its his her their".split()
_SOURCE = r"(?:[Tt]he|[Aa]n?|[Hh]er|[Hh]is|[Ii]ts) [a-z]+(?: [a-z]+)?|[Hh]e|[Ss]he|[Ii]t|[Tt]hey"
_QUOTE_THEN_SOURCE = re.compile(rf'^(?P<open>["“])(?P<quote>[^"“”]+),(?P<close>["”]) (?P<source>{_SOURCE}) said\.$')
_SOURCE_THEN_QUOTE = re.compile(rf'^(?P<source>{_SOURCE}) said: (?P<open>["“])(?P<quote>[^"“”]+)\.(?P<close>["”])$')
_CLAUSE_THEN_SOURCE = re.compile(rf"^(?P<clause>(?:{'|'.join(_CLAUSE_OPENERS)})\b[^\"“”]*), (?P<source>{_SOURCE}) said\.$", re.I)
_SOURCE_THEN_CLAUSE = re.compile(rf"^(?P<source>{_SOURCE}) said that (?P<clause>(?:{'|'.join(_CLAUSE_OPENERS)})\b[^\"“”]*)\.$")


def curly_quotes(text: str) -> str:
    """Typeset straight quotation marks and apostrophes."""
    text = re.sub(_OPENS_A_QUOTATION + '"', "“", text).replace('"', "”")
    return re.sub(_OPENS_A_QUOTATION + "'|(?<=“)'", "‘", text).replace("'", "’")


def straight_quotes(text: str) -> str:
    """Undo typeset quotation marks and apostrophes."""
    return text.translate(_STRAIGHT)


def paired_backticks(text: str) -> str:
    """Write double quotation marks as ``...'', the way older wire and corpus text does."""
    return curly_quotes(text).replace("“", "``").replace("”", "''").translate(_STRAIGHT)
