"""`python -m deploy.security.audit LOCK…`: looks for known vulnerabilities, and says so when it could not look.

pip-audit itself ends well, and says that nothing is known, when its source knows none of the packages, as behind a
mirror that serves files only.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

CLEAN, FOUND, NOT_LOOKED = 0, 1, 2


class Verdict(NamedTuple):
    """The exit code, and the lines that explain it."""

    code: int
    lines: tuple[str, ...]


def main(arguments: Sequence[str] | None = None, tool: Sequence[str] = (sys.executable, "-m", "pip_audit")) -> int:
    """Audit lock files with hashes; 0: nothing is known, 1: something is, 2: it could not be found out."""
    parser = argparse.ArgumentParser("python -m deploy.security.audit", description=__doc__)
    parser.add_argument("locks", nargs="+", type=Path, metavar="LOCK", help="requirements with their hashes")
    options = parser.parse_args(arguments)
    verdicts = [audit(lock, tool) for lock in options.locks]
    for verdict in verdicts:
        sys.stdout.write("".join(f"{line}\n" for line in verdict.lines))
    return max(verdict.code for verdict in verdicts)


def audit(lock: Path, tool: Sequence[str]) -> Verdict:
    """Ask pip-audit about the packages of one lock file, none of which is installed for it."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
        asked = subprocess.run(  # noqa: S603 - pip-audit, on a file that the operator names
            [*tool, *options, "--requirement", str(lock), "--output", str(report)],
            capture_output=True,
            text=True,
            check=False,  # pip-audit's own exit code does not tell what it found from what it could not find out
        )
        if not report.is_file():
            said = asked.stderr.strip().splitlines() or ["nothing"]
            return Verdict(NOT_LOOKED, (f"{lock} could not be audited; pip-audit says: {said[-1]}",))
        return judge(str(lock), json.loads(report.read_text(encoding="utf-8"))["dependencies"])


def judge(lock: str, dependencies: Sequence[Mapping[str, Any]]) -> Verdict:
    """Make a verdict of what pip-audit reports of each package; one that was not looked up is not a clean one."""
    skipped = [f"  {found['name']}: {found['skip_reason']}" for found in dependencies if "skip_reason" in found]
    holes = [
        f"  {found['name']} {found['version']}: {hole['id']}, mended in {' or '.join(hole['fix_versions']) or 'none'}"
        for found in dependencies
        for hole in found.get("vulns", ())
    ]
    lines = [f"{lock}: {len(dependencies)} packages, {len(holes)} known vulnerabilities", *holes]
    if skipped or not dependencies:
        lines += [f"{len(skipped)} of {len(dependencies)} packages could not be looked up:", *skipped]
        return Verdict(NOT_LOOKED, tuple(lines))
    return Verdict(FOUND if holes else CLEAN, tuple(lines))


if __name__ == "__main__":
    sys.exit(main())
