"""One frozen settings object, read once from the environment and ``config.toml``.

Owns the names of every setting and their checks; no other module reads the environment. Secrets
are not settings: they live in the key ring file, see ``storage/keyring.py``.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from disclosure.errors import NotReady

ENVIRONMENT = {
    "DATABASE_URL": "database_url",
    "DATABASE_OWNER_URL": "owner_database_url",
    "REDIS_URL": "redis_url",
    "FILES_URL": "files_url",
    "SMTP_URL": "smtp_url",
    "DISCLOSURE_KEYS": "keys",
    "DISCLOSURE_PACKS": "packs",
    "DISCLOSURE_BASE_URL": "base_url",
    "DISCLOSURE_TRUSTED_PROXIES": "trusted_proxies",
}
"""Environment variable -> name of the setting; the rest is read from ``config.toml`` only."""

_NUMBERS = {
    "trusted_proxies": 100,
    "max_upload_bytes": 1 << 40,
    "record_days": 365,
    "shadow_one_in": 1_000_000,
}
"""Settings that are whole numbers, with the largest value of each."""
_SEED = re.compile(r"[A-Za-z][A-Za-z-]{0,30}[0-9]{0,6}")
SEPARATIONS = ("strict", "small-team")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between two installations.

    Attributes:
        instance: Folder of the default database, files, keys and written mail.
        database_url: SQLAlchemy URL; SQLite in the instance folder unless set.
        owner_database_url: The same database as the owner of its tables, for migrations alone;
            none means that the application is the owner and only triggers protect the ledger.
        redis_url: Redis for RQ and shared rate limits; none means the local worker alone.
        files_url: Folder of the stored files, as ``file:`` URL or path.
        smtp_url: ``smtp://user:password@host:port`` or ``smtps://``; none writes mail to a folder.
        keys: The key ring file; must not be readable by others.
        packs: A deployment's own folder of packs, read after the built-in ones until a first pack
            is confirmed.
        sources: The platform source's mapping file (TOML); none means uploads only.
        witness_file: A file on another mount to which every checkpoint of the ledger is added.
        witness_mail: Addresses of auditors, with blanks between, who get a checkpoint each day.
        witness_timestamp_url: A timestamp authority (RFC 3161) that signs checkpoints, hourly.
        base_url: Address under which people reach the portal, for links in mail.
        trusted_proxies: How many reverse proxies set ``X-Forwarded-*``.
        demo: Whether this is the demonstration, which refuses real cases.
        separation: ``strict``, or ``small-team`` where the preparer may also be legal reviewer.
        platform_name: Name of the platform as its users know it.
        legal_entity: The company that a demand has to name.
        mail_from: Sender of every message.
        timezone: IANA name used on pages and in letters; storage is always UTC.
        max_upload_bytes: Largest single upload, in bytes.
        record_days: How many days an exported case record or batch is kept for download.
        shadow_one_in: One of so many ended cases is decided again by somebody blind; 0 for none.
        shadow_seed: A word that goes into that draw; publish it, and change it when you like.
    """

    instance: Path
    database_url: str
    owner_database_url: str | None = None
    redis_url: str | None = None
    files_url: str
    smtp_url: str | None = None
    keys: Path
    packs: Path | None = None
    sources: Path | None = None
    witness_file: Path | None = None
    witness_mail: str = ""
    witness_timestamp_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: int = 0
    demo: bool = False
    separation: str = "strict"
    platform_name: str = "The platform"
    legal_entity: str = "The platform's operator"
    mail_from: str = "disclosure@localhost"
    timezone: str = "Asia/Shanghai"
    max_upload_bytes: int = 50 * 1024 * 1024
    record_days: int = 7
    shadow_one_in: int = 20
    shadow_seed: str = "shadow"

    @property
    def migration_url(self) -> str:
        """Return the URL with which the schema is changed."""
        return self.owner_database_url or self.database_url

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which pages and letters show times."""
        return ZoneInfo(self.timezone)


def load_settings(
    instance: Path, environ: Mapping[str, str], *, demo: bool = False, base_url: str | None = None
) -> Settings:
    """Read ``config.toml`` of the instance folder, then the environment over it.

    Args:
        instance: The instance folder; need not exist yet.
        environ: Usually ``os.environ``.
        demo: Set by ``serve --demo`` alone, never by a file or variable.
        base_url: The address that ``serve`` listens on, used when none is set.

    Raises:
        NotReady: When a setting is unknown, of the wrong type or out of range.
    """
    instance = instance.resolve()
    values: dict[str, object] = {
        "database_url": f"sqlite:///{instance / 'disclosure.sqlite3'}",
        "files_url": str(instance / "files"),
        "keys": instance / "keys.json",
    }
    if base_url is not None:
        values["base_url"] = base_url
    values.update(_from_file(instance / "config.toml"))
    values.update({name: environ[key] for key, name in ENVIRONMENT.items() if environ.get(key)})
    values = {name: _typed(name, value) for name, value in values.items()}
    if values.get("separation", "strict") not in SEPARATIONS:
        raise NotReady(f"config: separation must be one of {', '.join(SEPARATIONS)}")
    return Settings(instance=instance, demo=demo, **values)  # type: ignore[arg-type]  # _typed checked each


def _from_file(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotReady(f"{path.name}: not valid TOML: {error}") from error
    known = {field.name for field in fields(Settings)} - {"instance", "demo"}
    if unknown := sorted(set(values) - known):
        raise NotReady(
            f"{path.name}: unknown setting {unknown[0]!r}; known: {', '.join(sorted(known))}"
        )
    return dict(values)


def _typed(name: str, value: object) -> object:
    if name in {"keys", "packs", "sources", "witness_file"} and isinstance(value, str | Path):
        return Path(value)
    if name in _NUMBERS:
        try:
            number = int(str(value))
        except ValueError:
            raise NotReady(f"config: {name} must be a whole number") from None
        if number < 0:
            raise NotReady(f"config: {name} must not be negative")
        if number > _NUMBERS[name]:
            raise NotReady(f"config: {name} must be at most {_NUMBERS[name]}")
        return number
    if not isinstance(value, str):
        raise NotReady(f"config: {name} must be text")
    if name in _LOOKED_AT:
        _LOOKED_AT[name](value)
    return value.rstrip("/") if name == "base_url" else value


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise NotReady(
            f"config: timezone {name!r} is not an IANA name like Asia/Shanghai"
        ) from None


def _require_seed(word: str) -> None:
    if not _SEED.fullmatch(word):
        raise NotReady(
            "config: shadow_seed must be letters and hyphens, with up to six digits behind them"
        )


_LOOKED_AT = {"timezone": _require_zone, "shadow_seed": _require_seed}
"""Settings that are text of some shape, with what looks at it."""
