"""Real neighbours for the tests: Redis, PostgreSQL, a mail server and a browser on the loopback.

Owns how each is found, started and stopped; ``conftest.py`` decides for how long each lives. A
program that is not installed fails the test that wanted it, with the command that installs it.
"""

import contextlib
import glob
import ipaddress
import os
import pwd
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOOPBACK = "127.0.0.1"
START_SECONDS = 20.0


def require_program(*names: str, folders: str = "") -> str:
    """Find the first program of these names, or fail the test.

    Args:
        names: Programs, any of which will do.
        folders: Glob of folders outside the PATH to look in as well; the last one wins.
    """
    for name in names:
        beside = sorted(glob.glob(f"{folders}/{name}")) if folders else []  # noqa: PTH207 - absolute
        if found := shutil.which(name) or (beside[-1] if beside else None):
            return found
    pytest.fail(f"{names[0]} is not installed: run `make setup-test`", pytrace=False)


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def allow_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every connection that would leave this machine fail the test that tried it."""

    def guarded(method, host_of):
        def call(*args, **kwargs):
            host = host_of(args)
            if not _stays_here(host):
                pytest.fail(f"a test tried to reach {host}: only the loopback is allowed")
            return method(*args, **kwargs)

        return call

    def last_argument(args):
        return args[-1][0] if isinstance(args[-1], tuple) else ""

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(
            socket.socket, name, guarded(getattr(socket.socket, name), last_argument)
        )
    for name in ("getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, guarded(getattr(socket, name), lambda args: args[0]))


def _stays_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name in {"", "localhost", socket.gethostname()}:
        return True
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(name)
        return address.is_loopback or address.is_unspecified
    return False


# Redis


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Run Redis without persistence on a free port and give its URL."""
    program = require_program("redis-server")
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:

        def start() -> tuple[subprocess.Popen[bytes], int]:
            port = free_port()
            options = ["--port", str(port), "--bind", LOOPBACK, "--dir", folder]
            options += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
            return _spawn([program, *options], Path(folder) / "redis.log"), port

        def answers(port: int) -> bool:
            with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")

        with _running(start, answers, Path(folder) / "redis.log") as port:
            yield f"redis://{LOOPBACK}:{port}/0"


# PostgreSQL


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Run PostgreSQL on an empty cluster and give the URL of its first database.

    Note:
        PostgreSQL refuses to run as root, so that root hands it to Debian's user or to nobody.
    """
    folders = "/usr/lib/postgresql/*/bin"
    initdb, postgres = (require_program(name, folders=folders) for name in ("initdb", "postgres"))
    account = _unprivileged_account()
    as_owner = (
        {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}
        if account
        else {}
    )
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    password = secrets.token_hex(16)
    try:
        (folder / "password").write_text(password)
        if account:
            for path in (folder, folder / "password"):
                shutil.chown(path, account)
        cluster, log = folder / "data", folder / "postgres.log"
        command = [initdb, "-D", cluster, "-U", "owner", "--pwfile", folder / "password"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **as_owner)

        def start() -> tuple[subprocess.Popen[bytes], int]:
            port = free_port()
            command = [postgres, "-D", cluster, "-p", str(port), "-k", folder, "-h", LOOPBACK]
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                command += ["-c", f"{setting}=off"]
            return _spawn(command, log, **as_owner), port

        def answers(port: int) -> bool:
            psycopg.connect(_conninfo(port, password)).close()
            return True

        with _running(start, answers, log) as port:
            yield f"postgresql+psycopg://owner:{password}@{LOOPBACK}:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres_database(server_url: str) -> Iterator[str]:
    """Make an empty database on the server and drop it afterwards."""
    server, name = urlsplit(server_url), f"test_{secrets.token_hex(6)}"
    admin = _conninfo(server.port, server.password)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield server._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def application_role(owner_url: str) -> str:
    """Make a login that owns nothing, and give the URL with which it opens the same database."""
    name, password = f"app_{secrets.token_hex(6)}", secrets.token_hex(16)
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'".encode())
    parts = urlsplit(owner_url)
    place = f"{name}:{password}@{parts.hostname}:{parts.port}"
    return parts._replace(netloc=place).geturl()


def _conninfo(port: int | None, password: str | None) -> str:
    return f"postgresql://owner:{password}@{LOOPBACK}:{port}/postgres?connect_timeout=2"


def _unprivileged_account() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


# Mail


@dataclass(slots=True)
class SmtpPeer:
    """A mail server that keeps what it accepts.

    Attributes:
        url: What ``SMTP_URL`` would say.
        messages: The accepted messages, parsed, oldest first.
        recipients: The envelope recipients of each message.
        encrypted: Whether each message came over TLS.
        certificate: PEM file of the server's certificate, if it speaks TLS.
    """

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    certificate: Path | None = None


@dataclass
class _Mailbox:
    peer: SmtpPeer
    answer: str
    recipient_answer: str
    drops: bool
    always_encrypted: bool

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802 - aiosmtpd's name
        if self.recipient_answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("2"):
            parsed = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            self.peer.messages.append(parsed)
            self.peer.recipients.append(list(envelope.rcpt_tos))
            self.peer.encrypted.append(self.always_encrypted or session.ssl is not None)
        if self.drops and server.transport is not None:
            server.transport.abort()
        return self.answer


@contextlib.contextmanager
def smtp_peer(
    *,
    tls: str = "none",
    credentials: tuple[str, str] | None = None,
    drops: bool = False,
    answer: str = "250 OK",
    recipient_answer: str = "250 OK",
) -> Iterator[SmtpPeer]:
    """Run a mail server on a free port.

    Args:
        tls: ``none``, ``starttls`` or ``implicit``.
        credentials: User and password that the server asks for.
        drops: Take the message, then cut the line without an answer.
        answer: The answer to a message; one that does not start with 2 refuses it.
        recipient_answer: The same for a recipient.
    """
    peer = SmtpPeer()
    with tempfile.TemporaryDirectory(prefix="smtp-") as folder:
        context = None
        if tls != "none":
            peer.certificate = Path(folder) / "certificate.pem"
            context = _tls_context(peer.certificate)
        login: dict[str, object] = {}
        if credentials:
            expected = LoginPassword(*(part.encode() for part in credentials))
            login = {
                "authenticator": lambda *seen: AuthResult(
                    success=seen[-1] == expected, handled=False
                ),
                "auth_required": True,
                "auth_require_tls": tls == "starttls",
            }
        controller = Controller(
            _Mailbox(peer, answer, recipient_answer, drops, tls == "implicit"),
            hostname=LOOPBACK,
            port=free_port(),
            ssl_context=context if tls == "implicit" else None,
            tls_context=context if tls == "starttls" else None,
            server_hostname="localhost",
            **login,
        )
        controller.start()
        try:
            scheme = "smtps" if tls == "implicit" else "smtp"
            user = f"{credentials[0]}:{credentials[1]}@" if credentials else ""
            peer.url = f"{scheme}://{user}{LOOPBACK}:{controller.port}"
            yield peer
        finally:
            controller.stop()


def _tls_context(certificate: Path) -> ssl.SSLContext:
    key = certificate.with_name("key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", f"subjectAltName=IP:{LOOPBACK}", "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


# Processes


def _spawn(command, log: Path, **options) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", **options
        )


@contextlib.contextmanager
def _running(start, answers, log: Path) -> Iterator[int]:
    """Start a server until one answers; another process may take the free port first."""
    for _ in range(3):
        process, port = start()
        try:
            if _wait_until(partial(answers, port), process):
                yield port
                return
        finally:
            process.terminate()
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    pytest.fail(f"a server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _wait_until(answers, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, psycopg.OperationalError):
            if answers():
                return True
        threading.Event().wait(0.02)
    return False
