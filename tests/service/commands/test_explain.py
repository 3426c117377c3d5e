"""`claimwire explain`."""

from click.testing import CliRunner

from service.commands.explain import explain


def explained(sentence: str) -> str:
    """What the command prints."""
    result = CliRunner().invoke(explain, [sentence])
    assert 0 == result.exit_code, result.output
    return result.output


def test_it_says_who_decided_and_what_counted() -> None:
    """The label, the scores, and the words behind them."""
    told = explained("The harbour master denied that the buoy had been moved.")

    assert told.startswith("denial, by ")
    assert "First reader: denial" in told
    assert "denied" in told


def test_a_text_that_no_reader_was_shown_is_told_as_such() -> None:
    """Nothing is made up about a sentence in another language."""
    assert "other, unread: not english\n" == explained("Il sindaco ha smentito la notizia della chiusura.")


def test_brackets_are_shown_as_they_are() -> None:
    """Those of a quotation are the editor's, not an order how to print it."""
    told = explained("The mayor denied that [the bridge] was [sic] closed and the sign read [/i] twice.")

    assert "[sic]" in told
    assert "[/i]" in told
