"""The settings of trawl.conf, as the jobs read them: defaults, a site's file over them, single keys over that."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import javaproperties

HOME = Path(__file__).resolve().parents[2]
"""The project's folder: conf/, target/dist/ and .trawl/ lie in it."""

DAY = timedelta(days=1)


class SettingsError(ValueError):
    """A setting or an argument cannot be used; the one line says what came, what was expected, and an example."""


@dataclass(frozen=True)
class Source:
    """A source of log lines.

    :param name: its name in trawl.conf
    :param window: length of its windows; divides a day
    """

    name: str
    window: timedelta


@dataclass(frozen=True)
class Settings:
    """Every key with its value.

    :param values: the keys, stripped values
    :param file: the site's file that was read, absolute; also what a job gets as --conf
    """

    values: Mapping[str, str]
    file: Path

    @classmethod
    def load(cls, file: str | Path | None = None, overrides: Mapping[str, str] | None = None) -> Settings:
        """Read the defaults and the site's file: `file`, else $TRAWL_CONF, else the local stack's, else none.

        :raises SettingsError: the file is missing or is no file of `key = value` lines, or a key is unknown
        """
        defaults = HOME / "conf" / "trawl.conf"
        stack = HOME / ".trawl" / "stack" / "conf" / "trawl.conf"
        named = file or os.environ.get("TRAWL_CONF")
        chosen = Path(named).absolute() if named else stack if stack.is_file() else defaults
        text = _text(defaults)
        values = _values(defaults, text)
        known = Known(values, text)
        if chosen != defaults:
            site = _values(chosen, _text(chosen))
            known.require(site, str(chosen))
            values |= site
        known.require(overrides or {}, "--set")
        return cls(values | dict(overrides or {}), chosen)

    def text(self, key: str, otherwise: str | None = None) -> str:
        """Value of a key; where it is missing or empty, `otherwise`.

        :raises SettingsError: it is missing and there is no `otherwise`
        """
        value = self.values.get(key, "")
        if value:
            return value
        if otherwise is None:
            raise SettingsError(
                f"setting {key} is missing: add '{key} = ...' to {self.file} (conf/trawl.conf explains it)"
            )
        return otherwise

    def number(self, key: str, otherwise: int | None = None) -> int:
        """Value of a key as a whole number, 0 or more."""
        value = self.text(key, None if otherwise is None else str(otherwise))
        if not re.fullmatch(r"[0-9]{1,9}", value):
            raise SettingsError(f"setting {key} = {value}: expected a whole number, for example 4")
        return int(value)

    def flag(self, key: str, otherwise: bool) -> bool:
        """Value of a key as true or false."""
        value = self.text(key, str(otherwise).lower()).lower()
        if value not in ("true", "false"):
            raise SettingsError(f"setting {key} = {value}: expected true or false")
        return value == "true"

    def duration(self, key: str, otherwise: str | None = None) -> timedelta:
        """Value of a key as an ISO-8601 duration."""
        value = self.text(key, otherwise)
        try:
            return duration(value)
        except ValueError:
            raise SettingsError(
                f"setting {key} = {value}: expected an ISO-8601 duration, for example PT1H or PT30S"
            ) from None

    def instant(self, key: str) -> datetime | None:
        """Value of a key as an instant in UTC; None where it is missing or empty."""
        value = self.text(key, "")
        if not value:
            return None
        try:
            return instant(value)
        except ValueError:
            raise SettingsError(
                f"setting {key} = {value}: expected an instant, for example 2026-11-24T10:00:00Z"
            ) from None

    def listed(self, key: str) -> list[str]:
        """Values of a comma-separated key; none where it is missing or empty."""
        return [item.strip() for item in self.text(key, "").split(",") if item.strip()]

    def under(self, prefix: str) -> dict[str, str]:
        """Every key that starts with the prefix, without it."""
        return {key.removeprefix(prefix): value for key, value in self.values.items() if key.startswith(prefix)}

    def sources(self) -> list[str]:
        """Names of the sources: as airflow.sources lists them, else all of them in order of the alphabet."""
        known = sorted({key.partition(".")[0] for key in self.under("source.") if "." in key})
        wanted = self.listed("airflow.sources") or known
        for name in wanted:
            if name not in known:
                raise SettingsError(
                    f"setting airflow.sources = {','.join(wanted)}: there is no source {name}; expected some of "
                    f"{', '.join(known)}"
                )
        if not wanted:
            raise SettingsError(f"{self.file} has no source: expected keys such as source.proxy.topic = proxy-logs")
        return wanted

    def source(self, name: str) -> Source:
        """One source by its name."""
        if name not in self.sources():
            raise SettingsError(f"source {name} is not in trawl.conf: it has {', '.join(self.sources())}")
        key = f"source.{name}.window"
        unit = self.duration(key, self.text("window.default", "PT1H"))
        if not unit or DAY % unit:
            raise SettingsError(
                f"setting {key} = {iso(unit)}: expected a duration that divides a day, for example PT1H or PT15M"
            )
        return Source(name, unit)


class Known:
    """Which keys a trawl.conf may have, as KnownSettings in jobs/lib/base has it.

    Those of the defaults; for another source those of source.proxy, for one job those of job; and all keys of the
    families that the defaults open by a comment (`# hadoop.*: ...`).

    :param keys: the defaults' keys
    :param text: the defaults, as they stand in the file
    """

    def __init__(self, keys: Iterable[str], text: str) -> None:
        self.keys = sorted(keys)
        self.families = re.findall(r"^# (\S+\.)\*:", text, re.MULTILINE)

    def require(self, given: Iterable[str], where: str) -> None:
        """Refuse what is not known.

        :param where: the keys stand, for the message
        :raises SettingsError: a key is unknown
        """
        for key in sorted(given):
            if not self.has(key):
                raise SettingsError(
                    f"setting {key} ({where}) is unknown: did you mean {self.nearest(key)}? "
                    "(conf/trawl.conf lists them; keys of your own jobs begin with my.)"
                )

    def has(self, key: str) -> bool:
        """Whether the key is known."""
        return key in self._templates(key) or any(
            re.match(re.escape(family).replace("NAME", "[^.]+") + ".", key) for family in self.families
        )

    def nearest(self, key: str) -> str:
        """The known key that takes the fewest edits to get to."""
        candidates = self._templates(key)
        parts = key.split(".")
        for family in self.families:
            words = family.rstrip(".").split(".")
            if len(parts) <= len(words):
                continue
            own = ".".join(given if word == "NAME" else word for word, given in zip(words, parts, strict=False))
            typed = ".".join(parts[: len(words)])
            # A family takes any key: only a slip in its own words leads to it.
            if _distance(own, typed) <= max(1, len(own) // 4):
                candidates.append(own + key.removeprefix(typed))
        return min(candidates, key=lambda one: (_distance(key, one), one))

    def _templates(self, key: str) -> list[str]:
        """All keys, and those of the source or the job that a key names."""
        first, _, rest = key.partition(".")
        name, dot, _ = rest.partition(".")
        template = {"source": "source.proxy.", "job": "job."}.get(first)
        if not dot or template is None:
            return list(self.keys)
        named = [f"{first}.{name}.{one.removeprefix(template)}" for one in self.keys if one.startswith(template)]
        return [*self.keys, *named]


def _distance(before: str, after: str) -> int:
    row = list(range(len(after) + 1))
    for i, char in enumerate(before, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(after, 1):
            diagonal, row[j] = row[j], min(diagonal + (char != other), row[j] + 1, row[j - 1] + 1)
    return row[-1]


_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)


def duration(text: str) -> timedelta:
    """Read an ISO-8601 duration of days, hours, minutes and seconds, as java.time.Duration does."""
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found.groups()):
        raise ValueError(f"'{text}' is not an ISO-8601 duration, for example PT1H or PT30S")
    return timedelta(**{unit: float(value) for unit, value in found.groupdict().items() if value})


def iso(length: timedelta) -> str:
    """Write a duration the way java.time.Duration does: PT1H, PT1M30S."""
    seconds = length.total_seconds()
    hours, rest = divmod(int(seconds), 3600)
    minutes, whole = divmod(rest, 60)
    left = whole + seconds % 1
    parts = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else "", f"{left:g}S" if left else ""]
    return "PT" + ("".join(parts) or "0S")


def instant(text: str) -> datetime:
    """Read an ISO-8601 instant with its zone and give it in UTC."""
    stripped = text.strip()
    at = datetime.fromisoformat(stripped)
    if at.tzinfo is None or "T" not in stripped.upper():
        raise ValueError(f"'{text}' has no time zone, as the Z in 2026-11-24T10:00:00Z")
    return at.astimezone(UTC)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as e:
        raise SettingsError(f"settings file {file}: {e.strerror or e}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"settings file {file}: not UTF-8 text") from None


def _values(file: Path, text: str) -> dict[str, str]:
    try:
        return properties(text)
    except ValueError as e:
        raise SettingsError(f"settings file {file}: {e}") from None


def properties(text: str) -> dict[str, str]:
    """Read the syntax of java.util.Properties; values are stripped at their ends, too.

    :raises ValueError: an escape is broken
    """
    try:
        return {key: value.strip() for key, value in javaproperties.loads(text).items()}
    except javaproperties.InvalidUEscapeError as e:
        raise ValueError(
            f"{e.escape} is not an escape: expected four hexadecimal digits, for example \\u00e9"
        ) from None


def main(argv: Sequence[str]) -> int:
    """`python -m trawl_dags.settings KEY=VALUE...`: say in one line which of the keys is unknown; status 2 then."""
    try:
        Settings.load(HOME / "conf" / "trawl.conf", {pair.partition("=")[0].strip(): "" for pair in argv})
    except SettingsError as e:
        sys.stderr.write(f"{e}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
