"""The laws of the house as functions over a source tree: each lists what breaks it.

Owns the reading of sources; ``test_architecture.py`` holds them against the real tree, where each
list is empty, and against small broken trees, where it is not. A finding is ``file:line what``.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeGuard

ROOMS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "logs"}),
    frozenset({"config"}),
    frozenset({"domain"}),
    frozenset({"storage", "gateways", "documents", "documentation"}),
    frozenset({"operations"}),
    frozenset({"edge"}),
    frozenset({"jobs"}),
    frozenset({"demonstration"}),
    frozenset({"web"}),
    frozenset({"app"}),
    frozenset({"serving", "worker"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
"""From the ground up; a room imports only rooms of lower rows, and none beside it."""

ALONE = frozenset({"verify"})
"""Programs that run without the rest: they import nothing of ours."""

NETWORK = frozenset(
    {"socket", "socketserver", "smtplib", "ftplib", "http.client", "urllib.request", "xmlrpc"}
    | {"requests", "httpx", "aiohttp", "urllib3", "redis", "rq", "boto3", "telnetlib", "imaplib"}
)
NETWORK_ROOMS = frozenset({"gateways", "serving", "worker"})
"""Who may speak to another machine; ``serving`` only looks for a free port and listens."""

SCHEMA = frozenset({"storage/schema.py", "storage/migrations/env.py"})
"""Where the schema itself is brought up to date, before anything is served."""

CLOCKS = frozenset({("datetime", "now"), ("datetime", "utcnow"), ("date", "today")})
CLOCKS |= {("time", "time"), ("datetime", "today")}
PROCESSES = frozenset({"jobs", "serving", "worker"})
"""Who may compare the machine's clock with the age of a file, to see whether a process lives."""

Finding = str


def sources(package: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Parse every module of a package, in order."""
    for path in sorted(package.rglob("*.py")):
        yield path.relative_to(package), ast.parse(path.read_text("utf-8"))


def _place(path: Path, node: ast.AST) -> str:
    return f"{path.as_posix()}:{getattr(node, 'lineno', 0)}"


def room_of(path: Path) -> str:
    """Return the room in which a module stands; the package's own ``__init__`` is in none."""
    first = path.parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported(path: Path, tree: ast.Module, package: str) -> Iterator[tuple[ast.AST, str]]:
    """List what a module imports, also inside functions, by full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                up = (package, *path.with_suffix("").parts)[: -node.level]
                start = ".".join((*up, *filter(None, [node.module])))
            yield from ((node, f"{start}.{alias.name}") for alias in node.names)
        elif _imports_by_name(node) and isinstance(node.args[0], ast.Constant):
            yield node, str(node.args[0].value)


def _imports_by_name(node: ast.AST) -> TypeGuard[ast.Call]:
    if not (isinstance(node, ast.Call) and node.args):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"import_module", "__import__"}


def upward_imports(package: Path) -> list[Finding]:
    """Law: a line imports only rooms below it."""
    rows = {room: row for row, rooms in enumerate(ROOMS) for room in rooms}
    found = []
    for path, tree in sources(package):
        here = room_of(path)
        if here not in {"", *rows, *ALONE}:
            found.append(f"{path.as_posix()}:1 the room {here} has no place in the order")
            continue
        for node, name in imported(path, tree, package.name):
            parts = name.split(".")
            there = parts[1] if parts[0] == package.name and len(parts) > 1 else ""
            if there.startswith("__") or there == here or there not in {*rows, *ALONE}:
                continue
            if here in ALONE or here == "" or rows.get(there, -1) >= rows.get(here, 0):
                found.append(f"{_place(path, node)} {here or 'package'} imports {there}")
    return found


def foreign_imports(package: Path) -> list[Finding]:
    """Law: the rules import the standard library, the errors and themselves; verify less."""
    found = []
    for path, tree in sources(package):
        room = room_of(path)
        if room not in {"domain", *ALONE}:
            continue
        ours = (f"{package.name}.domain", f"{package.name}.errors") if room == "domain" else ()
        for node, name in imported(path, tree, package.name):
            own = any(name == each or name.startswith(each + ".") for each in ours)
            if not own and name.split(".")[0] not in sys.stdlib_module_names:
                found.append(f"{_place(path, node)} imports {name}")
    return found


def open_sockets(package: Path) -> list[Finding]:
    """Law: only the gateways and the server's own start speak to a network."""
    return [
        f"{_place(path, node)} imports {name}"
        for path, tree in sources(package)
        if room_of(path) not in NETWORK_ROOMS
        for node, name in imported(path, tree, package.name)
        if any(name == each or name.startswith(each + ".") for each in NETWORK)
    ]


def commits(package: Path) -> list[Finding]:
    """Law: a transaction is committed, or opened to be committed, in ``edge.py`` alone."""
    return [
        f"{_place(path, node)} {what}"
        for path, tree in sources(package)
        if path.as_posix() not in {"edge.py", *SCHEMA}
        for node in ast.walk(tree)
        for what in _committing(node)
    ]


def _committing(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and node.value == "AUTOCOMMIT":
        yield "AUTOCOMMIT"
    if not isinstance(node, ast.Call):
        return
    called = _last_name(node.func)
    if called == "commit":
        yield ".commit()"
    if called == "begin" and isinstance(node.func, ast.Attribute):
        yield from [".begin()"] * (_last_name(node.func.value) in _TRANSACTIONAL)
    if called in _SPEAKS_SQL and any(_is_commit(argument) for argument in node.args):
        yield "COMMIT"


def _is_commit(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).strip().upper().startswith("COMMIT")


_TRANSACTIONAL = frozenset({"session", "connection", "engine", "db", "scoped_session", "_session"})
_SPEAKS_SQL = frozenset({"text", "execute", "exec_driver_sql", "executescript"})


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def state_writes(package: Path) -> list[Finding]:
    """Law: a case's state is set in ``operations/transition.py``, and born in intake."""
    return [
        f"{_place(path, node)} {what}"
        for path, tree in sources(package)
        if path.as_posix() != "operations/transition.py"
        for node in ast.walk(tree)
        for what in _state_setting(node)
        if not (what == "Case(state=)" and path.as_posix() == "operations/intake.py")
    ]


def _state_setting(node: ast.AST) -> Iterator[str]:
    for target in _assigned(node):
        if any(isinstance(t, ast.Attribute) and t.attr == "state" for t in ast.walk(target)):
            yield "assigns .state"
    if not isinstance(node, ast.Call):
        return
    called = _last_name(node.func)
    if called in {"values", "Case"} and any(word.arg == "state" for word in node.keywords):
        yield f"{called}(state=)"
    if called in {"setattr", "values"} and any(_names_state(each) for each in node.args):
        yield f"{called} state"


def _assigned(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def _names_state(node: ast.expr) -> bool:
    """Tell whether an argument is the word, or a dictionary with that key."""
    words = [key for key in node.keys if key] if isinstance(node, ast.Dict) else [node]
    return any(
        each.value == "state" if isinstance(each, ast.Constant) else _last_name(each) == "state"
        for each in words
    )


def clock_readings(package: Path) -> list[Finding]:
    """Law: the time is passed in as ``now``; the machine's clock is read in ``app.py`` alone."""
    return [
        f"{_place(path, node)} {node.func.attr}()"
        for path, tree in sources(package)
        if path.as_posix() != "app.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (_last_name(node.func.value), node.func.attr) in CLOCKS
        and not (room_of(path) in PROCESSES and node.func.attr == "time")
    ]


def role_tests(package: Path) -> list[Finding]:
    """Law: roles are compared by the tables of access and workflow, and by the doors."""
    allowed = {"domain/access.py", "domain/workflow.py", "domain/guards.py", "web/guard.py"}
    return [
        f"{_place(path, node)} compares a role"
        for path, tree in sources(package)
        if path.as_posix() not in allowed
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Attribute)
        and _last_name(side.value) == "Role"
        and side.attr.isupper()
    ]


def open_doors(package: Path) -> dict[str, str]:
    """List blueprints without a guard: name to where it is made.

    A guard is a call of ``guarded(blueprint, Permission...)`` in the module itself, so that nothing
    can skip it.
    """
    found = {}
    for path, tree in sources(package):
        if room_of(path) != "web":
            continue
        closed = {
            call.args[0].id
            for call in (s.value for s in tree.body if isinstance(s, ast.Expr))
            if isinstance(call, ast.Call) and _last_name(call.func) == "guarded"
            if len(call.args) > 1 and isinstance(call.args[0], ast.Name)
        }
        for node in ast.walk(tree):
            name = _blueprint_name(getattr(node, "value", None))
            if name and not (node in tree.body and closed & set(map(_last_name, _assigned(node)))):
                found[name] = _place(path, node)
    return found


def _blueprint_name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Call) and _last_name(node.func) == "Blueprint":
        return str(ast.literal_eval(node.args[0]))
    return ""


def any_in_signatures(package: Path) -> list[Finding]:
    """Law: what the rules promise is typed; ``Any`` stands in no public signature of theirs."""
    found = []
    for path, tree in sources(package):
        if room_of(path) != "domain":
            continue
        for node, annotation in _public_annotations(tree.body):
            if any(_last_name(n) == "Any" for n in ast.walk(annotation) if isinstance(n, ast.expr)):
                found.append(f"{_place(path, node)} says Any")
    return found


def _public_annotations(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.AST, ast.expr]]:
    for node in body:
        name = getattr(node, "name", "")
        if name.startswith("_") and not name.startswith("__"):
            continue
        if isinstance(node, ast.ClassDef):
            yield from _public_annotations(node.body)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            a = node.args
            given = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, [a.vararg, a.kwarg])]
            yield from ((node, arg.annotation) for arg in given if arg.annotation)
            if node.returns:
                yield node, node.returns
        elif isinstance(node, ast.AnnAssign) and not _last_name(node.target).startswith("_"):
            yield node, node.annotation


def private_job_arguments(package: Path) -> list[Finding]:
    """Law: a job is given ids and closed words, so that nothing private waits in its row."""
    return [
        f"{_place(path, call)} {what}"
        for path, tree in sources(package)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and _last_name(call.func) == "Effect"
        for what in _private_values(_arguments_of(call), function)
    ]


def _arguments_of(call: ast.Call) -> ast.expr:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "arguments"]
    return (named or call.args[1:2])[0]


def _private_values(given: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    if isinstance(given, ast.Name):
        yield from _private_values_named(given.id, function)
    elif not isinstance(given, ast.Dict):
        yield f"cannot read {ast.unparse(given)}"
    else:
        for key, value in zip(given.keys, given.values, strict=True):
            if key is None:
                yield from _private_values(value, function)
            elif not _is_id(value):
                yield f"{ast.unparse(key)} is {ast.unparse(value)}"


def _private_values_named(name: str, function: ast.FunctionDef) -> Iterator[str]:
    """Look at everything that the function puts under a name."""
    values = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        if name in map(_last_name, _assigned(node))
    ]
    if not values:
        yield f"{name} comes from elsewhere"
    for value in values:
        yield from _private_values(value, function)


_IDS = frozenset({"id", "reference", "sha256", "person", "earlier"})
_IDS |= {"code", "purpose", "template", "deciding_check"}
"""Last names of what is an id of ours, or a word of a closed set."""


def _is_id(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.IfExp):
        return _is_id(node.body) and _is_id(node.orelse)
    if isinstance(node, ast.BoolOp):
        return all(_is_id(value) for value in node.values)
    if isinstance(node, ast.Call):
        return _last_name(node.func) == "str" and all(_is_id(each) for each in node.args)
    name = _last_name(node)
    return name in _IDS or name.endswith("_id")
