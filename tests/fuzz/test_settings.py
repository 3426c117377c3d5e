"""Hostile settings: accepted as they are or refused by name, and no secret is ever shown."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from service.broker.clients import connection, milliseconds
from service.errors import SettingsError
from service.settings import FILE_KEY, PREFIX, Settings, key, load
from tests.fuzz.hostile import CANARY, damaged, fuzzed, texts

NUMBERS = ["0", "-1", "1e400", "-inf", "inf", "nan", "1_000", "9" * 500, "0x10", "٣", "1;2", " 7 ", "true"]
ADDRESSES = ["", ",", ":", "kafka", "kafka:", "kafka:x", "kafka:99999", "::1:9092", "[::1]:9092", "a b:1", "x" * 300]
known = st.sampled_from([key(field) for field in Settings.model_fields])
values = texts.filter(lambda text: text != CANARY) | st.sampled_from(NUMBERS) | st.sampled_from(ADDRESSES)
environments = st.dictionaries(known | texts.map(lambda text: PREFIX + text[:20].upper()), values, max_size=4)
FILE = b'group_id = "desk"\nmetrics_port = 9464\nsasl_password = "zebra finch"\n[topics]\nclaims = 1\n'


@fuzzed
@given(environment=environments)
def test_any_environment_is_taken_or_refused(environment: dict[str, str]) -> None:
    """Nothing but our own error comes out, and what is accepted can be connected with."""
    try:
        settings = load(environment | {"CLAIMWIRE_SASL_PASSWORD": CANARY}, Path("/nonexistent"))
        limits = [milliseconds(value) for name, value in settings if name.endswith("_s")]
        if settings.bootstrap_servers:
            connection(settings)
    except SettingsError as error:
        assert CANARY not in str(error)  # noqa: PT017 - either outcome is right, and each has its own promise
    else:
        assert CANARY not in repr(settings)
        assert all(limits)


@fuzzed
@given(environment=environments)
def test_what_is_accepted_shows_no_secret(environment: dict[str, str]) -> None:
    """With a login that fits, the password is in no text of the settings."""
    login = {
        "CLAIMWIRE_SECURITY_PROTOCOL": "SASL_SSL",
        "CLAIMWIRE_SASL_MECHANISM": "PLAIN",
        "CLAIMWIRE_SASL_USERNAME": "desk",
        "CLAIMWIRE_SASL_PASSWORD": CANARY,
        "CLAIMWIRE_TLS_KEY_PASSWORD": CANARY,
    }
    try:
        shown = repr(load(environment | login, Path("/nonexistent")))
    except SettingsError as error:
        shown = str(error)

    assert CANARY not in shown


@fuzzed
@given(content=damaged(st.just(FILE)))
def test_a_damaged_file_is_taken_or_refused(content: bytes) -> None:
    """A settings file that was cut off or overwritten is refused in our own words."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "claimwire.toml")
        file.write_bytes(content)
        try:
            shown = repr(load({FILE_KEY: str(file)}, Path("/nonexistent")))
        except SettingsError as error:
            shown = str(error)

    assert CANARY not in shown


@fuzzed
@given(content=st.binary(max_size=30))
def test_a_damaged_secret_is_taken_or_refused(content: bytes) -> None:
    """A secret that is no text is refused in our own words."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "claimwire_sasl_password").write_bytes(CANARY.encode() + content)
        try:
            shown = repr(load({}, Path(folder)))
        except SettingsError as error:
            shown = str(error)

    assert CANARY not in shown
