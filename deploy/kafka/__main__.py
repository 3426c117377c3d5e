"""`python -m deploy.kafka`: starts a broker, prints its address, and keeps it until Ctrl-C."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import TextIO

from deploy.kafka.broker import KIND_KEY, start
from deploy.kafka.errors import BrokerError
from deploy.kafka.kinds import Kind


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal; the address is all that goes to standard output, so that a script can read it."""
    options = _parser().parse_args(arguments)
    environment = os.environ | ({KIND_KEY: options.kind} if options.kind else {})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked politely, by a person or by a supervisor
    try:
        with start(_say, nodes=options.nodes, environment=environment) as broker:
            _say(f"This is {broker.description}. Ctrl-C stops it and removes its data.")
            if broker.api_version:
                _say(f"kafka-python reaches it only with api_version={broker.api_version}.")
            _say(broker.bootstrap_servers, sys.stdout)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except (BrokerError, ValueError) as error:
        _say(str(error))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m deploy.kafka", description="Start a Kafka broker to try things with.")
    parser.add_argument("--nodes", type=int, default=1, help="Kafka processes in the cluster: 1, or 3 to break some")
    parser.add_argument("--kind", choices=[str(kind) for kind in Kind], help="the only kind of broker to try")
    return parser


def _say(line: str, stream: TextIO | None = None) -> None:
    print(line, file=stream or sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
