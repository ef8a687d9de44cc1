"""The laws of templates as functions over a folder: each lists what breaks it.

Owns the reading of templates by Jinja's own parser, so that also the branches that no test renders
are seen. ``test_architecture.py`` holds them against ``templates/``.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateError, nodes

Finding = str

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_FORBIDDEN = {
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\ssrc=)|javascript:", re.IGNORECASE),
}
_POST_FORM = re.compile(r"<form\b[^>]*\bmethod=\"?post\b.*?</form>", re.DOTALL | re.IGNORECASE)


def _templates(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".html", ".txt"}:
            yield path.relative_to(folder).as_posix(), path.read_text("utf-8")


def broken_templates(folder: Path, environment: Environment) -> list[Finding]:
    """Law: every template compiles, and knows every filter, test, template and macro it names."""
    found, trees = [], {}
    for name, source in _templates(folder):
        try:
            environment.compile(source, name)
            trees[name] = environment.parse(source, name)
        except TemplateError as error:
            found.append(f"{name}: {type(error).__name__}: {error}")
    exported = {name: _exports(tree) for name, tree in trees.items()}
    for name, tree in trees.items():
        found += [f"{name}:{line} {what}" for line, what in _unknown(tree, environment, exported)]
    return found


def _exports(tree: nodes.Template) -> set[str]:
    names = {each.name for each in tree.body if isinstance(each, nodes.Macro)}
    for each in tree.find_all(nodes.Assign):
        names |= {target.name for target in each.find_all(nodes.Name) if target.ctx == "store"}
    return names


def _unknown(
    tree: nodes.Template, environment: Environment, exported: dict[str, set[str]]
) -> Iterator[tuple[int, str]]:
    for each in tree.find_all(nodes.Filter):
        if each.name not in environment.filters:
            yield each.lineno, f"no filter {each.name}"
    for test in tree.find_all(nodes.Test):
        if test.name not in environment.tests:
            yield test.lineno, f"no test {test.name}"
    yield from _unknown_templates(tree, exported)
    yield from _unknown_macros(tree, exported)


def _unknown_templates(
    tree: nodes.Template, exported: dict[str, set[str]]
) -> Iterator[tuple[int, str]]:
    for kind in (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport):
        for each in tree.find_all(kind):
            if (name := _constant(each)) and name not in exported:
                yield each.lineno, f"no template {name}"


def _unknown_macros(
    tree: nodes.Template, exported: dict[str, set[str]]
) -> Iterator[tuple[int, str]]:
    aliases = {
        each.target: exported[_constant(each)]
        for each in tree.find_all(nodes.Import)
        if _constant(each) in exported
    }
    for use in tree.find_all(nodes.Getattr):
        owner = use.node.name if isinstance(use.node, nodes.Name) else ""
        if owner in aliases and use.attr not in aliases[owner]:
            yield use.lineno, f"no macro {owner}.{use.attr}"
    for chosen in tree.find_all(nodes.FromImport):
        wanted = {name if isinstance(name, str) else name[0] for name in chosen.names}
        for name in sorted(wanted - exported.get(_constant(chosen), wanted)):
            yield chosen.lineno, f"no macro {name}"


def _constant(node: nodes.Stmt) -> str:
    """Return the template that a statement names, when it names one outright."""
    named = getattr(node, "template", None)
    return str(named.value) if isinstance(named, nodes.Const) else ""


def unescaped(folder: Path, environment: Environment) -> list[Finding]:
    """Law: nothing steps around escaping."""
    found = []
    for name, source in _templates(folder):
        tree = environment.parse(source, name)
        found += [
            f"{name}:{f.lineno} |safe" for f in tree.find_all(nodes.Filter) if f.name == "safe"
        ]
        found += [
            f"{name}:{call.lineno} Markup"
            for call in tree.find_all(nodes.Call)
            if isinstance(call.node, nodes.Name) and call.node.name == "Markup"
        ]
        found += [
            f"{name}:{at.lineno} autoescape"
            for at in tree.find_all(nodes.ScopedEvalContextModifier)
        ]
    return found


def inline_code(folder: Path) -> list[Finding]:
    """Law: styles, scripts and handlers stand in ``static/``, as the strict policy asks."""
    return [
        f"{name}: {what}"
        for name, source in _templates(folder)
        for what, pattern in _FORBIDDEN.items()
        if pattern.search(_JINJA.sub("", source))
    ]


def forms_without_token(folder: Path) -> list[Finding]:
    """Law: every form that changes something carries the token against forged requests."""
    return [
        f"{name}:{source.count(chr(10), 0, form.start()) + 1} no token"
        for name, source in _templates(folder)
        for form in _POST_FORM.finditer(source)
        if "csrf" not in form.group()
    ]


def addressed(folder: Path, environment: Environment) -> Iterator[tuple[str, str, str]]:
    """List what ``url_for`` is asked for: template, endpoint, and the file of a static one."""
    for name, source in _templates(folder):
        for call in environment.parse(source, name).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "url_for":
                target = call.args[0]
                files = [k.value for k in call.kwargs if k.key == "filename"]
                file = files[0].value if files and isinstance(files[0], nodes.Const) else ""
                if isinstance(target, nodes.Const):
                    yield name, target.value, file
