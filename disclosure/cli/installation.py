"""Commands that set up, serve and work an installation, and write its generated documentation."""

import os
from pathlib import Path

import click

from disclosure.app import PACKS, instance_folder, prepare, utc_now
from disclosure.cli.shell import (
    commands,
    instance_option,
    open_app,
    reports_errors,
    settings_of,
)
from disclosure.config import load_settings
from disclosure.domain.access import Role
from disclosure.domain.catalogue import load_catalogue
from disclosure.edge import unit_of_work
from disclosure.errors import BadInput, NotReady
from disclosure.jobs import work_forever
from disclosure.operations.accounts import add_person, find_person, issue_login_link
from disclosure.operations.desk import SYSTEM


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
