"""Every dependency is pinned, explained and free enough to ship."""

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"(?P<name>[\w.-]+)(\[[\w,-]+\])?==(?P<version>[\w.]+)(\s+;[^\\]+)?")
STRONG_COPYLEFT = re.compile(r"\bA?GPL|Affero|GNU General", re.IGNORECASE)
LOCKS = {"requirements-setup": "setup", "requirements": "runtime", "requirements-dev": "dev"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct(stem: str) -> set[str]:
    lines = (ROOT / f"{stem}.in").read_text("utf-8").splitlines()
    names = (re.match(r"[\w.-]+", line) for line in lines if not line.startswith(("#", "-r")))
    return {canonical(name[0]) for name in names if name}


def locked(stem: str) -> dict[str, str]:
    """Return the entries of a lock file by name, each as one line."""
    text = (ROOT / f"{stem}.txt").read_text("utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {canonical(re.match(r"[\w.-]+", entry)[0]): entry for entry in entries}


def documented() -> set[str]:
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \|(.+)\|$", text, re.MULTILINE)
    return {canonical(name) for name, rest in rows if all(cell.strip() for cell in rest.split("|"))}


def system_packages() -> set[str]:
    script = (ROOT / "deploy" / "prepare.sh").read_text("utf-8")
    needs = re.findall(r'^  "\w+:[^:"]+:([\w.-]+)"$', script, re.MULTILINE)
    asked_for = re.findall(r"packages\+=\(([^)]+)\)", script)
    return {canonical(name) for name in [*needs, *" ".join(asked_for).split()]}


def licences(name: str) -> list[str]:
    """Return the licences among which a user of an installed package may choose."""
    found = metadata.metadata(name)
    if expression := found.get("License-Expression"):
        return expression.split(" OR ")
    classifiers = [text for text in found.get_all("Classifier", []) if text.startswith("License")]
    return classifiers or [found.get("License") or ""]


def may_be_shipped(choices: list[str]) -> bool:
    return any(choice and not STRONG_COPYLEFT.search(choice) for choice in choices)


def test_every_dependency_is_explained_and_every_explanation_is_needed():
    needed = system_packages().union(*map(direct, LOCKS))

    assert {"weasyprint", "pytest", "uv", "fonts-noto-cjk", "python3-venv"} <= needed
    assert documented() == needed


@pytest.mark.parametrize("stem", LOCKS)
def test_every_requirement_has_an_exact_version_and_a_hash(stem):
    entries = locked(stem)

    assert entries
    loose = [
        name
        for name, entry in entries.items()
        if not (PIN.match(entry) and re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry))
    ]
    assert loose == []


@pytest.mark.parametrize("stem", LOCKS)
def test_every_direct_requirement_is_locked(stem):
    assert direct(stem) - set(locked(stem)) == set()


def test_the_tests_run_on_the_versions_that_are_shipped():
    tested = locked("requirements-dev")

    drifted = [
        name
        for name, entry in locked("requirements").items()
        if PIN.match(entry)["version"] != PIN.match(tested[name])["version"]
    ]
    assert drifted == []


@pytest.mark.parametrize("stem", LOCKS)
def test_a_lock_file_names_no_package_index(stem):
    text = (ROOT / f"{stem}.txt").read_text("utf-8")

    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)


def test_what_is_installed_is_what_is_locked():
    wrong = {
        name: metadata.version(name)
        for name, entry in locked("requirements").items()
        if metadata.version(name) != PIN.match(entry)["version"]
    }
    assert wrong == {}


@pytest.mark.parametrize("name", sorted(locked("requirements")))
def test_no_package_that_is_shipped_is_under_the_gpl_or_agpl_alone(name):
    choices = licences(name)

    assert may_be_shipped(choices), choices


@pytest.mark.parametrize(
    ("choices", "answer"),
    [
        (["LGPL-3.0-only"], True),
        (["GPL-2.0-only", "MIT"], True),
        (["License :: OSI Approved :: GNU Lesser General Public License v2 (LGPLv2)"], True),
        (["AGPL-3.0-or-later"], False),
        (["MIT AND GPL-3.0-only"], False),
        (["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"], False),
        (["License :: OSI Approved :: GNU Affero General Public License v3"], False),
        ([""], False),
    ],
)
def test_the_licence_rule_tells_the_gpl_from_the_lesser_gpl(choices, answer):
    assert may_be_shipped(choices) is answer
