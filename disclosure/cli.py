"""Commands: ``python -m disclosure CMD``, the same as ``flask --app wsgi CMD``.

Owns names, options and exit codes: 0 done, 1 the answer is no, 2 bad usage or input, 3 refused.
Every error is one line on stderr. Commands call operations like pages do.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import click
from flask import Flask
from sqlalchemy import select

from disclosure.app import PACKS, create_app, instance_folder, prepare, utc_now
from disclosure.config import Settings, load_settings
from disclosure.domain.access import Permission, Role
from disclosure.domain.catalogue import load_catalogue
from disclosure.domain.grounds.batch import decide_cases
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import BadInput, DisclosureError, NotReady
from disclosure.jobs import doors, export_to, work_forever
from disclosure.operations import batching
from disclosure.operations.accounts import add_person, find_person, issue_login_link, roles_of
from disclosure.operations.case_search import query_of
from disclosure.operations.checkpoints import public_key_in_force
from disclosure.operations.desk import SYSTEM, Actor, Work
from disclosure.storage import record_bag
from disclosure.storage.alarm import end_alarm, raise_alarm
from disclosure.storage.cases import Case

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
@instance_option
@reports_errors
def migrate(instance: Path | None) -> None:
    """Set up a new installation, or bring its database to the newest schema."""
    prepare(settings_of(instance), utc_now())
    click.echo("The key ring, the database and its guards are in place.")


@commands.command(name="add-user")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--email", required=True, help="Where the person is written to.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="A role; may be given several times.",
)
@instance_option
@reports_errors
def add_user(
    username: str, name: str, email: str, roles: tuple[str, ...], instance: Path | None
) -> None:
    """Add a member of staff; a sign-in link lets them choose a password."""
    with open_app(instance).app_context(), unit_of_work(SYSTEM) as work:
        held = [Role(role) for role in roles]
        person = add_person(work, username=username, name=name, email=email, roles=held)
        click.echo(f"{person.username} is added. Next: python -m disclosure login-link {username}")


@commands.command(name="login-link")
@click.argument("username")
@instance_option
@reports_errors
def login_link(username: str, instance: Path | None) -> None:
    """Print a one-time sign-in link for USERNAME, good for ten minutes."""
    app = open_app(instance)
    with app.app_context(), unit_of_work(SYSTEM) as work:
        token = issue_login_link(work, find_person(work.session, username))
        click.echo(f"{work.desk.settings.base_url}/account/link/{token}")


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


@commands.command()
@instance_option
@reports_errors
def work(instance: Path | None) -> None:
    """Be the local worker: run what waits in the outbox, until stopped."""
    app = open_app(instance)
    click.echo("working; stop with Ctrl-C")
    try:
        work_forever(app)
    except KeyboardInterrupt:
        click.echo("stopped")


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


_SHELL_AUDITOR = Actor("command-line", batching.SHELL_ROLES)
"""Whoever holds the shell may read every case, and changes none by it."""


def _exporter(username: str) -> Actor:
    """Return who exports: the named person, or whoever holds the shell, as an auditor."""
    if not username:
        return _SHELL_AUDITOR
    with look(SYSTEM) as unit:
        person = find_person(unit.session, username)
        actor = Actor(person.id, roles_of(person))
    actor.require(Permission.EXPORT_RECORD)
    return actor


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
    with open_app(instance).app_context(), look(_SHELL_AUDITOR) as unit:
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
    with open_app(instance).app_context(), look(_SHELL_AUDITOR) as unit:
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


@commands.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("docs"))
@reports_errors
def docs(folder: Path) -> None:
    """Write the generated documentation (workflow, permissions, events, grounds) to FOLDER."""
    from disclosure.documentation import write_docs  # noqa: PLC0415 - used here alone

    for path in write_docs(folder, load_catalogue(PACKS)):
        click.echo(path.name)


@commands.command()
@click.option("--demo", is_flag=True, help="Open a filled demonstration in a folder of its own.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@instance_option
@reports_errors
def serve(*, demo: bool, host: str, port: int, instance: Path | None) -> None:
    """Bring the database up to date, then serve pages and work the outbox."""
    from disclosure.serving import serve_forever  # noqa: PLC0415 - loads gunicorn

    folder = instance or (instance_folder() / "demonstration" if demo else instance_folder())
    _require_right_kind(folder, demo=demo)
    base_url = f"http://{host}:{port}"
    settings = load_settings(folder, os.environ, demo=demo, base_url=base_url)
    if demo and host not in {"127.0.0.1", "localhost", "::1"}:
        raise BadInput("A demonstration listens on the loopback only.", where="--host")
    serve_forever(settings, host=host, port=port)


def _require_right_kind(folder: Path, *, demo: bool) -> None:
    """Keep demonstrations and real installations apart: neither opens the other's folder."""
    from disclosure.demonstration.opening import is_demonstration  # noqa: PLC0415 - loads its stories

    marked = is_demonstration(folder)
    if marked and not demo:
        raise NotReady(f"{folder.name} holds a demonstration: start it with --demo")
    if demo and not marked and (folder / "keys.json").exists():
        raise NotReady(f"{folder.name} holds a real installation: a demonstration needs another")


def main() -> None:
    """Run a command."""
    commands(prog_name="python -m disclosure")
