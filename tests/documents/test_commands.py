"""What the two commands return."""

import json

import pytest

from disclosure.documents.commands import gate_file, redact_file
from disclosure.errors import BadInput, DocumentRefused
from tests.documents.corpus import HIDINGS, SECRET


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
