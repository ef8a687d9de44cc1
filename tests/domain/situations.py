"""Cases to start from, one for each ground, and how to change one fact of them."""

import copy
import functools
from pathlib import Path

from disclosure.domain.catalogue import load_catalogue
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds import evaluate

GONE = "(taken away)"
"""As a new value: take the fact away."""

CASES = Path(__file__).parent / "cases.json"

DAY_OF_RELEASE = "2026-11-09T09:00:00"

SHARED = {
    "received_at": "2026-11-02T09:00:00",
    "release_at": DAY_OF_RELEASE,
    "subject": {
        "account": "A-100",
        "resolves_to": 1,
        "identifiers_agree": True,
        "age": 41,
        "storage": "CN",
        "objection": "none",
    },
    "process": {"reviewer": "reviewer.one", "approvers": ["approver.one"], "pia": True},
    "policy": {"version_at_receipt": "1", "version_now": "1"},
}

PAPER = {
    "type": "cn_evidence_notice",
    "number": "N-17",
    "sealed": True,
    "legal_basis": "CPL-54",
    "issued_at": "2026-10-30",
    "expires_at": "2026-12-31T23:59:59",
    "names_us": True,
}

CONSENT = {
    "id": "K-1",
    "separate": True,
    "covers": True,
    "fields": ["reg.email", "reg.phone"],
    "recipient": "an insurer",
    "given_at": "2026-10-01T00:00:00",
}

TWO_APPROVERS = {"approvers": ["approver.one", "senior.one"]}

OWN = {
    "G3A": ("third_party_named_in_consent", ["reg.email", "reg.phone"], {"consent": CONSENT}),
    "G2C": ("marketing_partner", ["reg.email"], {"consent": CONSENT}),
    "G3B": (
        "service_partner",
        ["reg.real_name", "reg.phone", "reg.postal_address"],
        {
            "template": "delivery",
            "order_ref": "O-1",
            "contract": "C-1",
            "access_end": "2026-12-01",
            "purpose": "delivery",
        },
    ),
    "G3C": ("police", ["reg.real_name", "reg.phone"], {}),
    "G3D": (
        "injured_party",
        ["reg.real_name", "reg.email"],
        {
            "decision": "V-1",
            "final": True,
            "interest": "a claim in preparation",
            "relay_tried": True,
            "law_note": "note of counsel",
        },
    ),
    "G3E": (
        "ip_respondent",
        ["ipc.complainant_name", "ipc.contact_email"],
        {
            "complaint": "C-1",
            "qualified": True,
            "forwarded": True,
            "state": "open",
            "requester_is_respondent": True,
            "purpose": "resolve rights dispute",
        },
    ),
    "G3F": (
        "transaction_party",
        ["reg.display_name", "reg.phone"],
        {
            "order": "O-1",
            "on_platform": True,
            "is_party": True,
            "performed": "part",
            "relay_tried": True,
            "purpose": "complete transaction",
        },
    ),
    "G3G": (
        "any_identified_requester",
        ["reg.email"],
        {"legal_basis": "PIPL-13", "reason_ok": True, "reason": "set out in the memo"},
    ),
}

KEY_CHECKS = {
    "G2C": "A02_consent_separate_informed",
    "G3A": "A03_consent_live",
    "G3B": "B02_field_necessary",
    "G3C": "I01_instrument_fits",
    "G3D": "D05_law_beyond_policy",
    "G3E": "E02_requester_is_respondent",
    "G3F": "F03_performed_or_part",
    "G3G": "X04_second_approver",
}


def situation(ground, changes=None, case_id="one"):
    """Return a case that releases everything asked for, with some facts changed."""
    requester_class, fields, own = OWN[ground]
    facts = copy.deepcopy(SHARED)
    facts["requester"] = {"class": requester_class, "country": "CN", "verified": True}
    facts["request"] = {"fields": list(fields), "justified": []}
    facts["ground_facts"] = copy.deepcopy(own)
    if ground == "G3C":
        facts["instrument"] = dict(PAPER)
        facts["requester"] |= {"domain": "registered", "callback_done": True, "officers": 2}
    if ground in {"G3D", "G3G"}:
        facts["process"] |= copy.deepcopy(TWO_APPROVERS)
    if ground == "G3G":
        facts["request"]["justified"] = list(fields)
    for path, value in (changes or {}).items():
        change(facts, path, value)
    return {"id": case_id, "ground": ground, "facts": facts}


def change(facts, path, value):
    """Set the fact at a dotted path, or take it away."""
    *steps, last = path.split(".")
    for step in steps:
        facts = facts.setdefault(step, {})
    if value is GONE:
        facts.pop(last, None)
    else:
        facts[last] = copy.deepcopy(value)


@functools.cache
def built_in():
    """Return the catalogue that comes with the program."""
    return load_catalogue()


def decide(ground, changes=None, overruled=()):
    """Decide a changed situation."""
    case = parse_case(situation(ground, changes), built_in())
    return evaluate(case, built_in(), overruled=frozenset(overruled))


def result_of(decision, check):
    """Return what one check of a decision found, by the start of its id."""
    return next(found for found in decision.checks if found.check.startswith(check))
