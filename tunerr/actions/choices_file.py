"""All choices as one TOML text, and back. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, NamedTuple

import tomli_w

from tunerr.errors import ActionRefused
from tunerr.storage.choices import Kind

RULES = "rules"
"""The key of the lineup's rules among the choices of kind `lineup`."""

Documents = dict[tuple[Kind, str], dict[str, Any]]
"""Documents by kind and key."""

_HEAD = """\
# The operator's choices of an IPTV Tunerr. `iptv-tunerr source import FILE` reads it; with --dry-run it only says what
# would change. Where <secret> stands, a secret was left out.
"""
_SECTIONS = frozenset({"source", "channel", "identity", RULES})


class Difference(NamedTuple):
    """One choice that an import changes. `fields` are those that differ."""

    change: str  # added, changed or removed
    kind: Kind
    key: str
    fields: tuple[str, ...]


def to_toml(documents: Documents, *, names: Mapping[str, str]) -> str:
    """Write documents as TOML; `names` are the current names of channels, which stand as comments."""
    parts = [_HEAD]
    for (kind, key), document in sorted(documents.items(), key=lambda row: (_ORDER[row[0][0]], row[0][1])):
        comment = f"# {_one_line(names[key])}\n" if kind == "channel" and names.get(key) else ""
        parts.append(comment + tomli_w.dumps(_nested(kind, key, document)))
    return "\n".join(parts)


def from_toml(text: str) -> Documents:
    """Read documents, unchecked but for their places. Raises ActionRefused with line and column."""
    try:
        read = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # far too many digits or brackets are no TOMLDecodeError
        raise ActionRefused(f"The file is no TOML: {error}.", hint="An export shows how it is written.") from error
    unknown = sorted(read.keys() - _SECTIONS)
    if unknown:
        hint = "It may have [source.<id>], [channel.<id>], [[identity]] and [rules]."
        raise ActionRefused(f"The file has an unknown section {unknown[0][:40]!r}.", hint=hint)
    found: Documents = {}
    for kind in ("source", "channel"):
        for key, document in _table(read.get(kind, {}), kind).items():
            found[kind, key] = _table(document, f"{kind}.{key}")
    for document in _tables(read.get("identity", [])):
        key = document.pop("id", None)
        if not isinstance(key, str) or not key or ("identity", key) in found:
            raise ActionRefused("Each [[identity]] needs an id of its own.", hint='Example: id = "merge-1"')
        found["identity", key] = document
    if RULES in read:
        found["lineup", RULES] = _table(read[RULES], RULES)
    return found


def differences(before: Documents, after: Documents) -> tuple[Difference, ...]:
    """What turns `before` into `after`, in the order of the file."""
    found = []
    for place in sorted(before.keys() | after.keys(), key=lambda place: (_ORDER[place[0]], place[1])):
        old, new = before.get(place), after.get(place)
        if old == new:
            continue
        change = "added" if old is None else "removed" if new is None else "changed"
        old, new = old or {}, new or {}
        fields = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        found.append(Difference(change, *place, tuple(fields)))
    return tuple(found)


_ORDER: Mapping[Kind, int] = {"source": 0, "channel": 1, "identity": 2, "lineup": 3}


def _nested(kind: Kind, key: str, document: dict[str, Any]) -> dict[str, Any]:
    if kind == "identity":
        return {"identity": [{"id": key, **document}]}
    return {RULES: document} if kind == "lineup" else {kind: {key: document}}


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def _table(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ActionRefused(f"{place[:60]} is no table.", hint="An export shows how the file is written.")
    return value


def _tables(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ActionRefused("identity is no list of tables.", hint="Each one begins with [[identity]].")
    return [_table(one, "identity") for one in value]
