"""An installation that a real browser can reach, on the loopback, with a worker beside it."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from werkzeug.serving import make_server

from disclosure.edge import unit_of_work
from disclosure.jobs import work_forever
from disclosure.operations.accounts import issue_login_link
from disclosure.operations.desk import SYSTEM
from disclosure.storage.people import Person
from tests.app import Office, make_app


@contextlib.contextmanager
def served(tmp_path: Path) -> Iterator[tuple[Office, str]]:
    """Serve a new installation and work its outbox until the block ends."""
    office = make_app(tmp_path, csrf=True)
    with serving(office) as address:
        yield office, address


@contextlib.contextmanager
def serving(office: Office) -> Iterator[str]:
    """Serve an installation under a real address and work its outbox until the block ends."""
    office.app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    address = f"http://127.0.0.1:{server.port}"
    desk = office.app.extensions["disclosure"].desk
    house = office.app.extensions["disclosure"]
    settings = replace(office.settings, base_url=address)
    office.app.extensions["disclosure"] = replace(house, desk=replace(desk, settings=settings))
    over = threading.Event()
    pages = threading.Thread(target=server.serve_forever, daemon=True)
    worker = threading.Thread(
        target=work_forever, args=(office.app,), kwargs={"until": over.is_set}, daemon=True
    )
    pages.start()
    worker.start()
    try:
        yield address
    finally:
        over.set()
        worker.join(timeout=60)
        server.shutdown()
        pages.join(timeout=10)
        server.server_close()


def login_link(office: Office, address: str, name: str) -> str:
    """Return a one-time sign-in link for a person."""
    with office.app.app_context(), unit_of_work(SYSTEM) as work:
        person = work.session.get_one(Person, office.people[name])
        return f"{address}/account/link/{issue_login_link(work, person)}"
