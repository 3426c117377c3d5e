"""What a run of the tests does where there is no real broker."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
NEEDS_A_REAL_BROKER = "tests/deploy/kafka/test_java.py::test_a_record_comes_back"


def run_one_test(**variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a test that needs a real broker where only the stand-in may be used."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", NEEDS_A_REAL_BROKER],
        cwd=ROOT,
        env=os.environ | {"BROKER_KIND": "memory"} | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_person_s_run_skips_what_needs_a_real_broker_and_says_why() -> None:
    """Somebody without Docker and Java can still work on everything else."""
    run = run_one_test(CI="")

    assert 0 == run.returncode
    assert "needs a real Kafka broker, and this run has librdkafka's in-memory broker" in run.stdout
    assert "1 skipped" in run.stdout


def test_continuous_integration_fails_without_a_real_broker() -> None:
    """A green run means that the tests against Kafka itself have passed."""
    run = run_one_test(CI="true")

    assert 1 == run.returncode
    assert "needs a real Kafka broker, and this run has librdkafka's in-memory broker" in run.stdout
    assert "1 error" in run.stdout
