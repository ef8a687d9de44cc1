"""The laws of the house, held against the tree as it is, and each shown to catch its breaking."""

import re
import tomllib
from dataclasses import fields, replace
from inspect import signature
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from disclosure.config import Settings, load_settings
from disclosure.domain.access import Permission, Role
from disclosure.domain.catalogue import BUILT_IN
from disclosure.domain.events import Event
from disclosure.domain.grounds.checks import CHECKS
from disclosure.domain.states import FINAL, State
from disclosure.domain.workflow import TRANSITIONS, Action
from disclosure.web import _add_filters
from disclosure.web.guard import OPEN_DOORS, guarded
from tests import laws, template_laws

ROOT = Path(__file__).parents[1]
PACKAGE, TEMPLATES, DOCS = ROOT / "disclosure", ROOT / "templates", ROOT / "docs"

SOURCE_LAWS = {
    law.__name__: law
    for law in (
        laws.upward_imports,
        laws.foreign_imports,
        laws.open_sockets,
        laws.commits,
        laws.state_writes,
        laws.clock_readings,
        laws.role_tests,
        laws.any_in_signatures,
        laws.private_job_arguments,
    )
}

BREAKINGS = {
    "a rule reads the database": ("upward_imports", "domain/a.py", "import disclosure.storage"),
    "a rule reads it late": (
        "upward_imports",
        "domain/a.py",
        "def f():\n    from disclosure.storage import cases",
    ),
    "by its parent's name": ("upward_imports", "domain/a.py", "from disclosure import operations"),
    "by a relative path": ("upward_imports", "storage/a.py", "from ..web import guard"),
    "by a string": (
        "upward_imports",
        "domain/a.py",
        "import_module('disclosure.storage.cases')",
    ),
    "a room reads its neighbour": ("upward_imports", "storage/a.py", "import disclosure.gateways"),
    "an operation reads a page": ("upward_imports", "operations/a.py", "import disclosure.web.x"),
    "an operation reads the edge": ("upward_imports", "operations/a.py", "import disclosure.edge"),
    "a new room without a place": ("upward_imports", "utils.py", "x = 1"),
    "the verifier reads the house": ("upward_imports", "verify.py", "import disclosure.domain"),
    "a rule reads a library": ("foreign_imports", "domain/a.py", "import sqlalchemy.orm"),
    "a rule reads the settings": ("foreign_imports", "domain/a.py", "import disclosure.config"),
    "the verifier reads a library": ("foreign_imports", "verify.py", "import nacl"),
    "an operation calls out": ("open_sockets", "operations/a.py", "from urllib import request"),
    "a document calls out": ("open_sockets", "documents/a.py", "import socket"),
    "an operation commits": ("commits", "operations/a.py", "work.session.commit()"),
    "a page opens a transaction": ("commits", "web/a.py", "with db.session.begin():\n    pass"),
    "storage commits": ("commits", "storage/cases.py", "def f(connection): connection.commit()"),
    "SQL commits": ("commits", "storage/cases.py", "connection.execute(text('commit;'))"),
    "an engine commits by itself": ("commits", "jobs.py", "isolation = 'AUTOCOMMIT'"),
    "a stage sets the state": ("state_writes", "operations/a.py", "case.state = 'closed'"),
    "among others": ("state_writes", "operations/a.py", "case.state, x = 'closed', 1"),
    "by name": ("state_writes", "operations/a.py", "setattr(case, 'state', 'closed')"),
    "in SQL": ("state_writes", "web/a.py", "update(Case).values(state='closed')"),
    "in SQL by a dictionary": ("state_writes", "web/a.py", "update(Case).values({'state': 1})"),
    "a page makes a case": ("state_writes", "web/a.py", "Case(state='received')"),
    "an operation reads the clock": ("clock_readings", "operations/a.py", "datetime.now(UTC)"),
    "a job takes the clock's time": ("clock_readings", "jobs.py", "datetime.now(UTC)"),
    "an operation takes the time": ("clock_readings", "operations/a.py", "time.time()"),
    "a rule reads the day": ("clock_readings", "domain/a.py", "datetime.date.today()"),
    "an operation asks for a role": (
        "role_tests",
        "operations/a.py",
        "if Role.AUDITOR in person.roles: pass",
    ),
    "a rule promises anything": (
        "any_in_signatures",
        "domain/a.py",
        "class Row:\n    def read(self) -> dict[str, Any]: ...",
    ),
    "a rule takes anything": ("any_in_signatures", "domain/a.py", "def f(x: typing.Any): ..."),
    "a job is given a name": (
        "private_job_arguments",
        "operations/a.py",
        "def f(case):\n    Effect('letter', {'to': case.requester_name})",
    ),
    "a job is given a name late": (
        "private_job_arguments",
        "operations/a.py",
        (
            "def f(case):\n    ids = {'case': case.id, 'to': case.email}\n"
            "    Effect('letter', {'template': 'x', **ids})"
        ),
    ),
    "a job is given what it got": (
        "private_job_arguments",
        "operations/a.py",
        "def f(given):\n    Effect('letter', arguments=given)",
    ),
}


def tree(folder: Path, **files: str) -> Path:
    """Make a small package; keyword ``domain__a`` is the file ``domain/a.py``."""
    for name, text in files.items():
        path = folder / "disclosure" / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "disclosure"


@pytest.mark.parametrize("law", SOURCE_LAWS)
def test_the_house_keeps_the_law_of(law):
    assert SOURCE_LAWS[law](PACKAGE) == []


@pytest.mark.parametrize("name", BREAKINGS)
def test_a_law_is_seen_to_be_broken_when(name, tmp_path):
    law, file, text = BREAKINGS[name]
    path = tmp_path / "disclosure" / file
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")

    found = SOURCE_LAWS[law](tmp_path / "disclosure")

    assert len(found) == 1
    assert found[0].startswith(file + ":")


def test_every_law_has_a_breaking():
    assert {law for law, _, _ in BREAKINGS.values()} == set(SOURCE_LAWS)


def test_what_the_laws_allow_is_not_reported(tmp_path):
    package = tree(
        tmp_path,
        edge="from disclosure.operations import desk\nwith session.begin(): session.commit()",
        operations__transition="case.state = after.code",
        operations__intake="case = Case(state='received')\nEffect",
        operations__a="from disclosure import storage\nfrom . import intake\nform.begin()",
        operations__b="def f(case): Effect('x', {'case': case.reference, 'a': case.handler_id})",
        storage__schema="with engine.begin(): pass",
        gateways__a="import smtplib",
        app="datetime.now(UTC)",
        jobs="time.time() - path.stat().st_mtime",
        domain__a="from disclosure.errors import Refused\nimport json\ndef _f(x: Any): ...",
        verify="import json",
    )

    assert [law(package) for law in SOURCE_LAWS.values()] == [[]] * len(SOURCE_LAWS)


def test_every_blueprint_but_the_open_doors_is_guarded():
    found = laws.open_doors(PACKAGE)

    assert set(found) == OPEN_DOORS


def test_the_blueprint_of_the_demonstration_exists_nowhere_else(the_app, tmp_path):
    from tests.app import make_app

    assert "demonstration" in the_app.blueprints
    assert "demonstration" not in make_app(tmp_path).app.blueprints


@pytest.mark.parametrize(
    "text",
    [
        "b = Blueprint('cases', __name__)",
        "b = Blueprint('cases', __name__)\nguarded(b)",
        "b = Blueprint('cases', __name__)\nguarded(other, Permission.SIGN)",
        "b = Blueprint('cases', __name__)\nif strict:\n    guarded(b, Permission.SIGN)",
        "def make():\n    b = Blueprint('cases', __name__)\n    return b",
        "def make():\n    return Blueprint('cases', __name__)",
    ],
)
def test_a_blueprint_without_a_guard_is_seen(text, tmp_path):
    assert set(laws.open_doors(tree(tmp_path, web__cases=text))) == {"cases"}


def test_a_guarded_blueprint_is_no_open_door(tmp_path):
    text = "b = Blueprint('cases', __name__)\nguarded(b, Permission.SIGN)"

    assert laws.open_doors(tree(tmp_path, web__cases=text)) == {}


def unguarded_rules(app: Flask) -> set[str]:
    """List endpoints that answer without a guard and stand in no open door."""
    guarded_names = {
        name
        for name, before in app.before_request_funcs.items()
        if name and any(getattr(each, "guarded_by", ()) for each in before)
    }
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        and rule.endpoint.rpartition(".")[0] not in guarded_names | OPEN_DOORS
    }


def test_every_address_of_the_running_application_is_behind_a_guard(the_app):
    assert unguarded_rules(the_app) == set()


def test_an_address_beside_the_blueprints_is_seen():
    app = Flask("small")
    app.add_url_rule("/secret", "secret", lambda: "")

    assert unguarded_rules(app) == {"secret"}


def test_a_guard_remembers_what_it_asks_for():
    from flask import Blueprint

    blueprint = Blueprint("closed", __name__)
    guarded(blueprint, Permission.SIGN)
    app = Flask("small")
    blueprint.add_url_rule("/", "page", lambda: "")
    app.register_blueprint(blueprint)

    assert unguarded_rules(app) == set()
    assert blueprint.before_request_funcs[None][0].guarded_by == (Permission.SIGN,)


def dead_ends(transitions, final: frozenset[State]) -> set[State]:
    """List states that no action leaves and that end no case."""
    left = {state for row in transitions if row.target for state in row.sources - {row.target}}
    return set(State) - left - final


def test_every_state_has_a_way_out_or_is_final():
    assert dead_ends(TRANSITIONS, FINAL) == set()


def test_a_dead_end_is_seen():
    rows = [row for row in TRANSITIONS if row.action is not Action.RESUME]
    held = [replace(row, sources=row.sources - {State.ON_HOLD}) for row in rows]

    assert dead_ends(held, FINAL) == {State.ON_HOLD}


def unmatched_checks(packs: Path, functions: set[str]) -> set[str]:
    """List checks that only a pack has, that only the code has, or that no ground asks."""
    rows, asked = set(), set()
    for path in sorted(packs.glob("*.toml")):
        pack = tomllib.loads(path.read_text("utf-8"))
        rows |= {row["id"] for row in pack.get("check", [])}
        asked |= {name for ground in pack.get("ground", []) for name in ground["checks"]}
        asked |= set(pack.get("order", {}).get("checks", ()))
    return (rows ^ functions) | (rows ^ (asked - {"<ground checks>"}))


def test_every_check_of_the_packs_is_a_function_and_the_reverse():
    assert unmatched_checks(BUILT_IN, set(CHECKS)) == set()


@pytest.mark.parametrize(
    ("pack", "functions"),
    [
        ("[[check]]\nid = 'Z1'\n[order]\nchecks = ['Z1']", set()),
        ("", {"Z1"}),
        ("[[check]]\nid = 'Z1'", {"Z1"}),
        ("[[ground]]\nid = 'G'\nchecks = ['Z1']", set()),
    ],
)
def test_a_check_without_its_counterpart_is_seen(pack, functions, tmp_path):
    (tmp_path / "a.toml").write_text(pack, "utf-8")

    assert unmatched_checks(tmp_path, functions) == {"Z1"}


def unnamed(docs: Path, names, form: str = r"`{}`") -> set[str]:
    """List names that no page of a folder mentions in the given form."""
    text = "\n".join(path.read_text("utf-8") for path in sorted(docs.glob("*.md")))
    return {name for name in names if not re.search(form.format(re.escape(name)), text)}


NAMES = {
    "settings": [field.name for field in fields(Settings)],
    "states": [state.code for state in State],
    "actions": [action.code for action in Action],
    "guards": sorted({guard.__name__ for row in TRANSITIONS for guard in row.guards}),
    "events": [event.value for event in Event],
    "checks": sorted(CHECKS),
    "roles": [role.label for role in Role],
}
FORMS = {"checks": r"### {}\b", "roles": r"\| {} \|"}


@pytest.mark.parametrize("kind", NAMES)
def test_the_docs_name_all(kind):
    assert unnamed(DOCS, NAMES[kind], FORMS.get(kind, "`{}`")) == set()


def test_the_docs_name_every_ground():
    grounds = re.findall(
        r'^id = "(G\w+)"', (BUILT_IN / "grounds.toml").read_text("utf-8"), re.MULTILINE
    )

    assert len(grounds) >= 3
    assert unnamed(DOCS, grounds, r"### {}\b") == set()


def undocumented(page: str, group) -> set[str]:
    """List commands and options that their row of the page of commands does not name."""
    rows = {line.split("`")[1].split()[0]: line for line in page.splitlines() if line[:3] == "| `"}
    return {
        f"{name} {option}"
        for name, command in group.commands.items()
        for option in ("", *(word for each in command.params for word in each.opts))
        if option == "" or option.startswith("--")
        if option != "--instance" and (name not in rows or option not in rows[name])
    } | set(rows) - set(group.commands)


def test_the_docs_name_every_command_with_its_options_and_no_other():
    from disclosure.cli import commands

    assert undocumented((DOCS / "commands.md").read_text("utf-8"), commands) == set()


@pytest.mark.parametrize(
    ("page", "missing"),
    [
        ("| `open` | |", {"open --wide"}),
        ("| `shut` | |\n| `open --wide` | |", {"shut"}),
        ("", {"open ", "open --wide"}),
    ],
)
def test_a_command_or_option_that_the_docs_leave_out_is_seen(page, missing):
    import click

    command = click.Command("open", params=[click.Option(["--wide"])])

    assert undocumented(page, click.Group(commands={"open": command})) == missing


def test_a_name_that_no_page_mentions_is_seen(tmp_path):
    (tmp_path / "a.md").write_text("`known`", "utf-8")

    assert unnamed(tmp_path, ["known", "unknown"]) == {"unknown"}


def environment(folder: Path):
    """Return the application's template engine over a folder, with no undefined names."""
    app = Flask("templates", template_folder=str(folder))
    _add_filters(app, load_settings(ROOT / "no-such-instance", {}))
    return app.jinja_env.overlay(undefined=StrictUndefined)


PLATFORMS_PAGE = "demonstration/marketplace.html"
"""Stands for the platform's own page, whose proof is its signed hand-over and no token of ours."""

TEMPLATE_LAWS = {
    "compile": lambda folder: template_laws.broken_templates(folder, environment(folder)),
    "escape": lambda folder: template_laws.unescaped(folder, environment(folder)),
    "hold no inline code": template_laws.inline_code,
    "carry the token": lambda folder: [
        found
        for found in template_laws.forms_without_token(folder)
        if not found.startswith(PLATFORMS_PAGE + ":")
    ],
}


@pytest.mark.parametrize("law", TEMPLATE_LAWS)
def test_all_templates(law):
    assert TEMPLATE_LAWS[law](TEMPLATES) == []


@pytest.mark.parametrize(
    ("law", "text"),
    [
        ("compile", "{% if x %}"),
        ("compile", "{{ x|nosuchfilter }}"),
        ("compile", "{% if x %}{{ x|nosuchfilter }}{% endif %}"),
        ("compile", "{% if x is nosuchtest %}{% endif %}"),
        ("compile", "{% extends 'gone.html' %}"),
        ("compile", "{% from 'macros.html' import gone %}"),
        ("compile", "{% import 'macros.html' as m %}{{ m.gone() }}"),
        ("escape", "{{ x|safe }}"),
        ("escape", "{{ Markup(x) }}"),
        ("escape", "{% autoescape false %}{{ x }}{% endautoescape %}"),
        ("hold no inline code", "<p style='color: red'>"),
        ("hold no inline code", "<style>p {}</style>"),
        ("hold no inline code", "<a onclick=go()>"),
        ("hold no inline code", "<script>go()</script>"),
        ("hold no inline code", "<a href='javascript:go()'>"),
        ("carry the token", "<form method='post'><input></form>".replace("'", '"')),
    ],
)
def test_a_template_that_breaks_a_law_is_seen(law, text, tmp_path):
    (tmp_path / "macros.html").write_text("{% macro here() %}{% endmacro %}", "utf-8")
    (tmp_path / "page.html").write_text(text, "utf-8")

    found = TEMPLATE_LAWS[law](tmp_path)

    assert found
    assert all(each.startswith("page.html") for each in found)


def test_a_good_template_breaks_no_law(tmp_path):
    (tmp_path / "macros.html").write_text("{% macro csrf() %}{% endmacro %}", "utf-8")
    (tmp_path / "page.html").write_text(
        "{% import 'macros.html' as m %}<script src='a.js'></script>{{ x|localtime }}"
        '<form method="post">{{ m.csrf() }}</form>',
        "utf-8",
    )

    assert [law(tmp_path) for law in TEMPLATE_LAWS.values()] == [[], [], [], []]


def dead_links(folder: Path, app: Flask) -> list[str]:
    """List addresses that templates ask for and that the application does not have."""
    static = Path(app.static_folder or "")
    return [
        f"{name}: {endpoint} {file}"
        for name, endpoint, file in template_laws.addressed(folder, app.jinja_env)
        if endpoint not in app.view_functions or (file and not (static / file).is_file())
    ]


def test_every_address_that_a_template_names_exists(the_app):
    assert dead_links(TEMPLATES, the_app) == []


def test_the_hand_over_of_the_platform_is_the_one_form_without_a_token_of_ours(the_app):
    assert the_app.extensions["csrf"]._exempt_views == {"disclosure.web.portal_identity.enter"}
    assert not the_app.extensions["csrf"]._exempt_blueprints


def test_a_dead_link_is_seen(tmp_path):
    (tmp_path / "a.html").write_text("{{ url_for('cases.gone') }}", "utf-8")

    assert dead_links(tmp_path, Flask("small")) == ["a.html: cases.gone "]


def test_jobs_take_ids_only():
    from disclosure import jobs

    texts = {"id": str, "kind": str, "attempt": int, "arguments": dict[str, str]}

    assert {name: f.type for name, f in jobs.Job.__dataclass_fields__.items()} == texts
    assert [p.annotation for p in signature(jobs.run).parameters.values()] == [str]
    for handler in jobs.HANDLERS.values():
        assert [p.annotation for p in signature(handler).parameters.values()] == [jobs.Job]


def test_every_effect_that_an_operation_asks_for_has_a_handler():
    from disclosure import jobs

    asked = set()
    for path in sorted((PACKAGE / "operations").glob("*.py")):
        asked |= set(re.findall(r'Effect\(\s*"(\w+)"', path.read_text("utf-8")))

    assert asked == set(jobs.HANDLERS)


@pytest.fixture(scope="module")
def the_app(tmp_path_factory):
    from tests.app import make_app

    return make_app(tmp_path_factory.mktemp("app"), demo=True).app


def test_every_event_of_the_ledger_is_written_somewhere():
    code = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    unused = [event.name for event in Event if f"Event.{event.name}" not in code]

    assert unused == []
