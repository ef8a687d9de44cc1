"""Put the application together: settings, keys, rules, database, pages.

Owns the order of the start and its refusals. Nothing is read from the environment here but by
``load_settings``; nothing is served before keys, packs and the database's guards are in place.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from disclosure.config import Settings, load_settings
from disclosure.documents.seal import new_seal_identity
from disclosure.domain.catalogue import load_catalogue
from disclosure.domain.deadlines import load_calendars
from disclosure.edge import House, look, rules_in_force
from disclosure.errors import NotReady
from disclosure.gateways.platform import source_from_settings
from disclosure.gateways.queue import relay
from disclosure.logs import set_up_logs
from disclosure.operations.desk import SYSTEM, Desk
from disclosure.operations.witnessing import witness_fault
from disclosure.storage import encryption
from disclosure.storage.alarm import raise_alarm
from disclosure.storage.base import db, mind_manners
from disclosure.storage.files import FileStore
from disclosure.storage.keyring import make_keyring, read_keyring
from disclosure.storage.rights import add_only
from disclosure.storage.schema import MIGRATIONS, holds_schema, migrate, require_protection
from disclosure.web import add_web

ROOT = Path(__file__).parents[1]
PACKS = Path(__file__).parent / "packs"


def utc_now() -> datetime:
    """Return the instant of the machine's clock."""
    return datetime.now(UTC)


def instance_folder() -> Path:
    """Return the instance folder that ``DISCLOSURE_INSTANCE`` names, or ``instance/``."""
    return Path(os.environ.get("DISCLOSURE_INSTANCE") or ROOT / "instance")


def create_app(
    settings: Settings | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    demonstration_secret: str = "",
) -> Flask:
    """Build the application.

    Args:
        settings: Read from the environment and the instance folder when not given.
        clock: Gives the instant of each unit of work.
        demonstration_secret: Made anew by each run of the demonstration; its sign-in links are
            worth nothing without it. Ignored in any other instance.

    Raises:
        NotReady: When keys, packs, database or its guards are not in order.
    """
    set_up_logs()
    settings = settings or load_settings(instance_folder(), os.environ)
    desk = make_desk(settings)
    app = Flask("disclosure", template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY=desk.keys.session_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        MAX_FORM_PARTS=200,
    )
    db.init_app(app)
    app.extensions["disclosure"] = House(desk, clock, relay(settings))
    with app.app_context():
        mind_manners(db.engine)
        add_only(db.engine)
        require_protection(db.engine)
        _compare_with_witness(settings)
        rules_in_force()
    add_web(app, settings, demonstration_secret if settings.demo else "")
    _add_migrate(app)
    return app


def _compare_with_witness(settings: Settings) -> None:
    """Make the installation read-only when a witness knows more than its database."""
    if settings.witness_file is None:
        return
    with look(SYSTEM) as work:
        fault = witness_fault(work)
    if fault:
        raise_alarm(settings.instance, fault)


def prepare(settings: Settings, now: datetime) -> None:
    """Set up or bring up to date: key ring, database, guards. Does nothing when nothing is to do.

    Args:
        settings: The installation's settings.
        now: Start of the validity of a new seal.

    Raises:
        NotReady: When the key ring is missing although the database is not new.
    """
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.keys.exists():
        if holds_schema(settings.migration_url):
            raise NotReady(
                f"the database is there but its key ring {settings.keys.name} is not: restore it "
                "from backup; without it nothing encrypted can be read"
            )
        key, certificate = new_seal_identity(f"{settings.platform_name} disclosure seal", now)
        make_keyring(settings.keys, seal_key=key, seal_certificate=certificate)
    migrate(settings.migration_url, application_url=settings.database_url)


def make_desk(settings: Settings) -> Desk:
    """Read keys and rules and open the neighbours.

    Raises:
        NotReady: When the key ring, a pack, a calendar or the source is not in order.
    """
    keys = read_keyring(settings.keys)
    encryption.use(keys)
    folders = [PACKS, *([settings.packs] if settings.packs else [])]
    return Desk(
        settings=settings,
        catalogue=load_catalogue(*folders),
        calendars=load_calendars(*(folder / "calendars" for folder in folders)),
        source=source_from_settings(settings),
        files=FileStore(settings.files_url),
        keys=keys,
    )


def _add_migrate(app: Flask) -> None:
    from flask_migrate import Migrate  # noqa: PLC0415 - only `flask db` needs it

    Migrate(app, db, directory=str(MIGRATIONS))
