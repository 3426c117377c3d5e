"""Which texts no reader should guess at."""

import pytest

from models.language import Unread, unread


@pytest.mark.parametrize(
    "text",
    [
        "Le préfet a démenti avoir reçu les deux entrepreneurs, selon son cabinet.",
        "La alcaldesa dijo que no hay ningún acuerdo con los sindicatos.",
        "Der Sprecher wies den Bericht als falsch zurück.",
        "O secretário negou que tenha recebido dinheiro.",
        "Il rettore ha smentito la notizia della chiusura.",
        "De wethouder zegt dat het bericht niet klopt.",
        "Het is onduidelijk of er doden of gewonden zijn gevallen bij de brand in de haven.",
        "Bakan bu iddia için hiçbir kanıt olmadığını ve dava açacak olan kişi olduğunu söyledi.",
        "Министр опровергла сообщения о встрече.",
        "市長は報道を否定した。",
        "نفى الوزير صحة الخبر.",
    ],
)
def test_a_sentence_in_another_language_is_not_guessed_at(text: str) -> None:
    """Its label would be an accident of words that look English."""
    assert Unread.NOT_ENGLISH is unread(text)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Aix-en-Provence denied it.",
        'He shrugged, said "c\'est la vie", and left.',
        "Real Sociedad 2, Atlético de Ormond 1",
        "Troops not surrounded, Kyiv says",
        "Prosecutors in São Tomé dropped all charges.",
        "“We never met,” Müller told Der Abendbote.",
        "No.",
        "Ankara denies talks",
        "It’s nonsense – and he knows it.",
        "Correction",
    ],
)
def test_english_news_is_read(text: str) -> None:
    """Names, borrowed phrases and headlines are English enough."""
    assert unread(text) is None


def test_text_that_broke_on_the_way_is_not_guessed_at() -> None:
    """A sentence that was decoded wrongly again and again holds more debris than words."""
    assert Unread.NOT_READABLE is unread("ÃƒÂ¢Ã¢â€šÂ¬Ã…â€œNÃƒÂ³")


def test_a_broken_quotation_mark_does_not_hide_a_sentence() -> None:
    """Old feeds are full of them, and people read on."""
    assert unread("â€œThat never happened,â€ the coach told reporters after the match in Leeds.") is None
