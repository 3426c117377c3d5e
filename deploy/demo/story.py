"""Tells the story of the sample articles: broker, topics, service, articles in, sentences back, and the end."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from deploy.demo import command, topics
from deploy.demo.errors import DemoError
from deploy.demo.returned import Reader
from deploy.demo.samples import Article, read
from deploy.demo.screen import Screen
from deploy.demo.service import Service
from deploy.demo.tally import Tally
from deploy.kafka import Broker, Kind, ports, start
from deploy.kafka.readiness import accepts, until

ROOT = Path(__file__).parents[2]
LOG = ROOT / "build" / "demo" / "service.log"
PORT = 9464  # the service's own default, so that what the pages say of it holds here too
SILENCE_S = 30.0  # without a sentence; all of them take about two seconds on an idle machine
SETTLED_S = 5.0  # the numbers of a batch are there a moment after its sentences
TELLING = (
    "claimwire_records_consumed_total",
    'claimwire_records_processed_total{result="denial"}',
    'claimwire_transactions_total{outcome="committed"}',
)


def tell(screen: Screen, environment: Mapping[str, str], log: Path = LOG, *, keep: bool = False) -> None:
    """Run the whole demonstration; with `keep` it goes on showing what comes back until it is interrupted.

    Whatever was started is stopped again, however it ends. Raises BrokerError when no broker can be had, and DemoError
    when the service breaks or not every sentence comes back once.
    """
    command.program()
    articles = read()
    tally = Tally(articles)
    with ExitStack() as running:
        broker = _broker(screen, environment, running)
        group = topics.group_for(broker)
        names = topics.names_for(broker, group)
        settings = command.environment(broker, names, group, environment)
        _topics(screen, broker, names, settings, running)
        service = _service(screen, settings, log, running)
        reader = running.enter_context(Reader(broker, names))
        _publish(screen, articles, settings)
        _show(screen, reader, service, tally)
        _sum_up(screen, service, tally, names)
        if keep:
            _go_on(screen, reader, service, tally, settings)
        _stop(screen, service, broker, running)
    if tally.doubled or tally.returned < tally.expected:
        raise DemoError(f"{tally.returned} of {tally.expected} sentences came back, {tally.doubled} of them twice.")


def _broker(screen: Screen, environment: Mapping[str, str], running: ExitStack) -> Broker:
    with screen.step("broker", "Looking for a broker…") as step:
        try:
            broker = running.enter_context(start(step.says, environment=environment))
        except ValueError as error:  # the environment asks for a kind that does not exist
            raise DemoError(str(error)) from error
        step.done = f"{broker.description}, at {broker.bootstrap_servers}"
        if broker.kind is Kind.GIVEN:
            step.done = broker.description
        return broker


def _topics(
    screen: Screen, broker: Broker, names: Mapping[str, str], settings: Mapping[str, str], running: ExitStack
) -> None:
    with screen.step("topics", "Creating the topics…") as step:
        if broker.kind is Kind.GIVEN:
            running.enter_context(topics.removed_afterwards(broker, names))
        if not broker.real:
            topics.touch(broker, names)
        command.run(settings, "topics", "create")
        step.done = f"{len(names)}, from {names['sentences']} to {names['dead_letters']}"


def _service(screen: Screen, settings: Mapping[str, str], log: Path, running: ExitStack) -> Service:
    with screen.step("service", "Starting the service…") as step:
        port = ports.free(1)[0] if accepts(f"{ports.HOST}:{PORT}") else PORT
        service = running.enter_context(Service(settings, port, log))
        service.wait_until_ready()
        step.done = f"claimwire run, its log in {_short(log)}"
        return service


def _publish(screen: Screen, articles: Sequence[Article], settings: Mapping[str, str]) -> None:
    with screen.step("articles", "Publishing the articles…") as step:
        said = command.run(settings, "publish", *(str(article.path) for article in articles))
        step.done = f"{len(articles)}, {said.strip()}"


def _show(screen: Screen, reader: Reader, service: Service, tally: Tally) -> None:
    """Show the articles in order, each when its last sentence is back; give up when nothing comes any more."""
    last = time.monotonic()
    with screen.progress("Labelled", tally.expected) as labelled:
        while tally.returned < tally.expected and time.monotonic() - last < SILENCE_S:
            service.check()
            for sentence in reader.read():
                last = time.monotonic()
                tally.add(sentence)
            labelled(tally.returned)
            for article, sentences in tally.complete():
                screen.article(article.path.name, sentences, tally.reader)


def _sum_up(screen: Screen, service: Service, tally: Tally, names: Mapping[str, str]) -> None:
    review = tally.topics[names["review"]]
    screen.counts(tally.topics, {use: name for use, name in names.items() if use != "sentences"})
    screen.note(
        f"{tally.expected} sentences in, {tally.returned} out, {tally.doubled} twice. "
        f"Of {tally.accepted} accepted labels, {tally.agreed} are those of a careful reader "
        f"({tally.agreed / max(tally.accepted, 1):.0%}); {review} sentences are left for review.",
    )
    until(lambda: _settled(service, tally.returned), SETTLED_S)
    screen.note(f"{service.url}/metrics", *service.metrics(TELLING))


def _settled(service: Service, count: int) -> bool:
    """Whether the metrics know of as many records."""
    consumed = service.metrics(TELLING[:1])
    return bool(consumed) and float(consumed[0].rpartition(" ")[2]) >= count


def _go_on(screen: Screen, reader: Reader, service: Service, tally: Tally, settings: Mapping[str, str]) -> None:
    screen.note(
        "Everything runs on until Ctrl-C. To publish an article of your own, in another terminal:",
        command.line(settings, "publish", "FILE"),
    )
    while True:
        service.check()
        came = reader.read()
        if came:
            screen.sentences(sorted(came, key=lambda sentence: (sentence.uri, sentence.place)), tally.reader)


def _stop(screen: Screen, service: Service, broker: Broker, running: ExitStack) -> None:
    screen.note()
    with screen.step("stopped", "Stopping the service…") as step:
        code = service.stop()
        running.close()
        rest = "; the topics are deleted" if broker.kind is Kind.GIVEN else " and the broker"
        step.done = f"the service (exit code {code}){rest}"


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
