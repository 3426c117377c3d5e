"""What an audit that found nothing is worth."""

import sys
from pathlib import Path

import pytest

from deploy.security.audit import CLEAN, FOUND, NOT_LOOKED, judge, main

GOOD = {"name": "click", "version": "8.5.1", "vulns": []}
BAD = {"name": "lz4", "version": "1.0", "vulns": [{"id": "PYSEC-0000-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (14.0)"}

STAND_IN = "import sys; open(sys.argv[sys.argv.index('--output') + 1], 'w').write({report!r})"


def tool(program: str) -> tuple[str, ...]:
    """A command that stands in for pip-audit."""
    return sys.executable, "-c", program


def test_looking_at_every_package_and_finding_nothing_is_clean() -> None:
    """Only then is it known that nothing is known."""
    assert (CLEAN, ("lock: 1 packages, 0 known vulnerabilities",)) == judge("lock", [GOOD])


def test_a_vulnerability_is_named_with_what_mends_it() -> None:
    """Whoever reads it knows what to raise, and to what."""
    verdict = judge("lock", [GOOD, BAD])

    assert FOUND == verdict.code
    assert "  lz4 1.0: PYSEC-0000-1, mended in 1.1" in verdict.lines


def test_a_package_that_was_not_looked_up_is_not_clean() -> None:
    """A source that does not know a package says nothing about it."""
    verdict = judge("lock", [GOOD, UNKNOWN])

    assert NOT_LOOKED == verdict.code
    assert "1 of 2 packages could not be looked up:" in verdict.lines


def test_not_looking_outweighs_finding() -> None:
    """What was found is shown, and the audit is still not complete."""
    verdict = judge("lock", [BAD, UNKNOWN])

    assert NOT_LOOKED == verdict.code
    assert "PYSEC-0000-1" in "".join(verdict.lines)


def test_an_empty_report_is_not_clean() -> None:
    """A lock file that holds nothing, or was not understood, proves nothing."""
    assert NOT_LOOKED == judge("lock", []).code


def test_a_tool_that_fails_is_quoted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without its data pip-audit writes no report, and its last words are passed on."""
    failing = tool("import sys; sys.exit('ConnectionError: the source does not answer')")

    assert NOT_LOOKED == main([str(tmp_path / "lock.txt")], failing)
    assert "could not be audited; pip-audit says: ConnectionError" in capsys.readouterr().out


def test_the_worst_of_several_locks_counts(tmp_path: Path) -> None:
    """Two lock files are clean only together."""
    report = '{"dependencies": [{"name": "lz4", "version": "1.0", "vulns": []}]}'
    clean = tool(STAND_IN.format(report=report))
    looking_at_one = tool("import sys; 'b.txt' in sys.argv and sys.exit('lost'); " + STAND_IN.format(report=report))

    assert CLEAN == main(["a.txt", "c.txt"], clean)
    assert NOT_LOOKED == main(["a.txt", "b.txt"], looking_at_one)
