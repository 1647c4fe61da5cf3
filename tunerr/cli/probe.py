"""`probe`: asks the providers whether they work, and says what to do next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts
from cyclopts import Parameter

from tunerr.cli.control import NoServerError, act
from tunerr.cli.options import load_settings
from tunerr.config import parsers
from tunerr.errors import ActionRefused, TunerrError
from tunerr.model.url import SecretUrl

if TYPE_CHECKING:
    from tunerr.config import Settings
    from tunerr.providers.probe import Target
    from tunerr.providers.probe_report import ProbeReport

app = cyclopts.App(
    name="probe",
    help="Ask every provider whether it works, rank them, say what to do next.",
    usage="Usage: iptv-tunerr probe [flags]",
    version_flags=[],
)

_WIDEST = 44


@app.default
def probe(
    *,
    urls: Annotated[
        str | None,
        Parameter(help="Panels or playlists, parted by commas, in place of the sources."),
    ] = None,
    timeout: Annotated[str, Parameter(help="The longest time for one address.")] = "60s",
    as_json: Annotated[bool, Parameter(name="--json", negative="", help="The whole report as JSON.")] = False,
) -> None:
    """Ask every provider whether it works, rank them, say what to do next.

    The running server asks its sources, yours and those of the settings. Without one, those of the settings are asked.
    Nothing that is asked for is larger than 64 KiB.
    """
    settings = load_settings().settings
    try:
        seconds = parsers.duration(zero=False)(timeout)
    except ValueError as error:
        raise ActionRefused(str(error)) from error
    document, remembered = _by_server(seconds) if urls is None else None, ""
    if document is None:
        report = asyncio.run(_run(_targets(urls, settings), seconds, settings))
        document, remembered = report.document(), _remember(report)
    if as_json:
        print(json.dumps(document, indent=2))
    else:
        print("\n".join(_lines(document)))
        if remembered:
            print(remembered)


def _by_server(seconds: float) -> dict[str, Any] | None:
    """What the running server finds; None when there is none. Raises ActionRefused."""
    try:
        found: dict[str, Any] = act("probe", {"seconds": max(1, round(seconds))}, data_dir=None)
    except NoServerError:
        return None
    return found


def _targets(urls: str | None, settings: Settings) -> tuple[Target, ...]:
    """What to ask. Raises ActionRefused when there is no URL, or no account for one."""
    from tunerr.providers.probe import target_of, targets_of  # noqa: PLC0415 - the HTTP client: slow to start

    if urls is None:
        found = targets_of(settings.provider.sources)
    else:
        user, password = _login(settings)
        try:
            found = tuple(target_of(url, user, password) for url in _parted(urls))
        except ValueError as error:
            raise ActionRefused(str(error), hint="Set IPTV_TUNERR_PROVIDER_USER and _PASS.") from error
    if not found:
        raise ActionRefused(
            "There is no URL to probe.", hint="Give --urls, or set IPTV_TUNERR_PROVIDER_URL or IPTV_TUNERR_M3U_URL."
        )
    return found


def _parted(urls: str) -> tuple[SecretUrl, ...]:
    found = parsers.locations(urls)
    if any(url.scheme not in ("http", "https") for url in found):
        raise ValueError("Only http and https URLs can be probed.")
    return found


def _login(settings: Settings) -> tuple[str, str]:
    """The account of the first panel, or the one that is set without a panel."""
    for source in settings.provider.sources:
        if source.panel is not None:
            return source.panel.user, source.panel.password
    first = settings.provider.accounts[0]
    user, password = first.user, first.password
    return (user.get_secret_value() if user else ""), (password.get_secret_value() if password else "")


async def _run(targets: tuple[Target, ...], timeout: float, settings: Settings) -> ProbeReport:  # noqa: ASYNC109 - a flag
    from tunerr.providers.probe import Prober  # noqa: PLC0415 - as above
    from tunerr.support.clock import SystemClock  # noqa: PLC0415 - as above
    from tunerr.support.http import HttpClients  # noqa: PLC0415 - as above

    clients = HttpClients(user_agent=settings.gateway.user_agent)
    prober = Prober(clients=clients, clock=SystemClock(), agents=dict(settings.gateway.host_agents))
    try:
        return await prober.probe(targets, timeout=timeout)
    finally:
        await clients.aclose()


def _remember(report: ProbeReport) -> str:
    """Tell the running server as which player hosts want to be asked; a sentence, or empty."""
    if not (report.agents or report.usual):
        return ""
    try:
        act("agents-learn", {"agents": dict(report.agents), "usual": list(report.usual)}, data_dir=None)
    except NoServerError:
        return ""
    except TunerrError as error:
        return f"The running server did not take note: {error.message}"
    return "The running server remembers the User-Agent." if report.agents else ""


def _lines(report: dict[str, Any]) -> Iterator[str]:
    """The table, the reasons of those that do not work, the advice."""
    targets = report["targets"]
    rows = [("RANK", "NAME", "HOST", "STATUS", "LATENCY"), *map(_row, targets)]
    widths = [min(max(len(row[column]) for row in rows), _WIDEST) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    for target in targets:
        if target["rank"] is None:
            name = "" if target["name"] == target["site"] else f"{target['name']}: "
            yield f"{name}{target['sentence']} {target['advice']}".rstrip()
        elif target["user_agent"]:
            yield f"{target['name']}: {target['site']} works with the User-Agent {target['user_agent']!r}."
    yield f"Next: {report['advice']}"


def _row(target: dict[str, Any]) -> tuple[str, ...]:
    ok = target["rank"] is not None
    return (
        str(target["rank"] or "-"),
        target["name"],
        target["site"],
        target["status"] if ok else f"{target['status']} ({target['cause']})",
        f"{target['latency_ms']} ms" if ok else "-",
    )
