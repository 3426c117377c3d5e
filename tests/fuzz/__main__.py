"""`python -m tests.fuzz --minutes N`: looks for harmful input, from another seed each round, until time is up."""

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.hostile import EXAMPLES_KEY

HERE = Path(__file__).parent
EXAMPLES = 2_000  # of each property in a round, which then takes a minute or two


def main() -> int:
    """Run rounds until one fails or the time is up; the last round is brought to its end."""
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long to look; default 10")
    parser.add_argument("--seed", type=int, help="look from this seed only, to see again what a round has found")
    options = parser.parse_args()
    give_up = time.monotonic() + options.minutes * 60
    rounds = 0
    while options.seed is None or not rounds:
        seed = random.randrange(2**32) if options.seed is None else options.seed  # noqa: S311 - any seed will do
        rounds += 1
        print(f"round {rounds}, --seed {seed}", flush=True)  # noqa: T201 - a command says where it is
        if code := once(seed):
            return code
        if time.monotonic() >= give_up:
            break
    print(f"nothing found in {rounds} rounds of {EXAMPLES} examples each")  # noqa: T201 - and what came of it
    return 0


def once(seed: int) -> int:
    """One round in a process of its own, so that what a round leaves in memory dies with it; returns its exit code."""
    command = ["-m", "pytest", str(HERE), "-q", "--timeout=0", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
    environment = os.environ | {EXAMPLES_KEY: str(EXAMPLES)}
    return subprocess.run([sys.executable, *command], env=environment, cwd=HERE.parents[1], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
