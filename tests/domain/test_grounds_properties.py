"""What holds for every case, whatever its facts."""

import copy
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.decision import Profile
from disclosure.domain.facts import parse_case
from disclosure.domain.fields import LIFTED, Level
from disclosure.domain.grounds import evaluate
from tests.domain.drawn import FOREIGN, RULES, cases, examples
from tests.domain.situations import GONE, OWN, SHARED, change, situation

EVIDENCE = (
    *("requester.class", "requester.country", "requester.verified", "requester.callback_done"),
    *("requester.officers", "instrument", "instrument.number", "instrument.sealed"),
    *("instrument.legal_basis", "instrument.issued_at", "instrument.names_us", "instrument.type"),
    *("instrument.art41_approval", "instrument.intl_agreement", "instrument.excluded_basis"),
    *("instrument.content_warrant", "subject", "subject.resolves_to", "subject.storage"),
    *("subject.identifiers_agree", "subject.guardian_consent", "request.justified"),
    *("request.period_days", "request.period_reason", "request.fields", "request"),
    *("ground_facts", "ground_facts.consent", "ground_facts.consent.separate"),
    *("ground_facts.consent.covers", "ground_facts.consent.fields"),
    *("ground_facts.consent.guardian", "ground_facts.consent.sensitive_separate"),
    *("ground_facts.template", "ground_facts.order_ref", "ground_facts.contract"),
    *("ground_facts.access_end", "ground_facts.decision", "ground_facts.final"),
    *("ground_facts.interest", "ground_facts.relay_tried", "ground_facts.law_note"),
    *("ground_facts.qualified", "ground_facts.forwarded", "ground_facts.purpose"),
    *("ground_facts.requester_is_respondent", "ground_facts.on_platform"),
    *("ground_facts.is_party", "ground_facts.performed", "ground_facts.export_route"),
    *("ground_facts.legal_basis", "ground_facts.reason_ok"),
    *("process.reviewer", "process.approvers", "process.pia"),
)
"""What speaks for a release; taking it away must never release more."""


def released(raw):
    """Return the fields that a case releases."""
    return set(decided(raw).releasable_fields)


def decided(raw):
    """Return the decision on a raw case."""
    return evaluate(parse_case(raw, RULES), RULES)


@examples(200)
@given(raw=cases(), gone=st.lists(st.sampled_from(EVIDENCE), min_size=1, max_size=3))
def test_taking_evidence_away_never_releases_more(raw, gone):
    less = copy.deepcopy(raw)
    for path in gone:
        if path in {"ground_facts", "subject", "request"} or _there(less["facts"], path):
            change(less["facts"], path, GONE)
    if raw["facts"]["ground_facts"].get("trader"):
        less["facts"].setdefault("ground_facts", {})["trader"] = True

    assert released(less) <= released(raw)


def _there(facts, path):
    for step in path.split("."):
        if not isinstance(facts, dict) or step not in facts:
            return False
        facts = facts[step]
    return True


@examples(200)
@given(raw=cases())
def test_the_released_set_keeps_within_all_that_bounds_it(raw):
    facts, ground = raw["facts"], RULES.grounds[raw["ground"]][0]
    out = released(raw)

    assert out <= set(facts["request"]["fields"])
    assert not out & ground.never
    assert not out & set(facts["policy"].get("receipt_lacks", ()))
    assert not out & set(facts["policy"].get("now_removes", ()))
    assert out <= _ground_list(ground, facts)


def _ground_list(ground, facts):
    own, rules = facts["ground_facts"], ground.fields
    if own.get("trader"):
        return rules.trader
    listed = rules.default | (rules.on_justification & set(facts["request"]["justified"]))
    listed |= RULES.templates.get(own.get("template"), frozenset())
    listed |= rules.cap & set((own.get("consent") or {}).get("fields", ()))
    if ground.id == "G3C":
        listed |= (rules.cap | rules.special) & set(
            (facts.get("instrument") or {}).get("fields", facts["request"]["fields"])
        )
    return listed


@examples(200)
@given(
    raw=cases(
        must={"subject.storage": "CN", "instrument.art41_approval": GONE},
    ),
    foreign=st.sampled_from(FOREIGN),
)
def test_no_foreign_authority_gets_home_data_without_approval(raw, foreign):
    raw["facts"]["requester"]["class"] = foreign

    assert not decided(raw).outcome.releases


@examples(200)
@given(raw=cases(grounds=("G3A", "G2C", "G3C")), days=st.integers(0, 3000))
def test_no_release_after_expiry_or_withdrawal(raw, days):
    end = datetime.fromisoformat("2026-11-20T10:00:00")
    if raw["ground"] == "G3C":
        change(raw["facts"], "instrument.expires_at", end.isoformat())
        first_bad = end + timedelta(microseconds=1)
    else:
        change(raw["facts"], "ground_facts.consent.withdrawn_at", end.isoformat())
        first_bad = end
    raw["facts"]["release_at"] = (first_bad + timedelta(days=days)).isoformat()

    assert not decided(raw).outcome.releases


@examples(200)
@given(raw=cases(grounds=("G3E",), must={"ground_facts.requester_is_respondent": False}))
def test_whoever_is_not_the_respondent_gets_nothing_under_3e(raw):
    assert not decided(raw).outcome.releases


@examples(200)
@given(
    raw=cases(must={"process.pia": True}),
    person=st.sampled_from(["a", "b", "Straße"]),
    others=st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=2),
)
def test_one_person_in_two_places_never_releases(raw, person, others):
    process = raw["facts"]["process"]
    process["reviewer"] = person
    process["approvers"] = [*others, f" {person.upper()} "]

    assert not decided(raw).outcome.releases
    process["reviewer"] = "somebody.else"
    process["approvers"] = [person, *others, person]
    assert not decided(raw).outcome.releases


@examples(200)
@given(raw=cases())
def test_the_same_input_gives_the_same_answer(raw):
    again = copy.deepcopy(raw)
    again["facts"] = dict(reversed(again["facts"].items()))

    assert decided(raw) == decided(again)


@examples(200)
@given(raw=cases())
def test_a_release_of_highest_or_excluded_data_or_abroad_is_signed_by_three(raw):
    decision = decided(raw)
    child = raw["facts"]["subject"].get("age", 99) < 14
    levels = {RULES.fields[field].level for field in decision.releasable_fields}
    if not decision.outcome.releases or decision.approvals is Profile.EMERG:
        return

    heavy = levels & {Level.L3, Level.EXCLUDED} or (child and levels & LIFTED)
    if heavy or raw["facts"]["requester"]["class"] in FOREIGN:
        assert decision.approvals is Profile.DUAL
    assert len(decision.releasable_fields) > 0


def test_the_shared_facts_release_something():
    assert SHARED["subject"]["storage"] == "CN"
    assert all(released(situation(ground)) for ground in OWN)
