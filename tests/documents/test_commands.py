"""What the two commands return."""

import json

import pytest
from click.testing import CliRunner

from disclosure.cli import commands
from disclosure.documents.commands import gate_file, redact_file
from disclosure.documents.limits import REFUSALS
from disclosure.errors import BadInput, DocumentRefused
from tests.documents.corpus import HIDINGS, SECRET
from tests.documents.corpus_structure import BESIDE
from tests.documents.hostile import HOSTILE, PASSWORD


@pytest.fixture
def case(tmp_path):
    plan = tmp_path / "plan.json"
    terms = [{"text": SECRET, "reason": "x"}, {"text": "Nobody Atall", "reason": "x"}]
    plan.write_text(json.dumps({"terms": terms}))
    return HIDINGS["plain"].write(tmp_path), tmp_path / "out.pdf", plan


def test_redact_writes_file_and_report_and_names_what_it_did_not_find(case, tmp_path):
    source, target, plan = case
    said, report = [], tmp_path / "report.json"

    code = redact_file(source, target, plan=plan, report=report, say=said.append)

    written = report.read_text()
    assert code == 0
    assert json.loads(written)["verdict"]["outcome"] == "passed"
    assert "Zhangson" not in written + "".join(said)
    assert any("terms[1]" in line for line in said)
    assert gate_file(target, plan=plan, original=source, say=said.append) == 0


def test_gate_returns_one_and_says_where(case):
    source, _, plan = case
    said = []

    assert gate_file(source, plan=plan, original=None, say=said.append) == 1
    assert said[0].startswith("leak: text: page 1")


def test_gate_returns_three_when_a_program_is_missing(case, tmp_path, monkeypatch):
    source, _, plan = case
    plan.write_text('{"terms": [{"text": "Nobody Atall", "reason": "x"}]}')
    monkeypatch.setenv("PATH", str(tmp_path))

    assert gate_file(source, plan=plan, original=None, say=[].append) == 3


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff", b"{", b'{"terms": 5}'])
def test_a_bad_or_missing_plan_is_bad_usage(content, case):
    source, target, plan = case
    plan.unlink()
    if content is not None:
        plan.write_bytes(content)

    with pytest.raises(BadInput) as bad:
        redact_file(source, target, plan=plan, report=None, say=[].append)

    assert bad.value.exit_code == 2
    assert not target.exists()


def test_a_refused_document_carries_exit_code_three(case):
    source, target, plan = case
    source.write_bytes(b"")

    with pytest.raises(DocumentRefused) as refusal:
        redact_file(source, target, plan=plan, report=None, say=[].append)

    assert refusal.value.exit_code == 3


def region(**changes):
    return {"regions": [{"page": 1, "box": [0, 0, 9, 9], "reason": "x"} | changes]}


def typed(*words):
    """Type a command; return exit code, what it printed and what it complained."""
    done = CliRunner().invoke(commands, list(map(str, words)))
    assert "Traceback" not in done.output
    return done.exit_code, done.stdout, done.stderr


BAD_PLANS = {
    "a page that is not there": (region(page=2), "regions[0].page"),
    "page 0": (region(page=0), "regions[0].page"),
    "half a page": (region(page=1.5), "regions[0].page"),
    "a box without height": (region(box=[0, 5, 9, 5]), "regions[0].box"),
    "a box of three numbers": (region(box=[0, 0, 9]), "regions[0].box"),
    "a box of words": (region(box=[0, 0, 9, "9"]), "regions[0].box"),
    "a box beside the page": (region(box=[900, 0, 990, 9]), "regions[0].box"),
    "a box below the page": (region(box=[0, -90, 90, -9]), "regions[0].box"),
    "no reason": (region(reason=" "), "regions[0].reason"),
    "a number that is none": ('{"regions": [{"page": 1, "box": [NaN, 0, 9, 9]}]}', "plan"),
    "a number without end": (region(box=[0, 0, 9, 10**400]), "regions[0].box"),
    "an empty term": ({"terms": [{"text": "", "reason": "x"}]}, "terms[0].text"),
    "a term of hyphens": ({"terms": [{"text": " - ", "reason": "x"}]}, "terms[0].text"),
    "half a character": ({"terms": [{"text": "a\ud800", "reason": "x"}]}, "terms[0].text"),
    "terms told twice": ('{"terms": [], "terms": []}', "plan"),
    "an unknown member": ({"words": []}, "plan"),
    "a list": ([], "plan"),
}


@pytest.mark.parametrize("name", BAD_PLANS)
def test_a_plan_that_does_not_fit_ends_with_two_and_one_line_and_no_file(name, case):
    source, target, plan = case
    content, where = BAD_PLANS[name]
    plan.write_text(content if isinstance(content, str) else json.dumps(content))
    before = sorted(source.parent.iterdir())

    code, said, complaint = typed("redact", source, target, "--plan", plan)

    assert (code, said) == (2, "")
    assert complaint.startswith(f"error: {where}: ")
    assert complaint.count("\n") == 1
    assert sorted(source.parent.iterdir()) == before


def test_a_page_that_is_not_there_is_bad_usage_of_the_gate_too(case):
    source, _, plan = case
    plan.write_text(json.dumps(region(page=2)))

    code, said, complaint = typed("gate", source, "--plan", plan)

    assert (code, said) == (2, "")
    assert complaint == "error: regions[0].page: the file has only 1 pages\n"


@pytest.mark.parametrize("which", ["missing", "folder", "no folder", "below a file", "source"])
def test_a_target_that_cannot_be_written_ends_with_two(which, case, tmp_path):
    source, target, plan = case
    places = {
        "folder": tmp_path, "no folder": tmp_path / "no" / "x.pdf",
        "below a file": source / "x.pdf", "source": source,
    }  # fmt: skip
    original = source.read_bytes()
    if which == "missing":
        source = tmp_path / "nowhere.pdf"

    code, said, complaint = typed("redact", source, places.get(which, target), "--plan", plan)

    assert (code, said, complaint.count("\n")) == (2, "", 1)
    assert not target.exists()
    assert (tmp_path / "original.pdf").read_bytes() == original


@pytest.mark.parametrize("which", ["folder", "no folder", "source", "target", "plan"])
def test_a_report_that_cannot_be_written_leaves_no_target(which, case, tmp_path):
    source, target, plan = case
    places = {
        "folder": tmp_path, "no folder": tmp_path / "no" / "x.json",
        "source": source, "target": target, "plan": plan,
    }  # fmt: skip
    before = {path: path.read_bytes() for path in (source, plan)}

    code, said, complaint = typed(
        "redact", source, target, "--plan", plan, "--report", places[which]
    )

    assert (code, said, complaint.count("\n")) == (2, "", 1)
    assert not target.exists()
    assert {path: path.read_bytes() for path in before} == before


REFUSED = {
    "empty": "empty", "markup named pdf": "kind-mismatch", "cut off": "damaged",
    "locked": "encrypted", "hundred thousand pages": "too-many-pages",
    "huge page": "page-too-large",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_document_ends_with_three_and_one_line_and_no_file(name, case):
    source, target, plan = case
    HOSTILE[name].make(source)

    code, said, complaint = typed("redact", source, target, "--plan", plan)

    assert (code, said) == (3, "")
    assert complaint == f"error: {REFUSALS[REFUSED[name]]}\n"
    assert not target.exists()


@pytest.mark.parametrize(("password", "code"), [("", 3), (None, 3), ("wrong", 3), (PASSWORD, 0)])
def test_an_encrypted_document_opens_with_its_password_only(password, code, case):
    source, target, plan = case
    HOSTILE["locked"].make(source)
    plan.write_text(json.dumps({"password": password}))

    assert typed("redact", source, target, "--plan", plan)[0] == code
    assert target.exists() == (code == 0)


def test_an_empty_password_is_no_obstacle(case):
    source, target, plan = case
    BESIDE["open_to_all"].make(source)

    assert typed("redact", source, target, "--plan", plan)[0] == 0
