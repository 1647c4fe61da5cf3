"""A channel override as the operator writes it, by command, form or TOML: checked, stored as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tunerr.config import parsers
from tunerr.config.nearest import nearest
from tunerr.errors import ActionRefused
from tunerr.model.numbers import GuideNumber
from tunerr.model.override import ChannelOverride
from tunerr.support.timeshift import checked_shift

EXAMPLES: Mapping[str, str] = {
    "enabled": "false",
    "name": '"BBC One"',
    "number": '"5.1"',
    "logo": '"https://logos.example/bbc-one.png"',
    "group": '"News"',
    "order": "10",
    "guide_id": '"bbc1.uk"',
    "guide_refused": '["bbc1.scotland.uk"]',
    "guide_shift": '"+1"',
    "streams": '["0f3a5b7c9d1e"]',
}
"""A good value of each field, as TOML."""

_STREAM = re.compile(r"[0-9a-f]{12}", re.ASCII)
_LOGO = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


def _number(text: str) -> str:
    return str(GuideNumber.parse(text))


def _written_number(value: object) -> object:
    """A whole number may be written without quotes. 5.10 may not: it would become 5.1."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _logo(text: str) -> str:
    if _LOGO.fullmatch(text) is None:
        raise ValueError("it is no http or https URL")
    return text


def _stream(text: str) -> str:
    if _STREAM.fullmatch(text) is None:
        raise ValueError("it is no key of a stream, which has 12 digits of 0-9 and a-f")
    return text


def _line(longest: int) -> AfterValidator:
    parse = parsers.line(longest=longest)

    def check(text: str) -> str:
        if not text.strip():
            raise ValueError("it is empty")
        return parse(text)

    return AfterValidator(check)


_Refused = Annotated[str, _line(200), AfterValidator(str.lower)]


class OverrideDocument(BaseModel):
    """The fields of `model.override.ChannelOverride`; the number as text."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    enabled: bool | None = None
    name: Annotated[str, _line(120)] | None = None
    number: Annotated[str, BeforeValidator(_written_number), AfterValidator(_number)] | None = None
    logo: Annotated[str, Field(max_length=2000), AfterValidator(_logo)] | None = None
    group: Annotated[str, _line(120)] | None = None
    order: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] | None = None
    guide_id: Annotated[str, _line(200)] | None = None
    guide_refused: Annotated[tuple[_Refused, ...], Field(max_length=50)] = ()
    guide_shift: Annotated[str, AfterValidator(checked_shift)] | None = None
    streams: Annotated[tuple[Annotated[str, AfterValidator(_stream)], ...], Field(max_length=100)] = ()

    def document(self) -> dict[str, Any]:
        """What was written, without what is as the provider has it."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def json_text(self) -> str:
        """The document as JSON, for storage."""
        return orjson.dumps(self.document()).decode()

    def override(self) -> ChannelOverride:
        """The value that the lineup uses."""
        number = None if self.number is None else GuideNumber.parse(self.number)
        return ChannelOverride(**{**dict(self), "number": number})


def define_override(channel: str, document: Mapping[str, Any]) -> OverrideDocument:
    """Check what was written of a channel. Raises ActionRefused with every problem and an example."""
    try:
        return OverrideDocument.model_validate_json(orjson.dumps(dict(document)))
    except TypeError as error:
        raise ActionRefused(f"Channel {channel} is given a value that no field can have.") from error
    except ValidationError as error:
        items = error.errors(include_url=False)
        wrong = next((str(item["loc"][0]) for item in items if item["loc"][0] in EXAMPLES), "")
        hint = f"Example: {wrong} = {EXAMPLES[wrong]}" if wrong else f"A channel has: {', '.join(EXAMPLES)}."
        problems = " ".join(_problem(str(item["loc"][0]), item) for item in items)
        raise ActionRefused(f"Channel {channel}: {problems}", hint=hint, field=wrong) from error


def _problem(field: str, item: Mapping[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        alike = nearest(field, EXAMPLES)
        return f"{field[:40]}: there is no such field{f'; the nearest is {alike[0]}' if alike else ''}."
    reason = str(item["ctx"]["error"]).rstrip(".") if item["type"] == "value_error" else str(item["msg"])
    return f"{field}: {reason}."
