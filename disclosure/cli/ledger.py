"""Commands on the ledger: checking it, checkpoints and keys, going on after a loss."""

import sys
from pathlib import Path

import click

from disclosure.app import create_app
from disclosure.cli.shell import (
    commands,
    instance_option,
    open_app,
    reports_errors,
    settings_of,
)
from disclosure.config import Settings
from disclosure.edge import look, unit_of_work
from disclosure.operations.desk import SYSTEM
from disclosure.storage.alarm import end_alarm, raise_alarm


@commands.command(name="verify-ledger")
@click.option("--deep", is_flag=True, help="Read every entry as JSON and check every signature.")
@instance_option
@reports_errors
def verify_ledger(*, deep: bool, instance: Path | None) -> None:
    """Check the whole ledger: bytes, hashes, chains, tree, checkpoints, guards and rows."""
    from disclosure.operations.ledger_check import verify_ledger as check  # noqa: PLC0415 - as named

    with open_app(instance).app_context(), look(SYSTEM, steady=True) as unit:
        report = check(unit, deep=deep)
        if report.whole:
            end_alarm(unit.desk.settings.instance)
        else:
            raise_alarm(unit.desk.settings.instance, report.faults[0])
    for line in report.lines():
        click.echo(line)
    sys.exit(0 if report.whole else 1)


@commands.command(name="accept-loss")
@click.option("--reason", required=True, help="Why it is certain that nothing newer can be found.")
@instance_option
@reports_errors
def accept_loss(reason: str, instance: Path | None) -> None:
    """Let the ledger go on although the witness file knows entries that it has not."""
    from disclosure.operations.witnessing import accept_loss as accept  # noqa: PLC0415 - as named

    settings = settings_of(instance)
    with create_app(settings).app_context():
        with unit_of_work(SYSTEM, despite_alarm=True) as unit:
            size = accept(unit, reason=reason).size
        end_alarm(settings.instance)
    click.echo(f"The ledger goes on with {size} entries; tell every auditor, they will see it.")


@commands.command()
@click.option("--change-key", "changes_key", is_flag=True, help="Let a new key sign from now on.")
@instance_option
@reports_errors
def checkpoint(*, changes_key: bool, instance: Path | None) -> None:
    """Print a signed checkpoint of the whole ledger; keep it outside of this machine."""
    from disclosure.operations.checkpoints import checkpoint_now  # noqa: PLC0415 - used here alone

    settings = settings_of(instance)
    if changes_key:
        click.echo(f"key fingerprint: {_change_key(settings)}", err=True)
    with create_app(settings).app_context(), unit_of_work(SYSTEM) as unit:
        note = bytes(checkpoint_now(unit).body).decode()
    click.echo(note, nl=False)


def _change_key(settings: Settings) -> str:
    """Put a new key into the key ring and the ledger, and return its fingerprint."""
    from disclosure.operations import ledger_keys  # noqa: PLC0415 - used here alone
    from disclosure.storage.keyring import add_ledger_key  # noqa: PLC0415 - as above
    from disclosure.storage.record_bag import fingerprint, grouped  # noqa: PLC0415 - as above

    with create_app(settings).app_context(), unit_of_work(SYSTEM) as unit:
        new = ledger_keys.spare_key(unit) or add_ledger_key(settings.keys)
        ledger_keys.change_key(unit, new)
    return grouped(fingerprint(new.public_key().public_bytes_raw()))
