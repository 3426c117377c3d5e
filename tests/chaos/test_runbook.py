"""The run-book knows every way in which the service ends."""

import re
from pathlib import Path

from service.commands import MODEL_EXIT, SETTINGS_EXIT
from service.errors import ServiceError
from service.operations.watchdog import EXIT_CODE

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
SIGNALS = {130, 137, 143}  # of SIGINT, SIGKILL and SIGTERM, by the shell's convention


def test_each_exit_code_has_its_section() -> None:
    """Whoever is called at night finds the number that the supervisor shows."""
    ours = {ServiceError.exit_code} | {kind.exit_code for kind in ServiceError.__subclasses__()}
    expected = {0, SETTINGS_EXIT, MODEL_EXIT, EXIT_CODE} | ours | SIGNALS

    headings = re.findall(r"^### ([\d, ]+):", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(expected) == sorted(int(code) for heading in headings for code in heading.split(","))
