"""The checks one by one, what decides, who may overrule, and what is told and signed."""

import json
from dataclasses import replace

import pytest

from disclosure.domain.decision import NoticeRule, Outcome, Profile, Result
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds import evaluate
from disclosure.domain.grounds.checks import CHECKS
from disclosure.errors import BadInput, Refused
from tests.domain.situations import (
    CASES,
    GONE,
    KEY_CHECKS,
    OWN,
    built_in,
    decide,
    result_of,
    situation,
)

ON_RECORDS = {"V05", "S06", "R02", "R03", "R04", "R06", "X06"}
"""Checks that the product answers from the case's own records."""


def worked():
    """Yield every worked case with its decision."""
    for raw in json.loads(CASES.read_text()):
        yield raw, evaluate(parse_case(raw, built_in()), built_in())


@pytest.mark.parametrize("ground", sorted(OWN))
def test_a_release_without_incident_is_decided_by_the_key_check(ground):
    decision = decide(ground)

    assert decision.outcome is Outcome.RELEASE
    assert decision.deciding_check == KEY_CHECKS[ground]
    assert list(decision.releasable_fields) == OWN[ground][1]


def test_every_way_to_fail_is_met_by_a_worked_case():
    met = {
        (result.check, result.reason)
        for _, decision in worked()
        for result in decision.checks
        if result.result in {Result.FAIL, Result.NARROW, Result.HUMAN}
    }
    for text in built_in().checks.values():
        if text.id[:3] in ON_RECORDS:
            continue
        for name, branch in text.otherwise.items():
            start = branch.text.partition("{")[0]
            found = [reason for check, reason in met if check == text.id]
            assert any(reason.startswith(start) for reason in found), f"{text.id} {name}"


def test_every_check_passes_in_some_worked_case():
    passed = {
        result.check
        for _, decision in worked()
        for result in decision.checks
        if result.result is Result.PASS
    }

    never_passed = {check[:3] for check in set(CHECKS) - passed}
    assert never_passed == ON_RECORDS | {"P04", "P05"}


@pytest.mark.parametrize("check", sorted(ON_RECORDS))
def test_checks_on_the_records_of_the_case_do_not_apply_to_given_facts(check):
    ground = "G3G" if check == "X06" else "G3C"

    assert result_of(decide(ground), check).result is Result.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("changes", "check", "reason"),
    [
        ({"requester.officers": 1}, "V04", "1 of 2 officer credentials is on file."),
        ({"requester.officers": 0}, "V04", "0 of 2 officer credentials are on file."),
        (
            {"instrument.expires_at": "2026-11-06"},
            "I03",
            "Expired 2026-11-06 00:00, release 2026-11-09 09:00: the paper has lapsed.",
        ),
        ({"instrument.number": GONE, "instrument.sealed": False}, "I02", "number, seal."),
        ({"subject.resolves_to": 3}, "S01", "lead to 3 accounts"),
        ({"request.fields": ["reg.phone", "reg.id_number"]}, "C05", ": reg.id_number."),
        ({"request.fields": ["log.ip"], "request.period_days": 200}, "S04", "200 days"),
    ],
)
def test_reasons_carry_the_concrete_values(changes, check, reason):
    assert reason in result_of(decide("G3C", changes), check).reason


def test_a_reason_holds_no_value_of_the_requester_or_data_subject():
    facts = {
        "subject.account": "SECRET-ACCOUNT",
        "instrument.number": "SECRET-NUMBER",
        "instrument.legal_basis": "SECRET-BASIS",
        "process.reviewer": "SECRET-PERSON",
        "instrument.art41_approval": "SECRET-APPROVAL",
    }

    assert "SECRET" not in json.dumps(decide("G3C", facts).as_json())


# What decides


@pytest.mark.parametrize(
    ("ground", "changes", "deciding"),
    [
        ("G3C", {"requester.verified": False, "requester.domain": "lookalike"}, "V01"),
        ("G3C", {"requester.domain": "lookalike", "requester.callback_done": False}, "V02"),
        ("G3C", {"requester.callback_done": False, "requester.officers": 0}, "V03"),
        ("G3C", {"requester.officers": 0, "instrument.type": "lawyer_letter"}, "V04"),
        ("G3C", {"instrument.sealed": False, "instrument.expires_at": "2026-11-01"}, "I02"),
        ("G3C", {"instrument.names_us": False, "subject.resolves_to": 0}, "I05"),
        ("G3C", {"subject.resolves_to": 0, "request.duplicate_of": "D-1"}, "S01"),
        ("G3C", {"request.duplicate_of": "D-1", "request.data_exists": False}, "S08"),
        ("G3C", {"request.data_exists": False, "requester.restricted_list": True}, "S07"),
        ("G3C", {"requester.restricted_list": True, "instrument.legal_basis": GONE}, "J04"),
        ("G3C", {"instrument.legal_basis": GONE, "process.pia": False}, "C01"),
        ("G3C", {"process.pia": False, "subject.objection": "upheld"}, "P03"),
        ("G3C", {"subject.objection": "pending", "process.approvers": []}, "P06"),
        ("G3F", {"requester.country": "DE", "ground_facts.performed": "none"}, "J02"),
        ("G3F", {"ground_facts.performed": "none", "ground_facts.purpose": "x"}, "F03"),
        ("G3F", {"subject.age": 9, "subject.safety_flag": True}, "P01"),
        ("G3E", {"ground_facts.qualified": False, "ground_facts.forwarded": False}, "E01"),
    ],
)
def test_the_first_check_that_ends_the_case_decides(ground, changes, deciding):
    assert decide(ground, changes).deciding_check.startswith(deciding)


def test_a_later_end_beats_an_earlier_narrowing():
    fields = {"request.fields": ["reg.phone", "exc.activities"]}

    assert decide("G3F", fields).deciding_check == "S02_in_policy_scope"
    assert decide("G3F", fields | {"subject.safety_flag": True}).deciding_check.startswith("P04")


def test_each_field_is_cut_by_the_first_check_that_forbids_it():
    decision = decide(
        "G3F",
        {
            "request.fields": ["exc.violations", "reg.id_number", "reg.phone", "reg.email"],
            "policy.now_removes": ["reg.email"],
        },
    )

    cuts = {check.check[:3]: check.cut for check in decision.checks if check.cut}
    assert cuts == {"S02": ("exc.violations",), "S03": ("reg.id_number",), "R05": ("reg.email",)}
    assert decision.releasable_fields == ("reg.phone",)


def test_fields_leave_in_the_order_asked_and_once():
    decision = decide("G3F", {"request.fields": ["reg.phone", "reg.display_name", "reg.phone"]})

    assert decision.releasable_fields == ("reg.phone", "reg.display_name")


@pytest.mark.parametrize("ground", sorted(OWN))
def test_a_request_for_nothing_releases_nothing(ground):
    decision = decide(ground, {"request.fields": []})

    assert (decision.outcome, decision.deciding_check) == (
        Outcome.REFUSE,
        "S03_on_ground_list",
    )


@pytest.mark.parametrize("ground", sorted(OWN))
def test_what_a_ground_never_releases_beats_every_allowance(ground):
    never = sorted(built_in().grounds[ground][0].never)
    allowances = {
        "request.fields": [*never, *OWN[ground][1]],
        "request.justified": never + OWN[ground][1],
        "request.period_days": 5,
    }
    if ground in {"G3A", "G2C"}:
        allowances["ground_facts.consent.fields"] = never + OWN[ground][1]
        allowances["ground_facts.consent.sensitive_separate"] = True
    if ground == "G3C":
        allowances["instrument.fields"] = never + OWN[ground][1]
        allowances["instrument.content_warrant"] = True
        allowances["instrument.excluded_basis"] = True

    assert list(decide(ground, allowances).releasable_fields) == OWN[ground][1]


def test_the_residual_ground_lets_no_more_than_three_fields_out():
    fields = ["reg.display_name", "reg.business_name", "reg.email"]
    asked = {"request.fields": [*fields, "reg.username"], "request.justified": fields}

    assert decide("G3G", asked).releasable_fields == tuple(fields)


def test_the_first_fields_asked_for_leave_when_a_ground_has_a_most():
    rules, fields = built_in(), ["reg.email", "reg.display_name"]
    (ground,) = rules.grounds["G3G"]
    tight = replace(ground, fields=replace(ground.fields, max_fields=1))
    rules = replace(rules, grounds={**rules.grounds, "G3G": (tight,)})
    raw = situation("G3G", {"request.fields": fields, "request.justified": fields})

    assert evaluate(parse_case(raw, rules), rules).releasable_fields == ("reg.email",)


def test_no_ground_releases_before_it_is_in_force():
    decision = decide("G3F", {"release_at": "2025-12-31T23:59:59"})

    assert decision.outcome is Outcome.REFUSE
    assert decision.deciding_check == "R05_policy_version"
    assert decide("G3F", {"release_at": "2026-01-01"}).outcome is Outcome.RELEASE


# Who signs, who is told


@pytest.mark.parametrize(
    ("ground", "changes", "rule", "days"),
    [
        ("G3F", {}, NoticeRule.PRIOR, 3),
        ("G3F", {"ground_facts.trader": True}, NoticeRule.AT_RELEASE, 0),
        ("G3D", {}, NoticeRule.PRIOR, 5),
        ("G3G", {}, NoticeRule.PRIOR, 5),
        ("G3C", {}, NoticeRule.DELAYED, 0),
        ("G3C", {"requester.officers": 0}, NoticeRule.NONE, 0),
    ],
)
def test_a_prior_notice_comes_with_its_days_to_object(ground, changes, rule, days):
    decision = decide(ground, changes)

    assert (decision.notice, decision.objection_days) == (rule, days)


def test_delayed_notices_come_with_a_review():
    rules = built_in()

    assert rules.delayed_notice.review_days == 180
    assert rules.notice("G3C", "police").review_days == 180
    assert rules.notice("G3C", "us_process").objection_days == 7


@pytest.mark.parametrize(
    ("where", "amount", "unit"),
    [
        ({"ground": "G3C", "requester_class": "police"}, 5, "working_days"),
        ({"ground": "G3C", "requester_class": "police", "emergency": True}, 2, "hours"),
        (
            {"ground": "G3C", "requester_class": "eu_epoc_issuer", "instrument": "epoc"},
            10,
            "calendar_days",
        ),
        ({"ground": "G3B"}, 2, "working_days"),
        ({"ground": "G3E", "requester_class": "ip_respondent"}, 5, "working_days"),
    ],
)
def test_the_closest_deadline_counts(where, amount, unit):
    deadline = built_in().deadline(where.pop("ground"), where.pop("requester_class", ""), **where)

    assert (deadline.amount, deadline.unit.value) == (amount, unit)


def test_an_emergency_order_of_the_eu_has_eight_hours():
    deadline = built_in().deadline("G3C", "eu_epoc_issuer", instrument="epoc", emergency=True)

    assert (deadline.amount, deadline.unit.value) == (8, "hours")


def test_a_second_person_by_another_spelling_is_no_second_person():
    twice = {"process.approvers": ["approver.one", "REVIEWER.ONE "]}

    assert decide("G3C", twice).deciding_check == "R01_separation_of_duties"


# Overruling


def test_an_overruled_check_counts_as_passed_and_lifts_to_dual():
    on_hold = {"process.pia": False, "process.approvers": ["approver.one", "senior.one"]}
    overruled = decide("G3C", on_hold, overruled={"P03_impact_assessment"})

    assert overruled.outcome is Outcome.RELEASE
    assert overruled.approvals is Profile.DUAL
    assert result_of(overruled, "P03").result is Result.PASS
    assert result_of(overruled, "P03").reason.startswith("Overruled with a written reason: ")


def test_an_overruled_list_lets_the_field_through():
    address = {
        "request.fields": ["reg.phone", "reg.postal_address"],
        "process.approvers": ["approver.one", "senior.one"],
    }

    assert decide("G3F", address).releasable_fields == ("reg.phone",)
    overruled = decide("G3F", address, overruled={"S03_on_ground_list"})
    assert overruled.releasable_fields == ("reg.phone", "reg.postal_address")


def test_overruling_an_emergency_check_leaves_emerg():
    emergency = {"instrument.emergency": True, "instrument.danger": "property"}

    decision = decide("G3C", emergency, overruled={"C02_emergency_test"})
    assert (decision.outcome, decision.approvals) == (Outcome.RELEASE, Profile.EMERG)


@pytest.mark.parametrize(
    "check",
    [
        *("V03_callback_done", "J01_foreign_authority_gate", "J04_recipient_not_listed"),
        *("P01_minor", "R01_separation_of_duties", "R02_revalidated", "R03_redaction_complete"),
        *("R04_delivery_bound", "R05_policy_version", "R06_certificate"),
    ],
)
def test_nobody_overrules_the_checks_that_nobody_may(check):
    with pytest.raises(Refused):
        decide("G3C", overruled={check})


def test_an_unlisted_sender_may_be_overruled_and_a_look_alike_never():
    two = {"process.approvers": ["approver.one", "senior.one"]}
    check = {"V02_domain_on_register"}

    unlisted = decide("G3C", two | {"requester.domain": "unlisted"}, overruled=check)
    assert unlisted.outcome is Outcome.RELEASE
    with pytest.raises(Refused):
        decide("G3C", two | {"requester.domain": "lookalike"}, overruled=check)


@pytest.mark.parametrize(
    ("field", "check"),
    [("reg.id_number", "S03_on_ground_list"), ("exc.violations", "S02_in_policy_scope")],
)
def test_nobody_overrules_for_a_field_that_never_leaves(field, check):
    with pytest.raises(Refused, match=field):
        decide("G3F", {"request.fields": ["reg.phone", field]}, overruled={check})


def test_results_say_whether_a_person_may_overrule_them():
    assert decide("G3C", {"requester.officers": 0}).deciding.overrulable
    assert not decide("G3C", {"requester.callback_done": False}).deciding.overrulable
    assert not decide("G3C", {"requester.domain": "lookalike"}).deciding.overrulable
    unlisted_field = decide("G3F", {"request.fields": ["reg.phone", "reg.id_number"]})
    assert not unlisted_field.deciding.overrulable


def test_an_unknown_check_cannot_be_overruled():
    with pytest.raises(BadInput):
        decide("G3C", overruled={"Z99_nothing"})


# Reasons for withholding


@pytest.mark.parametrize(
    ("ground", "changes", "field", "code"),
    [
        ("G3F", {"request.fields": ["reg.phone", "exc.violations"]}, "exc.violations", "outside"),
        ("G3F", {"request.fields": ["reg.phone", "reg.dob"]}, "reg.dob", "off_list"),
        ("G3F", {"request.fields": ["reg.phone", "cred.mfa_secret"]}, "cred.mfa_secret", "never"),
        ("G3C", {"request.fields": ["reg.phone", "reg.id_number"]}, "reg.id_number", "not_named"),
        ("G3F", {"ground_facts.performed": "none"}, "reg.phone", "not_performed"),
        ("G3F", {"subject.safety_flag": True}, "reg.phone", "counterparty_at_risk"),
        ("G2C", {"ground_facts.consent": GONE}, "reg.email", "no_marketing_consent"),
        ("G3A", {"ground_facts.consent": GONE}, "reg.email", "no_consent"),
    ],
)
def test_every_withheld_field_has_a_coded_reason(ground, changes, field, code):
    decision = decide(ground, changes)

    assert built_in().withholding_reason(field, decision).code.startswith(code)


def test_every_withheld_field_of_every_worked_case_has_a_reason():
    for raw, decision in worked():
        for field in raw["facts"]["request"]["fields"]:
            if field not in decision.releasable_fields:
                reason = built_in().withholding_reason(field, decision)
                assert reason.text
                assert reason.text_zh


def test_a_released_field_has_no_reason_for_withholding():
    with pytest.raises(BadInput):
        built_in().withholding_reason("reg.phone", decide("G3F"))


def test_whatever_stands_in_the_way_says_what_would_change_it_and_who_answers():
    for _, decision in worked():
        for check in decision.checks:
            if check.result in {Result.FAIL, Result.NARROW, Result.HUMAN}:
                assert check.remedy.endswith(".")
                assert check.code in built_in().reasons
            assert check.answered_by
            assert check.clause


def test_words_of_a_decision_have_labels():
    for words in (Outcome, Result, Profile, NoticeRule):
        assert len({word.label for word in words}) == len(words)


def test_the_same_case_twice_gives_the_same_decision():
    case = parse_case(situation("G3C"), built_in())

    assert evaluate(case, built_in()) == evaluate(case, built_in())
