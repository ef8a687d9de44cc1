"""The commands of the rules: replay, simulate and propose, with their exit codes."""

import csv
import io
import shutil

import pytest
from sqlalchemy import update

from disclosure.domain.catalogue import BUILT_IN
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.operations import rules
from disclosure.operations.desk import SYSTEM
from disclosure.storage.cases import Evaluation
from tests import cases
from tests.operations.test_replaying import NO_PHONE
from tests.test_cli import run

FIRST, SECOND = "DR-2026-0001", "DR-2026-0002"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Two counterparties' cases, one of them about a telephone number."""
    made = cases.empty_office(tmp_path_factory.mktemp("rules"))
    cases.to_state(made, cases.counterparty_case(made), State.COLLECTING)
    cases.to_state(made, cases.counterparty_case(made, fields=("reg.email",)), State.ASSESSING)
    return made


@pytest.fixture
def pack(tmp_path):
    """A folder with one changed rule."""
    folder = tmp_path / "candidate"
    folder.mkdir()
    (folder / "change.toml").write_text(NO_PHONE)
    return folder


@pytest.fixture
def whole(tmp_path):
    """A copy of the whole built-in pack."""
    folder = tmp_path / "whole"
    folder.mkdir()
    for file in BUILT_IN.glob("*.toml"):
        shutil.copy(file, folder)
    return folder


def test_replay_agrees_with_what_is_stored(office):
    said = run("replay", FIRST, instance=office.settings.instance).stdout

    assert f"{FIRST} evaluation 1 (rules 2026.11): agrees, " in said
    assert said.splitlines()[-1].endswith("evaluations decided again, 0 differ")
    every = run("replay", "--all", instance=office.settings.instance).stdout
    assert every.splitlines()[-1].endswith(", 0 differ")


def test_replay_says_what_differs(tmp_path):
    made = cases.empty_office(tmp_path)
    reference = cases.counterparty_case(made)
    with made.app.app_context(), made.unit() as work:
        row = cases.find(work, reference)
        query = update(Evaluation).where(Evaluation.case_id == row.id)
        work.session.execute(query.values(catalogue_hash="0" * 64))
    one = run("replay", reference, instance=made.settings.instance, expect=1).stdout
    every = run("replay", "--all", instance=made.settings.instance, expect=1).stdout

    for said in (one, every):
        assert f"{reference} evaluation 1" in said
        assert "DIFFERS: cannot be decided again" in said


@pytest.mark.parametrize("words", [["DR-1999-0001"], [], ["DR-1999-0001", "--all"]])
def test_replay_of_nothing_that_there_is(office, words):
    run("replay", *words, instance=office.settings.instance, expect=2)


def test_simulate_lists_exactly_the_cases_that_one_changed_rule_changes(office, pack):
    done = run("simulate", pack, instance=office.settings.instance)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))

    assert [row["reference"] for row in rows] == [FIRST]
    assert rows[0]["fields_lost"] == "reg.phone"
    assert (rows[0]["outcome_before"], rows[0]["outcome_after"]) == ("release", "release_partial")
    assert "1 of 2 cases" in done.stderr


def test_simulate_takes_a_whole_pack_and_writes_to_a_file(office, whole, tmp_path):
    target = tmp_path / "list.csv"
    same = run("simulate", whole, "--csv", target, instance=office.settings.instance)
    assert same.stdout == ""
    assert target.read_text().splitlines()[1:] == []
    path = whole / "grounds.toml"
    text = path.read_text()
    head, ground, tail = text.partition('id = "G3F"')
    path.write_text(head + ground + tail.replace("never = [", 'never = [\n  "reg.phone",', 1))
    run("simulate", whole, "--csv", target, instance=office.settings.instance)

    assert [line.split(",")[0] for line in target.read_text().splitlines()] == ["reference", FIRST]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"F04_purpose"', '"F99_purpose"', "whole/grounds.toml, line "),
        ("[[ground]]", "[[ground]", "whole/grounds.toml, line 5: this is not TOML"),
    ],
)
def test_a_pack_that_does_not_fit_is_named_with_file_and_line(office, whole, old, new, said):
    path = whole / "grounds.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    done = run("simulate", whole, instance=office.settings.instance, expect=2)

    assert said in done.stderr
    assert done.stdout == ""


def test_a_folder_that_is_none_is_bad_input(office, tmp_path):
    done = run("simulate", tmp_path / "none", instance=office.settings.instance, expect=2)

    assert "no rule pack" in done.stderr


def test_a_pack_is_proposed_from_a_folder_in_a_persons_name(tmp_path, pack):
    made = cases.empty_office(tmp_path)
    given = ("propose-pack", pack, "--reason", "The law changed.")
    said = run(*given, "--as", "admin", instance=made.settings.instance).stdout
    with made.app.app_context(), look(SYSTEM) as work:
        (proposed,) = rules.proposals(work)
        assert proposed.proposal.proposed_by == made.people["admin"]
        assert proposed.decision is None
        assert f"/rules/proposals/{proposed.proposal.id}" in said
    run(*given, "--as", "handler", instance=made.settings.instance, expect=3)
    run(*given, "--as", "nobody", instance=made.settings.instance, expect=2)
    run("propose-pack", pack, "--as", "admin", instance=made.settings.instance, expect=2)
