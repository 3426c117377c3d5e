"""The catalogue of metrics: it says what is exported, all of it, and nothing else."""

import http.client
import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.parser import text_string_to_metric_families

from models.labels import LABELS
from service.operations import catalogue
from service.operations.catalogue import CATALOGUE
from service.operations.family import Family, Kind
from service.operations.health import Health
from service.operations.http import OperationsServer
from service.operations.metrics import Metrics
from service.operations.reference import page
from service.settings import Settings, key

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"
HISTOGRAM_LABEL = {"le"}  # the format's own, on buckets only

OURS = [family for family in CATALOGUE if family.name.startswith("claimwire_")]
every_family = pytest.mark.parametrize("family", CATALOGUE, ids=lambda family: family.name)
every_family_of_ours = pytest.mark.parametrize("family", OURS, ids=lambda family: family.name)


def exported(families: list[Metric]) -> set[tuple[str, str, frozenset[str]]]:
    """Name, type and labels of what was fetched."""
    return {
        (
            metric.name + ("_total" if metric.type == "counter" else ""),
            metric.type,
            frozenset(name for sample in metric.samples for name in sample.labels) - HISTOGRAM_LABEL,
        )
        for metric in families
    }


def declared(families: tuple[Family, ...]) -> set[tuple[str, str, frozenset[str]]]:
    """Name, type and labels as the catalogue has them."""
    return {(family.name, family.kind.value, frozenset(family.label_names)) for family in families}


def scrape(registry: CollectorRegistry) -> list[Metric]:
    """Fetch everything over HTTP, as Prometheus does."""
    health = Health(clock=lambda: 0.0, stall_limit_s=1, unstable_limit_s=1, broker_limit_s=1)
    with OperationsServer(registry, health, port=0) as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
    return list(text_string_to_metric_families(text))


def test_a_scrape_holds_what_is_declared_and_nothing_else() -> None:
    """Every family of the catalogue is fetched over HTTP with its type and labels, and no other family is."""
    registry = CollectorRegistry()
    metrics = Metrics(registry, topics=["news.claims"])
    metrics.assigned({("news.sentences", 0)})
    metrics.lag("news.sentences", 0, 1)
    metrics.lag_seconds("news.sentences", 0, 1.0)
    metrics.committed("news.sentences", 0, 1)
    metrics.model("first", "1", "c0ffee", "1.9.1", 1.0)

    families = scrape(registry)

    assert declared(CATALOGUE) == exported(families)


def test_what_has_a_closed_list_of_labels_is_there_from_the_start() -> None:
    """A counter or histogram whose labels' values are known shows each of them before anything has happened."""
    known = {
        (family.name, dimension.name, value)
        for family in OURS
        for dimension in family.dimensions
        for value in dimension.values
    }

    registry = CollectorRegistry()
    Metrics(registry)
    families = scrape(registry)

    assert known == {
        (metric.name + ("_total" if metric.type == "counter" else ""), name, value)
        for metric in families
        if metric.name.startswith("claimwire_") and metric.name != "claimwire_build_info"
        for sample in metric.samples
        for name, value in sample.labels.items()
        if name not in HISTOGRAM_LABEL
    }


def test_the_page_is_made_from_the_catalogue() -> None:
    """docs/metrics.md is what `make docs` would write now."""
    assert page() == PAGE.read_text(encoding="utf-8")


def test_no_name_is_declared_twice() -> None:
    """Each family has a name of its own."""
    names = [family.name for family in CATALOGUE]

    assert sorted(set(names)) == sorted(names)


@every_family_of_ours
def test_counters_and_only_counters_end_in_total(family: Family) -> None:
    """The suffix tells a reader of a query whether `rate()` makes sense."""
    assert (family.kind is Kind.COUNTER) == family.name.endswith("_total")


@every_family_of_ours
def test_the_name_ends_in_its_unit(family: Family) -> None:
    """Prometheus wants the unit as a suffix; what is named after the thing it counts has the thing before `_total`."""
    stem = family.name.removesuffix("_total")

    assert stem.endswith("_info") if not family.unit else family.unit in stem.split("_")


@every_family
def test_histograms_and_only_histograms_have_buckets(family: Family) -> None:
    """Buckets are given, in rising order, exactly where they are needed."""
    assert (family.kind is Kind.HISTOGRAM) == bool(family.buckets)
    assert tuple(sorted(set(family.buckets))) == family.buckets


@every_family
def test_a_remedy_names_only_settings_that_exist(family: Family) -> None:
    """What a tired reader is told to set can be set."""
    known = {key(field) for field in Settings.model_fields}

    assert set() == set(re.findall(r"CLAIMWIRE_[A-Z_]+", family.meaning + family.remedy)) - known


@every_family
def test_a_remedy_names_only_metrics_that_exist(family: Family) -> None:
    """An expression in a remedy can be pasted into Prometheus."""
    known = {other.name for other in CATALOGUE}

    assert set() == set(re.findall(r"claimwire_[a-z_]+", family.remedy)) - known


def test_the_results_are_the_labels_and_what_else_may_happen_to_a_record() -> None:
    """A label that is added to the model is missing here until it is added to the catalogue."""
    assert {*LABELS, "review", "dead_letter"} == set(catalogue.RECORDS_PROCESSED.dimensions[0].values)
