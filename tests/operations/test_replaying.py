"""Deciding again: with the rules of the day, and with rules that may come."""

import csv
import io

import pytest
from sqlalchemy import select, update

from disclosure.domain.pack_files import layer_of
from disclosure.domain.states import State
from disclosure.errors import NotReady
from disclosure.operations import deciding, replaying, rules
from disclosure.operations.assessing import assess, overrule
from disclosure.storage.cases import Case, Evaluation, Overruling
from tests import cases

LONGER_OBJECTION = """
[[notice]]
ground = "G3F"
rule = "prior"
objection_days = 10
source = "house"
"""
NO_PHONE = """
[[ground]]
id = "G3F"
clause = "3(f)"
valid_from = 2026-01-01
title = "T"
title_zh = "T"
who_may_invoke = ["transaction_party"]
evidence = ["transaction_ref"]
facts = [
  "order", "on_platform", "is_party", "performed", "relay_tried", "in_time", "purpose", "trader",
  "export_route",
]
checks = [
  "F01_transaction_on_platform", "F02_requester_is_party", "F03_performed_or_part", "F04_purpose",
  "F06_relay_tried", "F07_in_time",
]
key_check = "F03_performed_or_part"
never = ["cred.*", "exc.*", "cnt.*", "log.*", "reg.phone"]
approvals = "STD"
law = ["PIPL-13"]
refusals = ["not_on_platform"]
[ground.fields]
source = "own"
default = ["reg.display_name", "reg.phone", "reg.email"]
"""


def replayed(office, reference=None):
    """Return what replaying one case, or all, gives."""
    with office.app.app_context(), office.unit() as work:
        case = cases.find(work, reference) if reference else None
        return list(replaying.replay(work, case))


def simulated(office, text):
    """Return what changes to the rules in force would do."""
    candidate = layer_of("change", [("change.toml", text.encode())])
    with office.app.app_context(), office.unit() as work:
        return replaying.simulate(work, rules.read_candidate(work, candidate))


@pytest.fixture
def office(tmp_path):
    """Return an installation whose rows these tests may spoil."""
    return cases.empty_office(tmp_path)


@pytest.fixture
def filled(office):
    """Return an office with one case of each route, at several stages."""
    cases.to_state(office, cases.police_case(office), State.REDACTING)
    cases.to_state(office, cases.respondent_case(office), State.ASSESSING)
    cases.to_state(office, cases.counterparty_case(office), State.COLLECTING)
    return office


# --- Replay -------------------------------------------------------------------------------------


def test_every_stored_evaluation_comes_out_as_it_is_stored(filled):
    found = replayed(filled)

    assert len(found) > 5
    assert [each.differences for each in found if not each.agrees] == []
    assert {each.reference[:8] for each in found} == {"DR-2026-"}


def test_an_overruled_check_is_overruled_again_and_only_from_then_on(office):
    reference = cases.police_case(office, fields=("reg.real_name",), period=None)
    cases.do(office, "handler", reference, cases.verifying.start_verifying)
    cases.verify(office, reference)
    cases.do(office, "handler", reference, cases.verifying.confirm_requester)
    given = {"key": "instrument.issuer_level", "answer": "unclear", "reason": "A county's."}
    cases.do(office, "legal", reference, cases.verifying.record_finding, **given)
    cases.do(office, "legal", reference, overrule, reason="Seen by counsel: high enough for it.")
    found = replayed(office, reference)

    assert all(each.agrees for each in found), [each.differences for each in found]
    assert found[-2].deciding_check == "I04_issuer_competent"
    assert found[-1].deciding_check != "I04_issuer_competent"
    with cases.at_work(office, reference) as (work, _):
        rows = work.session.scalars(select(Evaluation).order_by(Evaluation.number)).all()
        assert rows[-1].overruled == ["I04_issuer_competent"]
        assert rows[-2].overruled == []


def test_a_row_older_than_the_column_takes_what_was_overruled_by_then(office):
    reference = cases.to_state(office, cases.police_case(office), State.ASSESSING)
    given = {"key": "instrument.issuer_level", "answer": "unclear", "reason": "A county's."}
    cases.do(office, "legal", reference, cases.verifying.record_finding, **given)
    office.clock.move(minutes=5)
    cases.do(office, "legal", reference, overrule, reason="Seen by counsel: high enough for it.")
    with cases.at_work(office, reference) as (work, _):
        work.session.execute(update(Evaluation).values(overruled=None))
        assert work.session.scalar(select(Overruling.check_id)) == "I04_issuer_competent"

    assert all(each.agrees for each in replayed(office, reference))


def test_an_old_case_is_decided_again_with_the_rules_of_its_day(filled):
    cases.put_in_force(filled, NO_PHONE)
    later = cases.counterparty_case(filled)
    found = replayed(filled)

    assert all(each.agrees for each in found), [each.differences for each in found]
    with cases.at_work(filled, later) as (work, case):
        old = work.session.scalars(select(Evaluation).order_by(Evaluation.made_at)).first()
        new = work.session.scalars(select(Evaluation).where(Evaluation.case_id == case.id)).one()
        assert old.catalogue_hash != new.catalogue_hash
        assert "reg.phone" not in new.releasable


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": "refuse"}, "outcome: stored refuse, now release"),
        ({"releasable_fields": []}, "releasable_fields: stored nothing, now "),
        ({"approvals": "DUAL"}, "approvals: stored DUAL, now STD"),
        ({"objection_days": 1}, "objection_days: stored 1, now "),
        ({"checks": []}, "check V01_requester_identified: not asked then"),
    ],
)
def test_a_decision_that_was_changed_afterwards_is_told(filled, change, said):
    reference = "DR-2026-0003"
    with cases.at_work(filled, reference) as (work, case):
        row = work.session.get(Evaluation, case.decided_evaluation_id)
        row.decision = {**row.decision, **change}
    found = replayed(filled, reference)[-1]

    assert not found.agrees
    assert said in found.line()


def test_a_check_that_was_changed_afterwards_is_named(filled):
    with cases.at_work(filled, "DR-2026-0003") as (work, case):
        row = work.session.get(Evaluation, case.decided_evaluation_id)
        checks = [dict(each) for each in row.decision["checks"]]
        checks[0]["result"] = "fail"
        checks.append({"id": "Z99_unknown"})
        row.decision = {**row.decision, "checks": checks}
    found = replayed(filled, "DR-2026-0003")[-1]

    assert "check V01_requester_identified: other result" in found.differences
    assert "check Z99_unknown: not asked now" in found.differences


def test_facts_that_were_changed_afterwards_are_told(filled):
    with cases.at_work(filled, "DR-2026-0003") as (work, case):
        row = work.session.get(Evaluation, case.decided_evaluation_id)
        facts = {**row.facts["facts"], "subject": {"resolves_to": 2}}
        row.facts = {**row.facts, "facts": facts}
    found = replayed(filled, "DR-2026-0003")

    assert "outcome: stored release, now needs_info" in found[-1].differences


def test_rules_that_are_not_on_file_are_told_and_nothing_breaks(filled):
    with cases.at_work(filled, "DR-2026-0003") as (work, case):
        work.session.execute(
            update(Evaluation).where(Evaluation.case_id == case.id).values(catalogue_hash="0" * 64)
        )
    found = replayed(filled, "DR-2026-0003")

    assert all("is not on file" in each.line() for each in found)


# --- Simulate -----------------------------------------------------------------------------------


def test_the_rules_in_force_change_nothing(filled):
    found = simulated(filled, "# nothing\n[house]\nrelay_hours = 72\n")

    assert found.examined == 3
    assert found.changes == ()


def test_one_changed_rule_lists_exactly_the_cases_that_it_changes(filled):
    other = cases.counterparty_case(filled, fields=("reg.email",))
    found = simulated(filled, NO_PHONE)

    assert found.examined == 4
    assert other not in {each.reference for each in found.changes}
    (changed,) = found.changes
    assert changed.reference == "DR-2026-0003"
    assert (changed.before.outcome, changed.after.outcome) == ("release", "release_partial")
    assert changed.after.deciding_check == "S03_on_ground_list"
    assert changed.lost == ("reg.phone",)
    assert changed.gained == ()


def test_the_list_as_csv_has_one_row_for_each_such_case(filled):
    text = replaying.as_csv(simulated(filled, NO_PHONE))
    rows = list(csv.DictReader(io.StringIO(text)))

    assert tuple(rows[0]) == replaying.COLUMNS
    assert [row["reference"] for row in rows] == ["DR-2026-0003"]
    assert rows[0]["fields_lost"] == "reg.phone"
    assert rows[0]["outcome_before"] == "release"


def test_an_ended_case_and_an_open_one_are_both_tried(filled):
    refused = cases.to_state(filled, cases.counterparty_case(filled), State.ASSESSING)
    given = {"code": "not_performed", "reason": "Nothing was paid or shipped."}
    cases.do(filled, "legal", refused, deciding.decide_refusal, **given)
    found = simulated(filled, NO_PHONE)

    assert {each.reference for each in found.changes} == {"DR-2026-0003", refused}


def test_a_case_that_was_decided_counts_with_the_evaluation_of_its_decision(filled):
    with cases.at_work(filled, "DR-2026-0003") as (work, case):
        decided = case.decided_evaluation_id
        case.fields = ["reg.email"]
        work.session.flush()
        assert assess(work, case).id != decided
    (changed,) = simulated(filled, NO_PHONE).changes

    assert changed.before.fields == ("reg.display_name", "reg.phone", "reg.email")


def test_what_nobody_may_overrule_any_more_was_not_overruled(office):
    reference = cases.to_state(office, cases.police_case(office), State.ASSESSING)
    given = {"key": "instrument.issuer_level", "answer": "unclear", "reason": "A county's."}
    cases.do(office, "legal", reference, cases.verifying.record_finding, **given)
    cases.do(office, "legal", reference, overrule, reason="Seen by counsel: high enough for it.")
    with cases.at_work(office, reference) as (work, _):
        row = work.desk.catalogue.checks["I04_issuer_competent"].row
    branches = "".join(
        f"[check.otherwise.{name}]\nnever_overruled = true\n"
        + "".join(f"{key} = {value!r}\n" for key, value in branch.values.items())
        for name, branch in row.parts("otherwise").items()
    )
    plain = "".join(
        f"{key} = {list(value) if isinstance(value, list) else value!r}\n"
        for key, value in row.values.items()
        if key != "otherwise"
    )
    (changed,) = simulated(office, f"[[check]]\n{plain}{branches}").changes

    assert changed.after.outcome == "needs_human"
    assert changed.after.deciding_check == "I04_issuer_competent"


def test_rules_that_cannot_read_a_case_say_so_in_its_row(filled):
    with cases.at_work(filled, "DR-2026-0003") as (work, case):
        row = work.session.get(Evaluation, case.decided_evaluation_id)
        facts = {**row.facts["facts"], "ground_facts": {"shoe": 1}}
        row.facts = {**row.facts, "facts": facts}
    (changed,) = simulated(filled, "[house]\nrelay_hours = 70\n").changes

    assert changed.after is None
    assert changed.row()[3] == "cannot be decided"
    assert changed.lost == changed.before.fields


def test_a_bad_pack_is_refused_with_file_and_line(filled):
    with pytest.raises(NotReady, match=r"change/change\.toml, line 2: "):
        simulated(filled, "[house]\nminor_age = 'x'\n")


def test_nothing_is_written_by_either(filled):
    with filled.app.app_context(), filled.unit() as work:
        before = work.session.execute(select(Case.version, Case.changed_at)).all()
    replayed(filled)
    simulated(filled, NO_PHONE)
    with filled.app.app_context(), filled.unit() as work:
        assert work.session.execute(select(Case.version, Case.changed_at)).all() == before


def test_a_case_whose_records_are_destroyed_is_left_out_of_both(filled):
    with cases.at_work(filled, "DR-2026-0003") as (work, case):
        work.session.execute(
            update(Evaluation).where(Evaluation.case_id == case.id).values(facts={}, decision={})
        )

    assert replayed(filled, "DR-2026-0003") == []
    assert simulated(filled, NO_PHONE).examined == 2
