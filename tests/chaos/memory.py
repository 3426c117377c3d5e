"""`python -m tests.chaos.memory`: how much memory a service takes over many sentences and behind a slow broker."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import psutil
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from tests.chaos.feed import Feed
from tests.chaos.judge import Judge
from tests.chaos.proxy import Proxy
from tests.chaos.site import behind_a_proxy
from tests.end_to_end.newsroom import Newsroom, Service

PLOT = Path(__file__).parents[2] / "docs" / "memory.png"
LOOK_S = 0.5
DELAY_S = 0.02  # for each piece of up to 64 KiB that passes the proxy, in either direction
SILENCE_S = 10.0  # half of what a delivery may take by default
WARM_SHARE = 0.2  # of the sentences, over which caches fill and the allocator finds its size
HELPING = 20_000  # sentences handed to the feed's client at once
MIB = 1 << 20


class Sample(NamedTuple):
    """What was seen at one moment: seconds since the start, sentences committed, resident memory in MiB."""

    at: float
    committed: int
    resident: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill a topic, let one service work it off, and draw its memory."""
    parser = argparse.ArgumentParser("python -m tests.chaos.memory", description="Watch a service's memory.")
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path, default=PLOT)
    options = parser.parse_args(arguments)
    samples = watch(options.sentences, options.seed)
    sys.stdout.write(f"{summary(samples)}\n")
    draw(samples, options.plot)
    return 0


def watch(sentences: int, seed: int) -> list[Sample]:
    """Let a service with default settings work off so many sentences through a slow network that falls silent once."""
    with behind_a_proxy() as site, tempfile.TemporaryDirectory() as folder:
        assert site.proxy is not None
        room = Newsroom(site.broker, Path(folder), partitions=4)
        fill(Feed(site.broker.bootstrap_servers, room.topics["sentences"], seed=seed, rate=0), sentences)
        judge = Judge(site.broker.bootstrap_servers, room.name, room.topics, seed)
        site.proxy.delay_s = DELAY_S
        with closing(room), closing(judge), room.service(**site.settings) as service:
            return list(_look(service, site.proxy, judge, sentences))


def fill(feed: Feed, sentences: int) -> None:
    """Put all of them on the topic, without ever handing the client more than it can hold."""
    while feed.sent < sentences:
        feed.send(min(HELPING, sentences - feed.sent))
        feed.flush()


def _look(service: Service, proxy: Proxy, judge: Judge, sentences: int) -> list[Sample]:
    process, started = psutil.Process(service.process.pid), time.monotonic()
    samples: list[Sample] = []
    silent_until: float | None = None
    while not samples or samples[-1].committed < sentences:
        time.sleep(LOOK_S)
        now = time.monotonic() - started
        committed = sentences - judge.waiting()
        samples.append(Sample(now, committed, process.memory_info().rss / MIB))
        if silent_until is None and committed > sentences / 2:
            proxy.silence()
            silent_until = now + SILENCE_S
        elif silent_until is not None and now > silent_until:
            proxy.mend()
            proxy.delay_s = DELAY_S
            silent_until = float("inf")
    return samples


def slope(samples: Sequence[Sample]) -> float:
    """Growth in MiB for each million sentences, by least squares over all that came after the warm-up."""
    sentences, resident = _warm(samples)
    return float(np.polyfit(sentences, resident, 1)[0] * 1e6)


def _warm(samples: Sequence[Sample]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.array([(sample.committed, sample.resident) for sample in samples], dtype=np.float64)
    warm = table[table[:, 0] >= WARM_SHARE * table[-1, 0]]
    return warm[:, 0], warm[:, 1]


def summary(samples: Sequence[Sample]) -> str:
    """One line for people."""
    last = samples[-1]
    _, resident = _warm(samples)
    return (
        f"{last.committed:,} sentences in {last.at:.0f} s: after the first fifth between {resident.min():.0f} and "
        f"{resident.max():.0f} MiB resident, changing by {slope(samples):+.0f} MiB for each million sentences."
    )


def draw(samples: Sequence[Sample], path: Path) -> None:
    """Memory and sentences over time, as a picture."""
    mpl.use("agg")  # no screen is needed
    figure, memory = plt.subplots(figsize=(8, 4), layout="constrained")
    at = [sample.at for sample in samples]
    memory.plot(at, [sample.resident for sample in samples], color="tab:blue")
    memory.set(
        xlabel="seconds", ylabel="resident memory, MiB", ylim=(0, None), title=summary(samples).replace(": ", ":\n")
    )
    memory.title.set_fontsize(9)
    sentences = memory.twinx()
    sentences.plot(at, [sample.committed / 1e6 for sample in samples], color="tab:gray", linestyle="--")
    sentences.set(ylabel="million sentences committed (dashed)", ylim=(0, None))
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    sys.exit(main())
