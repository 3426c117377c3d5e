"""How the service starts, shows itself, and stops."""

import signal
import time

from tests.end_to_end.newsroom import Newsroom, free_port, until


def test_metrics_and_health_are_up_before_the_broker_is(newsroom: Newsroom) -> None:
    """A supervisor can look at a service that still waits."""
    with newsroom.service(BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}") as service:
        until(lambda: service.get("/livez")[0] == 200)

        assert 503 == service.get("/readyz")[0]
        assert 503 == service.get("/startupz")[0]
        assert "claimwire_build_info" in service.get("/metrics")[1]
        assert 0 == service.stop()


def test_a_running_service_says_so(newsroom: Newsroom) -> None:
    """All three probes pass once it has joined."""
    with newsroom.service() as service:
        service.ready()

        assert [200, 200, 200] == [service.get(path)[0] for path in ("/livez", "/readyz", "/startupz")]


def test_no_broker_for_too_long_ends_the_service(newsroom: Newsroom) -> None:
    """The message names the address and what to check."""
    address = f"127.0.0.1:{free_port()}"
    with newsroom.service(BOOTSTRAP_SERVERS=address, BROKER_LIMIT_S="1") as service:
        assert 3 == service.ended()

    assert f"No broker answers at {address}" in service.text()


def test_a_signal_ends_it_within_ten_seconds(newsroom: Newsroom) -> None:
    """SIGTERM and SIGINT finish the batch in hand; the exit code is 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with newsroom.service() as service:
            service.ready()
            started = time.monotonic()

            assert 0 == service.stop(number)
            assert time.monotonic() - started < 10


def test_a_signal_under_load_leaves_nothing_half_done(real_newsroom: Newsroom) -> None:
    """What was not finished is finished by the next process, and nothing comes twice."""
    real_newsroom.send_numbered(range(2000), keys=50)
    with real_newsroom.service(BATCH_RECORDS="50") as service:
        until(lambda: service.metric("claimwire_records_consumed_total") > 200)
        assert 0 == service.stop()

    with real_newsroom.service():
        seen = real_newsroom.read(2000)

    assert 2000 == len({read.event["sentence_id"] for read in seen}) == len(seen)


def test_the_numbers_of_a_run_add_up(newsroom: Newsroom) -> None:
    """As many records are processed as are consumed, and the stages make up the batches' time."""
    newsroom.send_numbered(range(500))
    with newsroom.service() as service:
        newsroom.read(500)
        until(lambda: service.metric("claimwire_batch_records_sum") == 500)
        stages = ("poll", "decode", "label", "encode", "publish", "commit")
        staged = sum(service.metric(f'claimwire_stage_duration_seconds_sum{{stage="{s}"}}') for s in stages)
        results = ("claim", "denial", "clarification", "other", "review", "dead_letter")
        processed = [service.metric(f'claimwire_records_processed_total{{result="{r}"}}') for r in results]
        whole = service.metric("claimwire_batch_duration_seconds_sum")

    assert 500 == sum(processed)
    assert 0.9 * whole < staged <= whole


def test_two_services_on_one_host_do_not_take_one_name(newsroom: Newsroom) -> None:
    """The second is told to be another one before it pushes the first out of the group."""
    with newsroom.service(INSTANCE_ID="desk") as first:
        first.ready()
        with newsroom.service(INSTANCE_ID="desk") as second:
            assert 2 == second.ended()

        assert "CLAIMWIRE_INSTANCE_ID=desk is held" in second.text()
        assert first.process.poll() is None
