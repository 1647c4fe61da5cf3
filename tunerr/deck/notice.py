"""What an act said, until the next page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, whether it tells of a refusal, and the act of the journal that one press takes back.

    `wrong`: the field of the form that was refused, empty for none. `typed`: the form's values, of a refused form that
    asks for it by a field `keep`; its page shows them again.
    """

    text: str = ""
    refused: bool = False
    undo: int | None = None
    wrong: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


NOTHING_TO_SAY = Notice()
