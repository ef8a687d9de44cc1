"""The laws of the house as functions over a source tree: each lists what breaks it.

Owns the reading of sources; ``test_architecture.py`` holds them against the real tree, where each
list is empty, and against small broken trees, where it is not. A finding is ``file:line what``.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOMS: tuple[frozenset[str], ...] = (
    frozenset({"errors"}),
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

ID_ENDINGS = ("id", "_id", "reference", "sha256", "code", "purpose", "template", "person", "kind")
"""How the last name of a job's argument ends when it is an id or a closed word."""

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
        elif _is_import_by_name(node) and isinstance(node.args[0], ast.Constant):
            yield node, str(node.args[0].value)


def _is_import_by_name(node: ast.AST) -> bool:
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
    """Law: a transaction is committed or opened to be committed in ``edge.py`` alone."""
    return [
        f"{_place(path, node)} .{node.attr}"
        for path, tree in sources(package)
        if path.as_posix() != "edge.py" and path.parts[0] != "storage"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit" and not _is_field(node)
        or isinstance(node, ast.Attribute) and node.attr == "begin" and _is_session(node.value)
    ] + [
        f"{_place(path, node)} .commit"
        for path, tree in sources(package)
        if path.parts[0] == "storage"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
