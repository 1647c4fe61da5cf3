"""The table of commands. Their modules are imported only when they are called: the start should take no time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PROGRAM = "iptv-tunerr"


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
        Command("source", "Accept or refresh a source of the running server.", acts=("accept", "refresh")),
        Command("deck", "One-time code for the running server's Control Deck.", acts=("code",)),
        Command(
            "lab",
            "A provider that breaks on command; measurements.",
            group="Lab/ops",
            acts=("provider", "bench"),
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
            yield f"  {command.name + acts:<30} {command.about}"
    yield f"\nFlags are written -flag VALUE, -flag=VALUE or --flag VALUE; `{PROGRAM} help COMMAND` lists them."
