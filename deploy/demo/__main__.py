"""`python -m deploy.demo`: a broker, the service, twelve articles, and what becomes of their sentences."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from kafka.errors import KafkaError
from rich.console import Console

from deploy.demo.errors import DemoError
from deploy.demo.screen import Screen
from deploy.demo.story import LOG, tell
from deploy.kafka import BrokerError

INTERRUPTED = 130  # the shell's convention for an end by Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; the exit code is 0 when every sentence came back once."""
    parser = argparse.ArgumentParser("python -m deploy.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="go on until Ctrl-C, to publish articles of your own")
    parser.add_argument("--log", type=Path, default=LOG, help="where to write the service's log")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked politely, by a person or by a supervisor
    try:
        tell(Screen(Console()), os.environ, options.log, keep=options.keep)
    except KeyboardInterrupt:
        return _end("Interrupted; whatever was started is stopped.", INTERRUPTED)
    except (BrokerError, DemoError) as error:
        return _end(str(error), 1)
    except KafkaError as error:
        return _end(f"The broker has failed ({error!r}). Its own log says why; then try again.", 1)
    return 0


def _end(message: str, code: int) -> int:
    Console(stderr=True, soft_wrap=True).print(f"\n{message}", markup=False, highlight=False)
    return code


if __name__ == "__main__":
    sys.exit(main())
