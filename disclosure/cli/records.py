"""Commands that tell what is in the installation: cases, their records, the figures of a period."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from disclosure.cli.shell import (
    DAY,
    SHELL_AUDITOR,
    commands,
    instance_option,
    open_app,
    reports_errors,
)
from disclosure.domain.access import Permission
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import BadInput, NotReady
from disclosure.jobs import doors, export_to
from disclosure.operations import batching
from disclosure.operations.accounts import find_person, roles_of
from disclosure.operations.case_search import query_of
from disclosure.operations.checkpoints import public_key_in_force
from disclosure.operations.desk import SYSTEM, Actor, Work
from disclosure.storage import record_bag
from disclosure.storage.cases import Case


@commands.command(name="list-cases")
@click.option("--state", default="", help="Only cases in this state.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@instance_option
@reports_errors
def list_cases(state: str, *, as_json: bool, instance: Path | None) -> None:
    """List the cases: reference, state, ground, class, deadline."""
    with open_app(instance).app_context(), look(SYSTEM) as work:
        query = select(Case).order_by(Case.id)
        for case in work.session.scalars(query.where(Case.state == state) if state else query):
            row = {
                "reference": case.reference,
                "state": case.state,
                "ground": case.ground,
                "class": case.requester_class,
                "deadline": case.due_at.isoformat() if case.due_at else None,
            }
            click.echo(json.dumps(row) if as_json else "  ".join(str(v) for v in row.values()))


@commands.command(name="export-case")
@click.argument("reference")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--as", "username", default="", help="The auditor or officer who exports.")
@click.option("--outsider", is_flag=True, help="Without names, reasons and documents.")
@instance_option
@reports_errors
def export_case(
    reference: str, target: Path, username: str, *, outsider: bool, instance: Path | None
) -> None:
    """Write the case record of REFERENCE to TARGET and print the key's fingerprint."""
    if target.exists():
        raise BadInput(f"{target.name} exists: choose another name or remove it.")
    with open_app(instance).app_context():
        variant = "outsider" if outsider else "full"
        summary = export_to(_exporter(username), reference, target, variant=variant)
    click.echo(f"written: {target.name}")
    click.echo(f"key fingerprint: {summary.fingerprint}")
    click.echo(f"verifier SHA-256: {summary.verifier_sha256}")


@commands.command(name="export-batch")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--list", "listed", type=click.File(), help="References, one a line; - is stdin.")
@click.option("--from", "first", type=DAY, help="Received on this day or later.")
@click.option("--to", "last", type=DAY, help="Received on this day or earlier.")
@click.option("--ground", default="", help="Of this ground.")
@click.option("--state", default="", help="In this state.")
@click.option("--seed", default="", help="The cases that this seed draws.")
@click.option("--each", default=1, type=int, help="How many of each ground and approver.")
@click.option("--as", "username", default="", help="The auditor or officer who exports.")
@click.option("--outsider", is_flag=True, help="Without names, reasons and documents.")
@instance_option
@reports_errors
def export_batch(
    target: Path, username: str, *, outsider: bool, instance: Path | None, **chosen: Any
) -> None:
    """Write the records of many cases, chosen by list, search or seed, to TARGET."""
    if target.exists() or not target.parent.is_dir():
        raise BadInput(f"{target.name} exists, or its folder does not: choose another place.")
    variant = "outsider" if outsider else "full"
    with open_app(instance).app_context():
        actor = _exporter(username)
        with unit_of_work(actor) as unit:
            selection = _selection(unit, chosen)
            batch = batching.request_batch(unit, selection, variant=variant, queued=False).id
        batching.build_batch(doors(), batch, lambda _, step: click.echo(step))
        with look(actor) as unit:
            made = batching.show_batch(unit, batch)
            for case in made.cases:
                if case.note:
                    click.echo(f"left out: {case.reference}: {case.note}")
            _write_stored(made, target)
            click.echo(f"written: {target.name}, {made.count(batching.BUILT)} records")
            fingerprint = record_bag.fingerprint(public_key_in_force(unit))
    click.echo(f"key fingerprint: {fingerprint}")


def _selection(unit: Work, chosen: dict[str, Any]) -> batching.Selection:
    if chosen["listed"]:
        return batching.by_list(chosen["listed"].read())
    if chosen["seed"]:
        return batching.by_sample(unit, seed=chosen["seed"], each=chosen["each"])
    days = {name: chosen[name].date().isoformat() for name in ("first", "last") if chosen[name]}
    asked = {"ground": chosen["ground"], "state": chosen["state"], **days}
    return batching.by_query(unit, query_of(asked))


def _write_stored(made: batching.ShownBatch, target: Path) -> None:
    if made.file is None:
        raise NotReady("the batch was cancelled or expired while it was made; ask for it again")
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with unfinished.open("xb") as stream:
            for piece in house().desk.files.stream(made.file.sha256):
                stream.write(piece)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _exporter(username: str) -> Actor:
    """Return who exports: the named person, or whoever holds the shell, as an auditor."""
    if not username:
        return SHELL_AUDITOR
    with look(SYSTEM) as unit:
        person = find_person(unit.session, username)
        actor = Actor(person.id, roles_of(person))
    actor.require(Permission.EXPORT_RECORD)
    return actor


@commands.command(name="transparency-report")
@click.option("--from", "first", required=True, type=DAY, help="The first day, 2026-01-31.")
@click.option("--to", "last", required=True, type=DAY, help="The last day, included.")
@click.option("--entry", type=click.IntRange(1), help="The last ledger entry to count.")
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write the report here.")
@click.option("--csv", "as_csv", type=click.Path(path_type=Path), help="Write it here as CSV.")
@instance_option
@reports_errors
def transparency_report(
    *,
    first: datetime,
    last: datetime,
    entry: int | None,
    as_json: Path | None,
    as_csv: Path | None,
    instance: Path | None,
) -> None:
    """Count the demands of a period and write what may be published of them."""
    from disclosure.domain import transparency as figures  # noqa: PLC0415 - used here alone
    from disclosure.operations import transparency  # noqa: PLC0415 - as above

    with open_app(instance).app_context(), look(SYSTEM) as unit:
        period = transparency.read_period(first.date(), last.date())
        draft = transparency.draw_up(unit, period, up_to=entry)
    if as_json is not None:
        as_json.write_bytes(draft.content)
    if as_csv is not None:
        as_csv.write_text(figures.as_csv(draft.report), "utf-8", newline="")
    for half in draft.report["halves"]:
        click.echo(f"{half['title']}: {figures.in_words(half['total'])}")
    click.echo(f"up to ledger entry: {draft.up_to}")
    click.echo(f"sha256: {draft.sha256}")
