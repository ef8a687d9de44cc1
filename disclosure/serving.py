"""``serve``: gunicorn, the local worker beside it, and the demonstration.

Owns the processes. The worker runs in a child that is started again when it dies and ends with its
parent. A demonstration is filled once, in its own folder; its sign-in links live in this process's
memory alone.
"""

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NoReturn

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from disclosure.app import create_app, prepare, utc_now
from disclosure.config import Settings
from disclosure.errors import NotReady
from disclosure.jobs import check_ledger, work_forever

THREADS = 8
RESTART_SECONDS = 1.0
STORIES_LAST = timedelta(days=60)
"""The demonstration's seal is older than its oldest sealed file."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn around our application, configured here instead of by files."""

    def __init__(self, settings: Settings, *, bind: str, secret: str, lines: list[str]) -> None:
        self.settings = settings
        self.bind = bind
        self.secret = secret
        self.lines = lines
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        options: dict[str, Any] = {
            "bind": self.bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": 120,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": lambda _server: self._say_ready(),
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application inside the worker process."""
        return create_app(self.settings, demonstration_secret=self.secret)

    def _say_ready(self) -> None:
        for line in self.lines:
            click.echo(line)
        sys.stdout.flush()


def serve_forever(settings: Settings, *, host: str, port: int) -> None:
    """Prepare the instance, start the worker and serve until stopped.

    Raises:
        NotReady: When the address is taken or the instance is not in order.
    """
    _require_free(host, port)
    secret = ""
    lines: list[str] = []
    if settings.demo:
        settings, lines, secret = _demonstration(settings)
    prepare(settings, utc_now())
    lines += _check_ledger(create_app(settings, demonstration_secret=secret))
    _start_worker(settings)
    lines = [f"ready: {settings.base_url}", *lines]
    Server(settings, bind=f"{host}:{port}", secret=secret, lines=lines).run()


def _check_ledger(app: Flask) -> list[str]:
    """Check the whole ledger before anything is served; what is wrong makes it read-only."""
    with app.app_context():
        report = check_ledger()
    return [] if report.whole else [f"READ-ONLY: {report.faults[0]}"]


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotReady(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _demonstration(settings: Settings) -> tuple[Settings, list[str], str]:
    from disclosure.demonstration.opening import fill_once  # noqa: PLC0415 - demonstration only
    from disclosure.demonstration.staff import SHOWN  # noqa: PLC0415 - as above
    from disclosure.web.demonstration import enter_path  # noqa: PLC0415 - as above

    secret = secrets.token_urlsafe(32)
    settings = fill_once(settings, now=utc_now(), build=_build, say=click.echo)
    lines = [
        f"sign in as {role}: {settings.base_url}{enter_path(secret, username)}"
        for role, username in SHOWN.items()
    ]
    return settings, lines, secret


def _build(settings: Settings, clock: Callable[[], datetime]) -> Flask:
    prepare(settings, utc_now() - STORIES_LAST)
    return create_app(settings, clock=clock)


def _start_worker(settings: Settings) -> None:
    """Start the local worker in a child process that is watched by another."""
    sys.stdout.flush()
    parent = os.getpid()
    if os.fork():
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while os.getppid() == parent:
        watcher = os.getpid()
        worker = os.fork()
        if worker == 0:
            _work_until_orphaned(settings, watcher)
        while os.getppid() == parent and os.waitpid(worker, os.WNOHANG) == (0, 0):
            time.sleep(RESTART_SECONDS / 4)
        time.sleep(RESTART_SECONDS)
    os._exit(0)


def _work_until_orphaned(settings: Settings, watcher: int) -> NoReturn:
    work_forever(create_app(settings), until=lambda: os.getppid() != watcher)
    os._exit(0)
