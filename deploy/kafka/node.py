"""One Kafka process on this machine: started, killed, frozen, and started again on the same data."""

import os
import signal
import subprocess
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from deploy.kafka import properties
from deploy.kafka.errors import PortTakenError, StartError
from deploy.kafka.jvm import Jvm
from deploy.kafka.reaper import PID_FILE

STOP_S = 10.0  # a node that can still reach a majority leaves in less than one second
RECORD_PID_THEN_RUN = 'echo $$ > "$0" && exec "$@"'  # whoever cleans up after a crash of ours finds every process
PORT_TAKEN = b"Address already in use"  # what Java says of a port that another program holds


class Node:
    """A Kafka process, its data and its address; the last two outlive the process.

    `number` is Kafka's `node.id`, `address` the "host:port" for clients, `data` the folder of its log segments, and
    `log` the file of what it says, over all its starts.
    """

    def __init__(self, number: int, address: str, settings: Mapping[str, str], folder: Path, jvm: Jvm) -> None:
        folder.mkdir()
        self.number = number
        self.address = address
        self.data = Path(settings["log.dirs"])
        self.log = folder / "log.txt"
        self._settings = folder / "server.properties"
        self._pid_file = folder / PID_FILE
        self._jvm = jvm
        self._process: subprocess.Popen[bytes] | None = None
        self._frozen = False
        self._log_before = 0
        properties.write(settings, self._settings)

    @property
    def running(self) -> bool:
        """Whether the process is there, frozen or not."""
        return self._process is not None and self._process.poll() is None

    @property
    def serving(self) -> bool:
        """Whether the process is there and not frozen."""
        return self.running and not self._frozen

    @property
    def pid(self) -> int:
        """The number of the process; raises RuntimeError when there is none."""
        if self._process is None or not self.running:
            raise RuntimeError(f"Kafka node {self.number} does not run. Start it before you ask for its process.")
        return self._process.pid

    def format(self, cluster_id: str) -> None:
        """Begin to prepare the empty data folder; `wait` waits for the end of it."""
        self._run("kafka.tools.StorageTool", "format", "--cluster-id", cluster_id, "--config", str(self._settings))

    def start(self) -> None:
        """Start the process on the data and the ports that it has; does nothing when it runs."""
        if not self.running:
            self._run("kafka.Kafka", str(self._settings))

    def freeze(self) -> None:
        """Stop the process in its tracks (SIGSTOP): its connections stay open, and nothing answers on them."""
        self._signal(signal.SIGSTOP)
        self._frozen = True

    def thaw(self) -> None:
        """Let a frozen process go on (SIGCONT)."""
        self._signal(signal.SIGCONT)
        self._frozen = False

    def kill(self) -> None:
        """End the process at once (SIGKILL), as a crash would; returns when it is gone."""
        self._signal(signal.SIGKILL)
        self.wait()

    def ask_to_stop(self) -> None:
        """Ask the process to leave the cluster in order (SIGTERM); `wait` waits for the end of it."""
        self.thaw()
        self._signal(signal.SIGTERM)

    def stop(self, limit: float = STOP_S) -> None:
        """End the process in order, and by SIGKILL when that takes longer than `limit` seconds."""
        self.ask_to_stop()
        self.wait(limit)

    def wait(self, limit: float | None = None) -> int | None:
        """Wait until the process has ended, which SIGKILL sees to after `limit` seconds; returns its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._frozen = False
        self._pid_file.unlink(missing_ok=True)  # another program may get the number
        return process.returncode

    def check(self) -> None:
        """Look whether the process ended although nobody ended it.

        Raises PortTakenError when another program holds one of its ports, and StartError for any other reason.
        """
        if self._process is None or self.running:
            return
        problem = f"it ended by itself with exit code {self.wait()}"
        taken = PORT_TAKEN in self.log.read_bytes()[self._log_before :]
        raise (PortTakenError if taken else StartError)(f"Kafka node {self.number}", problem, self.recent_log())

    def recent_log(self, lines: int = 40) -> str:
        """The last lines of the node's log."""
        if not self.log.exists():
            return ""
        with self.log.open(encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, maxlen=lines))

    def _run(self, main: str, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self._log_before = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - Java, by way of a shell that only becomes it
                ["/bin/sh", "-c", RECORD_PID_THEN_RUN, str(self._pid_file), *self._jvm.command(main, *arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal is ours to handle, and signals reach its children too
            )

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.running:
            os.killpg(self._process.pid, number)
