"""Cases as chance draws them: a case that would release, with some facts changed.

Owns what may be drawn and how many: the quick run is the same each time, the long one is asked for
by ``PROPERTY_EXAMPLES=10000`` and looks elsewhere each time.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from disclosure.domain.rule_rows import Group
from tests.domain.situations import GONE, OWN, built_in, situation

LONG = int(os.environ.get("PROPERTY_EXAMPLES", "0"))

RULES = built_in()
FIELDS = sorted(RULES.fields)
EVERY_GROUND = tuple(sorted(OWN))
CLASSES = sorted(RULES.classes)
FOREIGN = sorted(c.id for c in RULES.classes.values() if c.group is Group.FOREIGN)
AUTHORITIES = sorted(c.id for c in RULES.classes.values() if c.is_authority)
INSTRUMENTS = sorted(RULES.vocabulary.instruments)


def examples(quick):
    """Return the settings of a property: so many examples, or the long run's number."""
    return settings(
        max_examples=LONG or quick,
        derandomize=not LONG,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


field_lists = st.lists(st.sampled_from(FIELDS), max_size=8)
flags = st.booleans()
moments = st.sampled_from(
    [
        *("2026-11-08", "2026-11-09", "2026-11-09T08:59:59", "2026-11-09T09:00:00"),
        *("2026-11-09T09:00:01", "2026-11-09T01:00:00Z", "2026-11-09T01:00:01Z"),
        *("2026-11-08T20:00:00-05:00", "2026-11-09T09:00:00+09:00", "2027-01-01"),
        *("2025-12-31T23:59:59", "2026-01-01"),
    ]
)
"""Around the instant of release, which is 2026-11-09T09:00:00 in Shanghai."""

FACTS = {
    "release_at": moments,
    "requester.class": st.sampled_from([*CLASSES, GONE]),
    "requester.country": st.sampled_from(["CN", "US", "DE", "EU", GONE]),
    "requester.verified": flags,
    "requester.domain": st.sampled_from(["registered", "lookalike", "unlisted", "free_mail", GONE]),
    "requester.callback_done": flags,
    "requester.officers": st.integers(0, 3),
    "requester.is_data_subject": flags,
    "requester.restricted_list": flags,
    "subject.resolves_to": st.integers(0, 2),
    "subject.identifiers_agree": flags,
    "subject.age": st.one_of(st.integers(8, 20), st.just(GONE)),
    "subject.guardian_consent": flags,
    "subject.storage": st.sampled_from(["CN", "US", "EU", "UK", "SG", GONE]),
    "subject.safety_flag": flags,
    "subject.cookies_refused": flags,
    "subject.objection": st.sampled_from(["none", "pending", "upheld", "overruled", GONE]),
    "subject.deceased": flags,
    "request.fields": field_lists,
    "request.justified": field_lists,
    "request.period_days": st.sampled_from([0, 1, 180, 181, 400, GONE]),
    "request.period_reason": flags,
    "request.duplicate_of": st.sampled_from(["D-1", GONE]),
    "request.data_exists": st.sampled_from([True, False, GONE]),
    "process": st.sampled_from([GONE, {}]),
    "process.reviewer": st.sampled_from(["a", "b", GONE]),
    "process.approvers": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3),
    "process.pia": flags,
    "policy.receipt_lacks": field_lists,
    "policy.now_removes": field_lists,
}

PAPER_FACTS = {
    "instrument": st.sampled_from([GONE, {}]),
    "instrument.type": st.sampled_from([*INSTRUMENTS, GONE]),
    "instrument.number": st.sampled_from(["N-1", GONE]),
    "instrument.sealed": flags,
    "instrument.legal_basis": st.sampled_from(["CPL-54", GONE]),
    "instrument.issued_at": st.one_of(moments, st.just(GONE)),
    "instrument.expires_at": st.one_of(moments, st.just(GONE)),
    "instrument.names_us": flags,
    "instrument.emergency": flags,
    "instrument.danger": st.sampled_from(["person", "property", GONE]),
    "instrument.gag": flags,
    "instrument.art41_approval": st.sampled_from(["A-1", GONE]),
    "instrument.intl_agreement": flags,
    "instrument.fields": st.one_of(field_lists, st.just(GONE)),
    "instrument.excluded_basis": flags,
    "instrument.content_warrant": flags,
    "instrument.issuer_level": st.sampled_from(["sufficient", "unclear", "insufficient", GONE]),
}

_PURPOSES = [
    *("resolve rights dispute", "claim for wrongful notice", "defend against the complaint"),
    *("complete transaction", "resolve dispute", "marketing", "Marketing", "delivery", GONE),
]

GROUND_FACTS = {
    "consent": st.sampled_from([GONE, {}]),
    "consent.separate": flags,
    "consent.covers": flags,
    "consent.fields": field_lists,
    "consent.given_at": st.one_of(moments, st.just(GONE)),
    "consent.guardian": flags,
    "consent.sensitive_separate": flags,
    "consent.withdrawn_at": st.one_of(moments, st.just(GONE)),
    "template": st.sampled_from(["delivery", "payment", "customer_service", "other", GONE]),
    "order_ref": st.sampled_from(["O-1", GONE]),
    "contract": st.sampled_from(["C-1", GONE]),
    "access_end": st.one_of(moments, st.just(GONE)),
    "purpose": st.sampled_from(_PURPOSES),
    "decision": st.sampled_from(["V-1", GONE]),
    "final": flags,
    "interest": st.sampled_from(["a claim", GONE]),
    "relay_tried": flags,
    "law_note": st.sampled_from(["a note", GONE]),
    "qualified": flags,
    "forwarded": flags,
    "state": st.sampled_from(["open", "withdrawn", GONE]),
    "requester_is_respondent": flags,
    "on_platform": flags,
    "is_party": flags,
    "performed": st.sampled_from(["full", "part", "none", GONE]),
    "in_time": st.sampled_from([True, False, GONE]),
    "trader": flags,
    "other_ground_fits": flags,
    "legal_basis": st.sampled_from(["PIPL-13", GONE]),
    "reason_ok": flags,
    "export_route": st.sampled_from(["contract", GONE]),
}


def possible_facts(ground):
    """Return what may be drawn for a case of a ground, by path."""
    own = {
        f"ground_facts.{key}": values
        for key, values in GROUND_FACTS.items()
        if key.partition(".")[0] in RULES.grounds[ground][0].facts
    }
    return FACTS | own | (PAPER_FACTS if ground == "G3C" else {})


@st.composite
def cases(draw, grounds=EVERY_GROUND, must=None, most=4):
    """Draw a case that would release, with some facts changed, then those that must be."""
    ground = draw(st.sampled_from(grounds))
    possible = possible_facts(ground)
    chosen = draw(st.lists(st.sampled_from(sorted(possible)), max_size=most, unique=True))
    changes = {path: draw(possible[path]) for path in sorted(chosen)}
    base = draw(starts(ground)) if ground == "G3C" else {}
    return situation(ground, base | changes | (must or {}))


@st.composite
def starts(draw, ground):
    """Draw an authority with a paper that fits it and, from abroad, what it has to bring."""
    if ground != "G3C" or draw(flags):
        return {}
    who = draw(st.sampled_from(AUTHORITIES))
    papers = sorted(RULES.classes[who].instruments)
    start = {"requester.class": who, "instrument.type": draw(st.sampled_from(papers))}
    start["request.fields"] = draw(field_lists)
    start["instrument.fields"] = draw(st.one_of(st.just(GONE), st.just(start["request.fields"])))
    start["request.period_days"] = 30
    start["process.approvers"] = ["approver.one", "senior.one"]
    if who in FOREIGN:
        start["subject.storage"] = draw(st.sampled_from(["CN", "US", "EU", "UK"]))
        start["instrument.art41_approval"] = "A-1"
        start["instrument.intl_agreement"] = draw(flags)
    return start
