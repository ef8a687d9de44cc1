"""Changing the rules: two people, every process at once, and old cases untouched."""

import pytest
from sqlalchemy import select

from disclosure.app import create_app
from disclosure.domain.access import Role
from disclosure.domain.pack_files import fingerprint, layer_of, to_text
from disclosure.domain.states import State
from disclosure.edge import look, rules_in_force, unit_of_work
from disclosure.errors import BadInput, Forbidden, NotFound, NotReady, Refused
from disclosure.operations import pinning, rules
from disclosure.operations.accounts import find_person, grant_role
from disclosure.operations.assessing import assess, latest_evaluation
from disclosure.operations.desk import SYSTEM, Actor
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.cases import Evaluation
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.rules import CatalogueVersion, PackProposal
from tests import cases
from tests.app import make_app
from tests.operations.test_replaying import NO_PHONE

OLDER = "[house]\nminor_age = 16\n"


def decide(office, proposal, who, *, confirmed=True):
    with office.app.app_context(), office.unit(who) as work:
        return rules.decide_pack(work, proposal, confirmed=confirmed).id


def propose(office, layer, reason="Tidying."):
    with office.app.app_context(), office.unit("legal") as work:
        return rules.propose_pack(work, layer, reason=reason).id


def minor_age(office):
    with office.app.app_context(), look(SYSTEM) as work:
        return work.desk.catalogue.house.minor_age


def test_rules_count_for_every_unit_of_work_once_a_second_person_has_confirmed(office):
    proposal = cases.propose_rules(office, OLDER)
    assert minor_age(office) == 14
    decide(office, proposal, "compliance")

    assert minor_age(office) == 16
    with office.app.app_context(), unit_of_work(SYSTEM) as work:
        assert work.desk.catalogue.house.minor_age == 16
        assert rules_in_force().house.minor_age == 16


def test_another_process_uses_them_without_a_restart_and_after_one(office):
    running = create_app(office.settings, clock=office.clock)
    cases.put_in_force(office, OLDER)
    started = create_app(office.settings, clock=office.clock)
    for app in (running, started):
        with app.app_context(), look(SYSTEM) as work:
            assert work.desk.catalogue.house.minor_age == 16


def test_later_rules_stand_on_those_in_force(office):
    cases.put_in_force(office, OLDER)
    cases.put_in_force(office, "[house]\nrelay_hours = 48\n")
    with office.app.app_context(), look(SYSTEM) as work:
        assert work.desk.catalogue.house.minor_age == 16
        assert work.desk.catalogue.house.relay_hours == 48


def test_who_proposes_does_not_confirm_in_any_role(office):
    with office.app.app_context(), office.unit() as work:
        grant_role(work, find_person(work.session, "legal"), Role.COMPLIANCE_OFFICER)
    both = Actor(office.people["legal"], frozenset({Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER}))
    proposal = cases.propose_rules(office, OLDER)

    with (
        office.app.app_context(),
        pytest.raises(Refused, match="You proposed this pack"),
        unit_of_work(both) as work,
    ):
        rules.decide_pack(work, proposal, confirmed=True)
    assert minor_age(office) == 14


@pytest.mark.parametrize("who", ["handler", "compliance", "senior", "auditor"])
def test_only_legal_reviewers_and_administrators_propose(office, who):
    with pytest.raises(Forbidden):
        cases.propose_rules(office, OLDER, who)


@pytest.mark.parametrize("who", ["handler", "legal2", "admin", "auditor"])
def test_only_compliance_officers_confirm(office, who):
    proposal = cases.propose_rules(office, OLDER)

    with pytest.raises(Forbidden):
        decide(office, proposal, who)


def test_both_steps_are_entries_of_the_ledger_and_it_stays_whole(office):
    cases.police_case(office)
    proposal = cases.propose_rules(office, OLDER, "admin")
    decide(office, proposal, "senior")
    with office.app.app_context(), look(SYSTEM) as work:
        entries = work.session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq)).all()
        assert verify_ledger(work).whole
    proposed, confirmed = (bytes(entry).decode() for entry in entries[-2:])

    assert "rules:proposed" in proposed
    assert office.people["admin"] in proposed
    assert "rules:confirmed" in confirmed
    assert office.people["senior"] in confirmed
    assert proposal in confirmed


def test_rules_that_are_turned_down_change_nothing_and_are_decided(office):
    proposal = cases.propose_rules(office, OLDER)
    decide(office, proposal, "compliance", confirmed=False)

    assert minor_age(office) == 14
    with pytest.raises(Refused, match="decided already"):
        decide(office, proposal, "senior")


def test_a_proposal_over_rules_that_count_no_more_has_to_be_proposed_again(office):
    first, second = (cases.propose_rules(office, text) for text in (OLDER, NO_PHONE))
    decide(office, first, "compliance")

    with pytest.raises(Refused, match="Other rules came into force since"):
        decide(office, second, "compliance")
    decide(office, second, "compliance", confirmed=False)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_proposal_says_why(office, reason):
    with pytest.raises(BadInput) as caught:
        propose(office, layer_of("change", [("a.toml", OLDER.encode())]), reason)
    assert caught.value.where == "reason"


def test_rules_that_do_not_fit_are_not_proposed(office):
    with pytest.raises(NotReady, match=r"change/change\.toml, line 2: "):
        cases.propose_rules(office, "[house]\nminor_age = 'x'\n")
    with office.app.app_context(), look(SYSTEM) as work:
        assert rules.proposals(work) == []


def whole_pack(office, old, new):
    """Return the built-in pack as one folder, with one text replaced in it."""
    with office.app.app_context(), look(SYSTEM) as work:
        files = [(file.name, file.text) for file in work.desk.catalogue.layers[0].files]
    assert any(old in text for _, text in files)
    return layer_of("whole", [(name, text.replace(old, new).encode()) for name, text in files])


def test_the_rules_in_force_are_not_proposed_again(office):
    with pytest.raises(BadInput, match="in force already"):
        propose(office, whole_pack(office, "CN", "CN"))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('id = "researcher"', 'id = "scholar"', "requester class 'researcher'"),
        ('id = "customer_service"', 'id = "service"', "template 'customer_service'"),
        ('id = "CSL-28"', 'id = "CSL-27"', "citation 'CSL-28'"),
    ],
)
def test_a_name_that_cases_use_has_to_stay(office, old, new, what):
    layer = whole_pack(office, old, new)

    with pytest.raises(BadInput, match=f"no {what} any more"):
        propose(office, layer)


def test_an_unknown_proposal_is_not_found(office):
    with pytest.raises(NotFound):
        decide(office, "0" * 32, "compliance")


def test_an_open_case_keeps_what_it_was_decided_with_until_it_is_evaluated_again(office):
    reference = cases.to_state(office, cases.counterparty_case(office), State.ASSESSING)
    cases.put_in_force(office, NO_PHONE)
    with cases.at_work(office, reference) as (work, case):
        before = latest_evaluation(work, case)
        assert before.catalogue_hash == case.catalogue_hash
        assert "reg.phone" in before.releasable
    with cases.at_work(office, reference) as (work, case):
        after = assess(work, case)
        assert after.catalogue_hash == work.desk.catalogue.sha256 != case.catalogue_hash
        assert "reg.phone" not in after.releasable


def test_the_rules_of_the_moment_count_at_the_release(office):
    reference = cases.to_state(office, cases.counterparty_case(office), State.APPROVED)
    office.clock.move(days=4)
    cases.put_in_force(office, NO_PHONE)

    with pytest.raises(Refused, match="other fields now than were decided"):
        cases.do(office, "compliance", reference, cases.releasing.release)


def test_the_files_of_every_pack_that_decided_are_kept_once(office):
    for _ in range(2):
        cases.police_case(office)
    with office.app.app_context(), look(SYSTEM) as work:
        used = set(work.session.scalars(select(Evaluation.catalogue_hash)))
        kept = work.session.scalars(select(CatalogueVersion)).all()
        assert {row.sha256 for row in kept} == used
        assert len(kept) == 1
        assert pinning.kept_files(work, kept[0].sha256) == work.desk.catalogue.layers


def test_a_pack_in_force_that_does_not_fit_the_program_stops_the_start(tmp_path):
    office = cases.empty_office(tmp_path)
    proposal = propose(office, whole_pack(office, "minor_age = 14", "minor_age = 16"))
    with office.app.app_context(), office.unit() as work:
        row = work.session.get(PackProposal, proposal)
        layers = (whole_pack(office, "V03_callback_done", "V03_called_later"),)
        files = to_text(layers)
        unfit = CatalogueVersion(
            sha256=fingerprint(layers), version="old", files=files, stored_at=work.now
        )
        values = {"examined": 0, "changed": 0, "reason": "Old.", "proposed_at": work.now}
        later = PackProposal(
            id="f" * 32,
            sha256=unfit.sha256,
            base_sha256=row.base_sha256,
            proposed_by=row.proposed_by,
            **values,
        )
        work.session.add_all([unfit, later])
    decide(office, "f" * 32, "compliance")

    with pytest.raises(
        NotReady, match="does not fit this version of the program: whole/checks_sha"
    ):
        create_app(office.settings, clock=office.clock)


def test_a_deployments_folder_adds_rules_and_holidays_of_its_own(tmp_path):
    folder = tmp_path / "own"
    (folder / "calendars").mkdir(parents=True)
    (folder / "own.toml").write_text(OLDER)
    (folder / "calendars" / "sg.toml").write_text(
        'country = "SG"\nyears = [2030]\n[holidays]\n"2030-01-01" = "New Year"\n'
    )
    office = make_app(tmp_path, packs=folder)

    assert minor_age(office) == 16
    with office.app.app_context(), look(SYSTEM) as work:
        assert work.desk.calendars["SG"].years == {2030}
        assert "CN" in work.desk.calendars
        assert [layer.name for layer in work.desk.catalogue.layers] == ["packs", "own"]
