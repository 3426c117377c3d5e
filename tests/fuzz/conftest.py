"""Lets Hypothesis show a failing example of a megabyte."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A failure must not be hidden by the warning that showing it takes long."""
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:Generating overly large repr"))
