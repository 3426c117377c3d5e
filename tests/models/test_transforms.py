"""Each transform changes what it says and nothing else, so that a label may be expected to survive it."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models import transforms
from tests.models.transforms import TRANSFORMS

WRITES = [
    ("curly_quotes", "\"It's the 'safe' one,\" she said.", "“It’s the ‘safe’ one,” she said."),
    ("curly_quotes", "\"'Go' is what he said.\"", "“‘Go’ is what he said.”"),
    ("straight_quotes", "“It’s the ‘safe’ one,” she said.", "\"It's the 'safe' one,\" she said."),
    ("doubled_marks", '"It\'s late," she said.', "``It's late,'' she said."),
    ("em_dashes", "The quay - a ruin – was sold.", "The quay—a ruin—was sold."),
    ("en_dashes", "The quay—a ruin - was sold.", "The quay – a ruin – was sold."),
    ("hyphens", "The quay—a ruin – held 12–14 men.", "The quay - a ruin - held 12-14 men."),
    ("capitals", "Mayor's yacht 'sold'", "MAYOR'S YACHT 'SOLD'"),
    ("title_case", "The mayor's yacht won't sail, she said.", "The Mayor's Yacht Won't Sail, She Said."),
    ("lower_case", "Mayor Says NO", "mayor says no"),
    ("dateline", "The quay was sold.", "VIENNA (Reuters) - The quay was sold."),
    ("trailing_agency", "The quay was sold.", "The quay was sold. (Reuters)"),
    ("live_stamp", "The quay was sold.", "14:07 GMT The quay was sold."),
    ("mojibake", '"It\'s late," José said.', "â€œItâ€™s late,â€\x9d JosÃ© said."),
    ("no_break_spaces", "The quay was sold.", "The\u00a0quay\u00a0was\u00a0sold."),
    ("zero_width_spaces", "The quay was sold.", "The \u200bquay \u200bwas \u200bsold."),
    (
        "html_entities",
        '"Fish & chips" aren\'t sold – yet.',
        "&quot;Fish &amp; chips&quot; aren&#39;t sold &ndash; yet.",
    ),
    ("contractions", "She did not sail and will not; she cannot.", "She didn't sail and won't; she can't."),
    ("contractions", "Cannot say. DID NOT SAIL.", "Can't say. DIDN'T SAIL."),
    ("full_forms", "She didn't sail and won't; they're cross.", "She did not sail and will not; they are cross."),
    ("full_forms", "“We’ve sailed,” she said.", "“We have sailed,” she said."),
    ("american_spelling", "Rumours from the harbour centre were denied.", "Rumors from the harbor center were denied."),
    ("american_spelling", "HE APOLOGISED IN GREY.", "HE APOLOGIZED IN GRAY."),
    ("british_spelling", "He apologized for the canceled rumor.", "He apologised for the cancelled rumour."),
    ("attribution_first", '"We never met," the envoy said.', 'The envoy said: "We never met."'),
    ("attribution_first", "“We never met,” Ada Orrin insisted.", "Ada Orrin insisted: “We never met.”"),
    ("attribution_first", "There is no truth in it, the club said.", "The club said that there is no truth in it."),
    ("attribution_last", 'The envoy said: "We never met."', '"We never met," the envoy said.'),
    ("attribution_last", "She said that the report was false.", "The report was false, she said."),
    ("attribution_last", "Ada Orrin said that rain fell twice.", "Rain fell twice, Ada Orrin said."),
]

LEAVES_ALONE = [
    ("curly_quotes", "No marks here."),
    ("em_dashes", "A well-known 2-1 win."),
    ("en_dashes", "A well-known 2-1 win."),
    ("hyphens", "A well-known 2-1 win."),
    ("mojibake", "Plain letters only."),
    ("contractions", "The envoy, not the king, may not sail; I am not sure."),
    ("full_forms", "Didn't she say it?"),
    ("full_forms", "It's the king's."),
    ("full_forms", "The “king’s” yacht."),
    ("american_spelling", "A realistic organism."),
    ("british_spelling", "A laboratory in Colorado."),
    ("attribution_first", '"We never met!" the envoy said.'),
    ("attribution_first", "Vienna is no truth-teller's town, the club said."),
    ("attribution_first", "The dam, which is old, held, the club said."),
    ("attribution_last", "She said that it rained and that it froze."),
    ("attribution_last", "She apologised and said that it had rained."),
    ("attribution_last", "She said nothing of the report."),
]

SENTENCES = st.text(alphabet="abcXYZ 019.,:;?!'\"-()&<>“”‘’–—", max_size=60)


@pytest.mark.parametrize(("name", "before", "after"), WRITES)
def test_transform_writes_what_it_says(name: str, before: str, after: str) -> None:
    """A transform makes its own change wherever it applies."""
    assert after == TRANSFORMS[name](before)


@pytest.mark.parametrize(("name", "text"), LEAVES_ALONE)
def test_transform_leaves_the_rest_alone(name: str, text: str) -> None:
    """A text to which a transform does not apply comes back as it was."""
    assert text == TRANSFORMS[name](text)


def test_every_transform_has_an_example() -> None:
    """No transform is collected without an example that shows its change."""
    assert set(TRANSFORMS) == {name for name, _, _ in WRITES}


@given(SENTENCES)
def test_curly_quotes_can_be_straightened(text: str) -> None:
    """Typesetting quotes loses nothing that straight quotes could hold."""
    assert transforms.straight_quotes(text) == transforms.straight_quotes(transforms.curly_quotes(text))


@given(SENTENCES)
def test_doubled_marks_stand_for_double_quotes_only(text: str) -> None:
    """Doubled marks read back as double quotation marks give the straight text."""
    text = _without(text, "'‘’")
    assert transforms.straight_quotes(text) == transforms.doubled_marks(text).replace("``", '"').replace("''", '"')


@given(SENTENCES, st.sampled_from(["em_dashes", "en_dashes", "hyphens"]))
def test_dashes_change_no_letter_or_figure(text: str, name: str) -> None:
    """Changing dashes touches dashes and the spaces round them only."""
    assert _without(text, " –—-") == _without(TRANSFORMS[name](text), " –—-")


@given(SENTENCES, st.sampled_from(["capitals", "title_case", "lower_case"]))
def test_case_changes_no_letter(text: str, name: str) -> None:
    """Setting a text in another case keeps every character apart from its case."""
    assert text.casefold() == TRANSFORMS[name](text).casefold()


@given(SENTENCES)
def test_spaces_can_be_restored(text: str) -> None:
    """Odd spaces stand only where spaces stood."""
    odd = transforms.zero_width_spaces(transforms.no_break_spaces(text))
    assert text == odd.replace("\u00a0", " ").replace("\u200b", "")


@given(SENTENCES)
def test_html_entities_can_be_read_back(text: str) -> None:
    """A browser shows the text from which the entities were made."""
    assert text == html.unescape(transforms.html_entities(text))


@given(SENTENCES)
def test_additions_keep_the_sentence_whole(text: str) -> None:
    """Datelines, stamps and agencies stand beside the sentence, which stays as it was."""
    dressed = transforms.live_stamp(transforms.dateline(transforms.trailing_agency(text)))
    bare = dressed.removeprefix(transforms.LIVE_STAMP).removeprefix(transforms.DATELINE)
    assert text == bare.removesuffix(transforms.AGENCY)


@pytest.mark.parametrize(
    "text", ["It was not so.", "They cannot sail.", "SHE WILL NOT.", "Do not sail, he has not said."]
)
def test_contractions_can_be_opened_again(text: str) -> None:
    """A contracted text written out is the text again."""
    assert text == transforms.full_forms(transforms.contractions(text))


@pytest.mark.parametrize("text", ["Rumoured colours.", "GREY HARBOURS.", "Organisation criticised by neighbours."])
def test_american_spelling_can_be_undone(text: str) -> None:
    """A text respelt for America and back is the text again."""
    assert text == transforms.british_spelling(transforms.american_spelling(text))


@pytest.mark.parametrize("text", ['"We never met," the envoy said.', "There was no such deal, Ada Orrin said."])
def test_attribution_can_be_moved_back(text: str) -> None:
    """An attribution moved to the head and back to the end leaves the sentence as it was."""
    assert text == transforms.attribution_last(transforms.attribution_first(text))


def _without(text: str, characters: str) -> str:
    return text.translate(str.maketrans("", "", characters))
