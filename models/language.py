"""Tells texts that no reader should guess at: those that are not English, and those that cannot be read at all."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

# Function words that stand in nearly every sentence of their language, without those that English shares; "of", which
# is Dutch for "whether", speaks for neither.
_ENGLISH = frozenset(
    """
    a about after all also an and are as at be been but by can could for from had has have he her his i if in into
    is it its more my no not on one or our out over said says she so than that the their them there these they
    this to up was we were what when which who will with would you your
    """.split()
)
_OTHERS = frozenset(
    # French, German, Spanish, Portuguese, Italian, Dutch, Swedish, Danish, Polish, Turkish, Indonesian, Swahili
    """
    aux avec cette dans des du elle elles est et eux ils je la le les leur leurs mais ne nous ont où par pas plus
    pour qui sa ses son sont sur une vous était
    aber auch auf aus bei das dem den der des dieser ein eine einem einen einer es für gegen hat haben hatte ich im
    ist mit nach nicht noch oder sein seine sich sie sind über und unter vom von vor war werden wie wird wurde zu
    zum zur
    al como con cuando del desde dijo el ella ellos en entre era esta estas este esto fue ha hay la las lo los más
    muy para pero por porque que se según ser si sin sobre su sus también una uno y ya
    ao aos as com da das de disse do dos ele ela em foi isso mas na nas nem no nos não o os ou pela pelo que são seu
    sua um uma você
    agli al alla che ci come con da dal dalla degli dei del della delle di è ed gli ha hanno il non nel nella o per
    più sono stato sua sul sulla suo tra un
    aan als bij dat de deze die dit door een en er haar heeft het hij ik maar met naar niet nog om onder ook op tot
    uit van voor was wordt zij zijn
    att av de den det efter en ett fick från för han har hon inte kan med men när och om på sig som till var vi är
    af at blev det ei eller etter fra han hun ikke jeg med mens når og på seg som til ved vil være
    ale bardzo czy dla do i ich jak jest już na nie o od oraz po przez się są tak tego to w we za ze że
    ama bir bu çok da daha de değil diye gibi için ile ise kadar ki ne olan olarak sonra ve veya
    adalah akan bahwa dalam dan dari dengan di ini itu juga karena kepada mereka oleh pada sudah telah tidak untuk
    yang
    alisema hii hiyo kama katika kuwa kwa lakini na ni ya yake
    """.split()
)
_FOREIGN = _OTHERS - _ENGLISH

# No other language here has these, and most sentences have one: they spare the count.
_surely_english = re.compile(r"(?<![^\W_])(?:[Tt]he|and|said|says|that|with|would|they|[Hh]is)(?![^\W_])")
_word = re.compile(r"[^\W\d_]+")
_plain = re.compile(r"[ -~\s‘’“”–—…£€¥°©®×½¼¾éèüöäñçáíóúāō]*")
_mojibake = re.compile(r"(?:[ÃÂ][\x80-\xbf¡-¿ -¯]|â€|ï»¿|\ufffd)")

FEW_WORDS = 4  # in fewer than this a name or a borrowed phrase looks like a language
LETTERS_SHARE = 0.5  # of the letters in another script: more than half, and the sentence is in that script
BROKEN_SHARE = 0.1  # of the characters; English with a few broken quotation marks can still be read


class Unread(StrEnum):
    """Why a text is `other` without having been read."""

    NOT_ENGLISH = "not_english"
    NOT_READABLE = "not_readable"


def unread(text: str) -> Unread | None:
    """Why a text should not be labelled by what it seems to say; None when it should.

    It is meant to miss a foreign sentence rather than to refuse an English one: names, quotations and borrowed phrases
    are news too.
    """
    if not text.isascii():
        broken = sum(len(match) for match in _mojibake.findall(text))
        if broken > BROKEN_SHARE * len(text):
            return Unread.NOT_READABLE
        if not _plain.fullmatch(text) and _other_script(text):
            return Unread.NOT_ENGLISH
    if _surely_english.search(text):
        return None
    words = _word.findall(text.lower())
    if len(words) < FEW_WORDS:
        return None
    english = sum(word in _ENGLISH for word in words)
    foreign = sum(word in _FOREIGN for word in words)
    return Unread.NOT_ENGLISH if foreign > 1 and foreign > 2 * english else None


def _other_script(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return sum(not _latin(letter) for letter in letters) > LETTERS_SHARE * len(letters)


@lru_cache(maxsize=4096)  # a feed in another script repeats a few hundred letters
def _latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN", "MODIFIER LETTER"))
