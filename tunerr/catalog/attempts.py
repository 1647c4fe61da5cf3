"""In which order a panel's hosts and documents are tried, and what is said when none was good. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tunerr.errors import AccountRefused, BadStatus, ContentError, FetchError, Unreachable
from tunerr.model.source import Panel

Failure = FetchError | ContentError

_TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class Failures:
    """What went wrong at the hosts of a panel, in the order of the attempts."""

    hosts: int
    found: list[Failure] = field(default_factory=list)

    def add(self, error: Failure, *, first: bool) -> bool:
        """Take note; whether the host can still be asked for something else. `first`: it was the first question.

        An account that is refused, and a panel that is asked too often, only suffer by further questions.
        """
        self.found.append(error)
        if isinstance(error, BadStatus) and error.status == _TOO_MANY_REQUESTS:
            return False
        return not isinstance(error, AccountRefused) and not (first and isinstance(error, Unreachable))

    def telling(self) -> Failure:
        """Return what the operator should read: what was said of the account, else the first failure."""
        refused = next((error for error in self.found if isinstance(error, AccountRefused)), None)
        first = refused or self.found[0]
        if refused or self.hosts == 1:
            return first
        kind = FetchError if isinstance(first, FetchError) else ContentError
        return kind(f"{first.message} None of the {self.hosts} hosts gave the list.", hint=first.hint)


def each_host(panel: Panel) -> Sequence[Panel]:
    """Return the panel once for each of its hosts, the preferred one first."""
    return tuple(replace(panel, hosts=(host,)) for host in panel.hosts)
