"""What holds for every case, whatever its facts."""

import copy
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.domain.decision import Profile
from disclosure.domain.facts import parse_case
from disclosure.domain.fields import LIFTED, Level
from disclosure.domain.grounds import evaluate
from disclosure.domain.rule_rows import Group
from tests.domain.situations import GONE, OWN, SHARED, built_in, change, situation

RULES = built_in()
FIELDS = sorted(RULES.fields)
EVERY_GROUND = tuple(sorted(OWN))
FOREIGN = sorted(c.id for c in RULES.classes.values() if c.group is Group.FOREIGN)
INSTRUMENTS = sorted(RULES.vocabulary.instruments)

field_lists = st.lists(st.sampled_from(FIELDS), max_size=8)
flags = st.booleans()

FACTS = {
    "requester.class": st.sampled_from(sorted(RULES.classes)),
    "requester.country": st.sampled_from(["CN", "US", "DE", "EU"]),
    "requester.verified": flags,
    "requester.domain": st.sampled_from(["registered", "lookalike", "unlisted"]),
    "requester.callback_done": flags,
    "requester.officers": st.integers(0, 3),
    "requester.restricted_list": flags,
    "subject.age": st.integers(8, 20),
    "subject.guardian_consent": flags,
    "subject.storage": st.sampled_from(["CN", "US", "EU", "UK", "SG"]),
    "subject.safety_flag": flags,
    "subject.cookies_refused": flags,
    "subject.objection": st.sampled_from(["none", "pending", "upheld", "overruled"]),
    "subject.deceased": flags,
    "request.fields": field_lists,
    "request.justified": field_lists,
    "request.period_days": st.integers(1, 400),
    "request.period_reason": flags,
    "process.reviewer": st.sampled_from(["a", "b"]),
    "process.approvers": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3),
    "process.pia": flags,
    "policy.receipt_lacks": field_lists,
    "policy.now_removes": field_lists,
}

PAPER_FACTS = {
    "instrument.type": st.sampled_from(INSTRUMENTS),
    "instrument.sealed": flags,
    "instrument.emergency": flags,
    "instrument.gag": flags,
    "instrument.art41_approval": st.just("A-1"),
    "instrument.intl_agreement": flags,
    "instrument.fields": field_lists,
    "instrument.excluded_basis": flags,
    "instrument.content_warrant": flags,
    "instrument.expires_at": st.sampled_from(["2026-11-08", "2026-11-09T09:00:00", "2027-01-01"]),
}

GROUND_FACTS = {
    "consent.separate": flags,
    "consent.covers": flags,
    "consent.fields": field_lists,
    "consent.guardian": flags,
    "consent.sensitive_separate": flags,
    "consent.withdrawn_at": st.sampled_from(["2026-11-08", "2026-11-09T09:00:00", "2027-01-01"]),
    "template": st.sampled_from(["delivery", "payment", "other"]),
    "requester_is_respondent": flags,
    "qualified": flags,
    "forwarded": flags,
    "performed": st.sampled_from(["full", "part", "none"]),
    "trader": flags,
    "relay_tried": flags,
    "export_route": st.just("contract"),
}

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

quick = settings(max_examples=200, deadline=None)


@st.composite
def cases(draw, grounds=EVERY_GROUND, must=None):
    """Draw a case that would release, with up to four facts changed, then those that must be."""
    ground = draw(st.sampled_from(grounds))
    own = {
        f"ground_facts.{key}": values
        for key, values in GROUND_FACTS.items()
        if key.partition(".")[0] in RULES.grounds[ground][0].facts
    }
    possible = FACTS | own | (PAPER_FACTS if ground == "G3C" else {})
    chosen = draw(st.lists(st.sampled_from(sorted(possible)), max_size=4, unique=True))
    changes = {path: draw(possible[path]) for path in chosen}
    return situation(ground, changes | (must or {}))


def released(raw):
    """Return the fields that a case releases."""
    return set(decided(raw).releasable_fields)


def decided(raw):
    """Return the decision on a raw case."""
    return evaluate(parse_case(raw, RULES), RULES)


@quick
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


@quick
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
            facts["instrument"].get("fields", facts["request"]["fields"])
        )
    return listed


@quick
@given(
    raw=cases(
        must={"subject.storage": "CN", "instrument.art41_approval": GONE},
    ),
    foreign=st.sampled_from(FOREIGN),
)
def test_no_foreign_authority_gets_home_data_without_approval(raw, foreign):
    raw["facts"]["requester"]["class"] = foreign

    assert not decided(raw).outcome.releases


@quick
@given(raw=cases(grounds=("G3A", "G2C", "G3C")), days=st.integers(0, 3000))
def test_no_release_after_expiry_or_withdrawal(raw, days):
    end = datetime.fromisoformat("2026-11-20T10:00:00")
    if raw["ground"] == "G3C":
        raw["facts"]["instrument"]["expires_at"] = end.isoformat()
        first_bad = end + timedelta(microseconds=1)
    else:
        raw["facts"]["ground_facts"]["consent"]["withdrawn_at"] = end.isoformat()
        first_bad = end
    raw["facts"]["release_at"] = (first_bad + timedelta(days=days)).isoformat()

    assert not decided(raw).outcome.releases


@quick
@given(raw=cases(grounds=("G3E",), must={"ground_facts.requester_is_respondent": False}))
def test_whoever_is_not_the_respondent_gets_nothing_under_3e(raw):
    assert not decided(raw).outcome.releases


@quick
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


@quick
@given(raw=cases())
def test_the_same_input_gives_the_same_answer(raw):
    again = copy.deepcopy(raw)
    again["facts"] = dict(reversed(again["facts"].items()))

    assert decided(raw) == decided(again)


@quick
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
