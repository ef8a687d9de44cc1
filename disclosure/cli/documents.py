"""Commands on single files, without a database: deciding given cases, redacting, the gate alone."""

import os
import sys
from pathlib import Path

import click

from disclosure.app import PACKS, instance_folder
from disclosure.cli.shell import (
    commands,
    reports_errors,
)
from disclosure.config import load_settings
from disclosure.domain.catalogue import load_catalogue
from disclosure.domain.grounds.batch import decide_cases


@commands.command()
@click.argument("file", type=click.Path(path_type=Path))
@reports_errors
def evaluate(file: Path) -> None:
    """Decide cases given as facts in FILE, one JSON object a line."""
    settings = load_settings(instance_folder(), os.environ)
    folders = [PACKS, *([settings.packs] if settings.packs else [])]
    for line in decide_cases(file.read_text("utf-8"), load_catalogue(*folders)):
        click.echo(line)


@commands.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--plan", required=True, type=click.Path(path_type=Path), help="What to take out.")
@click.option("--report", type=click.Path(path_type=Path), help="Where to write what was done.")
@reports_errors
def redact(source: Path, target: Path, plan: Path, report: Path | None) -> None:
    """Write a redacted copy of SOURCE to TARGET, once the gate has passed it."""
    from disclosure.documents.commands import redact_file  # noqa: PLC0415 - loads the engine

    sys.exit(redact_file(source, target, plan=plan, report=report, say=click.echo))


@commands.command()
@click.argument("finished", type=click.Path(path_type=Path))
@click.option("--plan", required=True, type=click.Path(path_type=Path), help="What was taken out.")
@click.option("--original", type=click.Path(path_type=Path), help="The document before it.")
@reports_errors
def gate(finished: Path, plan: Path, original: Path | None) -> None:
    """Say whether anything that was to be removed is left in FINISHED."""
    from disclosure.documents.commands import gate_file  # noqa: PLC0415 - loads the readers

    sys.exit(gate_file(finished, plan=plan, original=original, say=click.echo))
