"""What every command shares: the group, its errors and exit codes, and the instance folder.

Exit codes: 0 done, 1 the answer is no, 2 bad usage or input, 3 refused. Every error is one line on
stderr.
"""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import click
from flask import Flask

from disclosure.app import create_app, instance_folder
from disclosure.config import Settings, load_settings
from disclosure.errors import DisclosureError
from disclosure.operations import batching
from disclosure.operations.desk import Actor

P = ParamSpec("P")
DAY = click.DateTime(["%Y-%m-%d"])


def reports_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Turn refusals into one line on stderr and the exit code that belongs to them."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except DisclosureError as error:
            _stop(error.message, error.exit_code)
        except (OSError, UnicodeDecodeError) as error:
            _stop(f"cannot read or write: {_system_reason(error)}", 2)

    return wrapped


def _system_reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "the file is not UTF-8 text"
    name = Path(str(error.filename)).name if error.filename else ""
    return f"{error.strerror or type(error).__name__}{f' ({name})' if name else ''}"


def _stop(message: str, code: int) -> NoReturn:
    click.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(code)


def instance_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that names its instance folder."""
    option = click.option(
        "--instance",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="The instance folder; instance/ unless given.",
    )
    return option(command)


def settings_of(instance: Path | None) -> Settings:
    """Read the settings of an instance folder."""
    return load_settings(instance or instance_folder(), os.environ)


def open_app(instance: Path | None) -> Flask:
    """Open the application of an instance that has been set up."""
    return create_app(settings_of(instance))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Each demand for a user's data, from its arrival to a closed, provable case."""


SHELL_AUDITOR = Actor("command-line", batching.SHELL_ROLES)
"""Whoever holds the shell may read every case, and changes none by it."""
