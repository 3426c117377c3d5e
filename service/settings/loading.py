"""Where settings come from: the environment, a file that it names, a folder of secrets; and what is refused."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SecretsSettingsSource, TomlConfigSettingsSource

from service.errors import SettingsError
from service.settings.fields import PREFIX, Settings, key

FILE_KEY = "CLAIMWIRE_SETTINGS_FILE"
SECRETS_DIRECTORY = Path("/run/secrets")


def load(
    environment: Mapping[str, str], secrets: Path = SECRETS_DIRECTORY, **overrides: Any
) -> Settings:  # Any: pydantic checks them
    """Read the settings from an environment, the file that it names, and a directory of secrets.

    Raises SettingsError, which names every key that is wrong and never shows a value.
    """
    values: dict[str, Any] = {}
    file = environment.get(FILE_KEY)
    if file:
        values |= _from_file(Path(file))
    if secrets.is_dir():
        values |= _from_secrets(secrets)
    values |= _from_environment(environment)
    try:
        return Settings(**{**values, **overrides})
    except ValidationError as error:
        raise _refusal(error, file) from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    known = {key(field): field for field in Settings.model_fields}
    unknown = tuple(sorted(k for k in environment if k.upper().startswith(PREFIX) and k not in known and k != FILE_KEY))
    if unknown:
        raise SettingsError(
            unknown, f"Unknown setting {', '.join(unknown)}. `claimwire settings` lists those there are."
        )
    return {known[k]: v for k, v in environment.items() if k in known}


def _from_secrets(directory: Path) -> dict[str, Any]:
    try:
        return SecretsSettingsSource(Settings, secrets_dir=directory)()
    except ValueError as error:  # pydantic-settings' own error; its cause quotes what it could not read
        field = next((field for field in Settings.model_fields if f'"{field}"' in str(error)), "")
        problem = f"{directory / key(field).lower()} cannot be read as text. Write the secret there in UTF-8."
        raise SettingsError((key(field),), problem) from None


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise SettingsError((FILE_KEY,), f"{FILE_KEY} names {path}, which is not a file.")
    try:
        values = TomlConfigSettingsSource(Settings, toml_file=path)()
    except ValueError as error:
        raise SettingsError((FILE_KEY,), f"{path} is not TOML: {error}") from None
    unknown = tuple(sorted(set(values) - set(Settings.model_fields)))
    if unknown:
        raise SettingsError(
            unknown,
            f"Unknown setting {', '.join(unknown)} in {path}. Its keys are those that `claimwire settings` lists, "
            f"in lower case and without {PREFIX}.",
        )
    return values


def _refusal(error: ValidationError, file: str | None) -> SettingsError:
    keys: list[str] = []
    lines = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        # Pydantic's own words may quote a malformed value; only the kinds of message that cannot are passed on.
        name = key(str(problem["loc"][0])) if problem["loc"] else ""
        keys += [name] if name else re.findall(PREFIX + r"[A-Z_]+", problem["msg"])
        lines.append(
            f"{name}: {problem['msg'].removeprefix('Value error, ')}"
            if name
            else problem["msg"].removeprefix("Value error, ")
        )
    origin = f" (environment, or {file})" if file else ""
    return SettingsError(tuple(keys), f"Settings refused{origin}: {'; '.join(lines)}.")
