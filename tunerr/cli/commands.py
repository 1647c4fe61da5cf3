"""The table of commands. Their modules are imported only when they are called: the start should take no time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PROGRAM = "iptv-tunerr"

_COLUMN = 30


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Its module `tunerr.cli.<name>` has a cyclopts `app`; `acts` are its sub-commands, if it has any."""

    name: str
    about: str
    group: str = "Core"
    acts: tuple[str, ...] = ()


COMMANDS = {
    command.name: command
    for command in (
        Command("run", "Fetch the sources and serve the tuner. Without configuration: the demo."),
        Command(
            "config",
            "Settings in force, what is wrong with them, their reference.",
            acts=("show", "check", "reference"),
        ),
        Command(
            "source",
            "Where channels and guides come from: add, change, refresh, roll back.",
            acts=(
                *("list", "show", "add", "edit", "remove", "enable", "disable", "reorder"),
                *("refresh", "accept", "history", "diff", "roll-back", "export", "import"),
            ),
        ),
        Command(
            "channel",
            "Single channels: find, name, number, switch on and off, merge, split.",
            acts=(
                *("list", "find", "show", "why", "set", "clear", "enable", "disable"),
                *("merge", "split", "pin", "suggestions", "identity", "test", "groups", "renumber"),
            ),
        ),
        Command(
            "guide",
            "Which guide a channel has: link, refuse, search; programmes by their titles.",
            acts=("accept", "refuse", "unlink", "search", "programmes"),
            group="Guide/EPG",
        ),
        Command("epg-doctor", "What is wrong with the guide, why it matters, what to do next.", group="Guide/EPG"),
        Command("guide-health", "How much the guide says about each channel.", group="Guide/EPG"),
        Command("epg-link-report", "Where each channel was found in the guides, and why.", group="Guide/EPG"),
        Command("channel-report", "How far each channel can be trusted, by guide and streams.", group="Guide/EPG"),
        Command("channel-leaderboard", "The best and the worst channels by the same scores.", group="Guide/EPG"),
        Command("channel-dna-report", "Each channel's identity, and what was recognised as it.", group="Guide/EPG"),
        Command("rules", "Rules that choose the lineup.", acts=("show", "set", "preview")),
        Command("undo", "Take back what was done to sources and channels, or do it again."),
        Command("probe", "Ask every provider whether it works, rank them, say what to do next."),
        Command("free-sources", "What the free sources of the settings have, before they are merged."),
        Command("hdhr-scan", "Which HDHomeRun devices are there; what one is, its channels, its guide."),
        Command("import-cookies", "Take a browser's cookies for a provider into the cookie file."),
        Command("cf-status", "How hosts behind Cloudflare are passed: clearance cookies, remembered User-Agents."),
        Command("deck", "One-time code for the running server's Control Deck.", acts=("code",)),
        Command(
            "lab",
            "A provider that breaks on command; measurements.",
            group="Lab/ops",
            acts=("provider", "panel", "guide", "bench"),
        ),
        Command("version", "Print the version."),
        Command("help", "This text; `help COMMAND` for one command."),
    )
}


def usage(*, everything: bool = False) -> str:
    """The usage text. The group `Lab/ops` shows only when `everything` is asked for."""
    return "\n".join(_usage(everything=everything))


def _usage(*, everything: bool) -> Iterator[str]:
    yield f"Usage: {PROGRAM} COMMAND [flags]"
    groups: dict[str, list[Command]] = {}
    for command in COMMANDS.values():
        if everything or command.group != "Lab/ops":
            groups.setdefault(command.group, []).append(command)
    for group, commands in groups.items():
        yield f"\n{group}:"
        for command in commands:
            acts = f" {'|'.join(command.acts)}" if command.acts else ""
            call = command.name + (acts if len(acts) < _COLUMN else " ACT")
            yield f"  {call:<{_COLUMN}} {command.about}"
    yield f"\nFlags are written -flag VALUE, -flag=VALUE or --flag VALUE; `{PROGRAM} help COMMAND` lists them."
