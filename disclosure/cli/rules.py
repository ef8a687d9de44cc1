"""Commands on rules: deciding again, trying other rules, proposing them."""

import sys
from pathlib import Path

import click

from disclosure.cli.shell import (
    SHELL_AUDITOR,
    commands,
    instance_option,
    open_app,
    reports_errors,
)
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations.accounts import find_person, roles_of
from disclosure.operations.desk import SYSTEM, Actor


@commands.command()
@click.argument("reference", default="")
@click.option("--all", "every", is_flag=True, help="Every evaluation of every case.")
@instance_option
@reports_errors
def replay(reference: str, *, every: bool, instance: Path | None) -> None:
    """Decide REFERENCE again with its stored facts and the rules of its day: exit 1 differs."""
    from disclosure.operations.casefile import find_case  # noqa: PLC0415 - used here alone
    from disclosure.operations.replaying import replay as decide_again  # noqa: PLC0415 - as above

    if every == bool(reference):
        raise BadInput("Name one case, or give --all.", where="REFERENCE")
    examined = differing = 0
    with open_app(instance).app_context(), look(SHELL_AUDITOR) as unit:
        case = None if every else find_case(unit, reference)
        for found in decide_again(unit, case):
            examined += 1
            differing += not found.agrees
            if case is not None or not found.agrees:
                click.echo(found.line())
    if not (examined or every):
        raise BadInput("The records of this case are destroyed: there is nothing to decide again.")
    click.echo(f"{examined} evaluations decided again, {differing} differ")
    sys.exit(1 if differing else 0)


@commands.command()
@click.argument("pack", type=click.Path(path_type=Path))
@click.option("--csv", "target", type=click.Path(path_type=Path), help="Write the list to a file.")
@instance_option
@reports_errors
def simulate(pack: Path, target: Path | None, instance: Path | None) -> None:
    """List, as CSV, every case that the rules in the folder PACK would decide otherwise."""
    from disclosure.domain.pack_files import read_folders  # noqa: PLC0415 - used by these two
    from disclosure.operations.replaying import as_csv  # noqa: PLC0415 - used here alone
    from disclosure.operations.replaying import simulate as try_rules  # noqa: PLC0415 - as above
    from disclosure.operations.rules import read_candidate  # noqa: PLC0415 - as above

    (candidate,) = read_folders(pack)
    with open_app(instance).app_context(), look(SHELL_AUDITOR) as unit:
        found = try_rules(unit, read_candidate(unit, candidate))
    if target is None:
        click.echo(as_csv(found), nl=False)
    else:
        target.write_text(as_csv(found), "utf-8")
    click.echo(f"{len(found.changes)} of {found.examined} cases would come out otherwise", err=True)


@commands.command(name="propose-pack")
@click.argument("pack", type=click.Path(path_type=Path))
@click.option("--as", "username", required=True, help="Who proposes; another person confirms.")
@click.option("--reason", required=True, help="Why the rules change.")
@instance_option
@reports_errors
def propose_pack(pack: Path, username: str, reason: str, instance: Path | None) -> None:
    """Propose the rules in the folder PACK; a compliance officer confirms them on the page."""
    from disclosure.domain.pack_files import read_folders  # noqa: PLC0415 - used by these two
    from disclosure.operations.rules import propose_pack as propose  # noqa: PLC0415 - used here alone

    (candidate,) = read_folders(pack)
    with open_app(instance).app_context():
        with look(SYSTEM) as unit:
            person = find_person(unit.session, username)
            actor = Actor(person.id, roles_of(person))
        with unit_of_work(actor) as unit:
            proposal = propose(unit, candidate, reason=reason)
            address = f"{unit.desk.settings.base_url}/rules/proposals/{proposal.id}"
            changed, examined = proposal.changed, proposal.examined
    click.echo(f"proposed: {changed} of {examined} cases would come out otherwise")
    click.echo(f"a compliance officer confirms it at {address}")
