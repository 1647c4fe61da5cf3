"""Entry of the program: chooses the command and turns errors into exit codes.

0 done; 1 no or unknown command, failure at run time; 2 bad flag or bad settings.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tunerr.cli.commands import COMMANDS, Command, usage
from tunerr.errors import ConfigError, TunerrError

if TYPE_CHECKING:
    import cyclopts

OK, FAILED, MISUSED = 0, 1, 2
_INTERRUPTED = 130  # what shells report for SIGINT
_PIPE_CLOSED = 141  # and for SIGPIPE

# -flag and -flag=value as Go programs write them; one letter and negative numbers stay what they are.
_GO_FLAG = re.compile(r"-[A-Za-z][A-Za-z0-9-]+(=.*)?", re.DOTALL)


def main() -> None:
    """Run the command of sys.argv and exit with its code."""
    sys.exit(dispatch(sys.argv[1:]))


def dispatch(arguments: Iterable[str]) -> int:
    """Run one command line; returns the exit code."""
    tokens = normalized(arguments)
    if not tokens:
        return _misuse("No command was given.")
    first, rest = tokens[0], tokens[1:]
    first = {"--version": "version", "-h": "help", "--help": "help", "--all-commands": "help-all"}.get(first, first)
    if first == "help" and rest and rest[0] in COMMANDS and rest[0] != "help":
        first, rest = rest[0], ["--help"]
    if first in {"help", "help-all"}:
        print(usage(everything=first == "help-all"))
        return OK
    if first not in COMMANDS:
        return _misuse(f"{first[:40]!r} is no command.")
    return _guarded(COMMANDS[first], rest)


def normalized(arguments: Iterable[str]) -> list[str]:
    """Arguments with `-flag` turned into `--flag`; what follows `--` stays as it is."""
    tokens = list(arguments)
    end = tokens.index("--") if "--" in tokens else len(tokens)
    return ["-" + token if _GO_FLAG.fullmatch(token) else token for token in tokens[:end]] + tokens[end:]


def _guarded(command: Command, tokens: list[str]) -> int:
    try:
        code = _call(command, tokens)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except ConfigError as error:
        print("The settings can't be used:", *(f"  {problem}" for problem in error.problems), sep="\n", file=sys.stderr)
        return MISUSED
    except TunerrError as error:
        print(error.message, *([error.hint] if error.hint else []), sep="\n", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _call(command: Command, tokens: list[str]) -> int:
    from cyclopts import CycloptsError, UnknownCommandError  # noqa: PLC0415 - 0.1 s that help and errors don't need

    app: cyclopts.App = importlib.import_module(f"tunerr.cli.{command.name.replace('-', '_')}").app
    if command.acts and not tokens:
        return _misuse(f"{command.name} needs one of: {', '.join(command.acts)}.")
    try:
        code = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except UnknownCommandError:
        return _misuse(f"{command.name} knows only: {', '.join(command.acts)}.")
    except CycloptsError as error:
        print(f"{command.name}: {error}\nWhat it takes: iptv-tunerr {command.name} --help", file=sys.stderr)
        return MISUSED
    return code if isinstance(code, int) else OK


def _misuse(message: str) -> int:
    print(message, usage(), sep="\n\n", file=sys.stderr)
    return FAILED
