"""The plain lists: permissions, events and settings.

Owns their pages. The lists themselves are ``domain/access.py``, ``domain/events.py`` and
``config.py``.
"""

import inspect
from dataclasses import MISSING, Field, fields

from disclosure.config import ENVIRONMENT, SEPARATIONS, Settings
from disclosure.documentation.markdown import code, codes, page, table
from disclosure.domain.access import EXCLUSIVE_ROLES, permission_table
from disclosure.domain.events import Event
from disclosure.domain.workflow import TRANSITIONS

_OWN_DEFAULTS = {
    "instance": "`instance/`, or `--instance`",
    "database_url": "`disclosure.sqlite3` in the instance folder",
    "files_url": "`files/` in the instance folder",
    "keys": "`keys.json` in the instance folder",
    "demo": "`serve --demo` alone",
}
"""What a setting is when nobody sets it, where that is not a value but a place."""


def permissions_page() -> str:
    """Render ``permissions.md``."""
    alone = " and ".join(
        sorted(role.label.lower() for role in EXCLUSIVE_ROLES),
    )
    return page(
        "Who may do what",
        "A permission opens a page and its buttons; whether *this* person may act on *this* case "
        "now is asked of the guards in [workflow.md](workflow.md). No role carries everything.",
        permission_table(),
        f"{alone.capitalize()} are held alone: who keeps accounts or audits neither works cases "
        "nor approves them. An administrator sees no case; an auditor changes none.",
    )


def events_page() -> str:
    """Render ``events.md``."""
    by_event: dict[Event, list[str]] = {}
    for row in TRANSITIONS:
        by_event.setdefault(row.event, []).append(row.action.code)
    return page(
        "What the ledger records",
        "Each change of a case writes its entry in the same transaction. Entries hold ids, hashes, "
        "codes and counts, never personal data. A name that was ever used keeps its meaning. How "
        "entries are chained and checked is in [case-record.md](case-record.md).",
        table(
            ("event", "meaning", "written by the action"),
            ((code(e.value), e.meaning, codes(by_event.get(e, ()))) for e in Event),
        ),
    )


def settings_page() -> str:
    """Render ``settings.md``."""
    variables = {name: variable for variable, name in ENVIRONMENT.items()}
    meanings = _meanings()
    return page(
        "Settings",
        "Read once at the start, from `config.toml` in the instance folder and from the "
        "environment over it. An unknown or wrong setting stops the start with one line. Secrets "
        "are not settings: they live in the key ring file, which must not be readable by others. "
        "The instance folder itself is `--instance DIR` or `DISCLOSURE_INSTANCE`.",
        table(
            ("setting", "environment", "unless set", "meaning"),
            (
                (
                    code(each.name),
                    code(variables.get(each.name, "")),
                    _default(each),
                    meanings[each.name],
                )
                for each in fields(Settings)
            ),
        ),
        f"`separation` is one of {codes(SEPARATIONS)}. An example of `config.toml`:",
        '```toml\nplatform_name = "Example Market"\nlegal_entity = "Example Market Ltd"\n'
        'timezone = "Asia/Shanghai"\nseparation = "strict"\n```',
    )


def _default(setting: "Field[object]") -> str:
    if setting.name in _OWN_DEFAULTS:
        return _OWN_DEFAULTS[setting.name]
    if setting.default is None or setting.default is MISSING:
        return "none"
    return code(str(setting.default))


def _meanings() -> dict[str, str]:
    """Read what each setting means from the docstring of ``Settings``."""
    _, _, attributes = inspect.cleandoc(Settings.__doc__ or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc(attributes).splitlines():
        if line.startswith(" "):
            found[name] += " " + line.strip()
        else:
            name, _, meaning = line.partition(": ")
            found[name] = meaning
    return found
