"""Is it alive, is it ready: for load balancers and whoever watches.

Owns ``/healthz`` and ``/readyz``. Answers name parts, never values.
"""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from disclosure.edge import house, look
from disclosure.errors import DisclosureError
from disclosure.jobs import worker_seen
from disclosure.operations.desk import SYSTEM
from disclosure.storage.alarm import alarm_of
from disclosure.storage.base import db
from disclosure.storage.keyring import read_keyring
from disclosure.storage.schema import require_protection

blueprint = Blueprint("service", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """Say that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say whether database, its guards, keys and a worker are in order."""
    parts = {"database": _database(), "guards": _guards(), "keys": _keys(), "worker": worker_seen()}
    parts["ledger"] = not alarm_of(house().desk.settings.instance)
    whole = all(parts.values())
    answer = {name: "ok" if good else "not ready" for name, good in parts.items()}
    return jsonify(status="ok" if whole else "not ready", **answer), 200 if whole else 503


def _database() -> bool:
    try:
        with look(SYSTEM) as work:
            return work.session.execute(text("SELECT 1")).scalar() == 1
    except SQLAlchemyError:
        return False


def _guards() -> bool:
    try:
        require_protection(db.engine)
    except (DisclosureError, SQLAlchemyError):
        return False
    return True


def _keys() -> bool:
    try:
        read_keyring(house().desk.settings.keys)
    except DisclosureError:
        return False
    return True
