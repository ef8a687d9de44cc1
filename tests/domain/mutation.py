"""Take each check out of each ground and see whether a kept case comes out otherwise.

Owns one case for each check that makes it speak, under each ground where it can. Run it for the
table: ``python -m tests.domain.mutation``. The expected answers are those of the second reading in
``oracle.py``, never the engine's own.
"""

import json
import sys
from collections import Counter
from dataclasses import replace

from disclosure.domain.facts import parse_case
from disclosure.domain.grounds import evaluate
from tests.domain.oracle import Oracle
from tests.domain.situations import CASES, GONE, built_in, situation

POLICE = {"requester.class": "police", "requester.domain": "registered", "requester.officers": 2}
CALLED = {**POLICE, "requester.callback_done": True}
ABROAD = {**CALLED, "requester.class": "foreign_authority", "instrument.type": "foreign_order"}
THREE = {"process.approvers": ["approver.one", "senior.one"]}

SPEAKS = {
    "V01": {"requester.verified": False},
    "V02": {"requester.domain": "lookalike"},
    "V03": {**POLICE, "requester.callback_done": False},
    "V04": {**CALLED, "requester.officers": 1},
    "V06": {"requester.is_data_subject": True},
    "I01": {"instrument.type": "lawyer_letter"},
    "I02": {"instrument.number": GONE},
    "I03": {"instrument.expires_at": "2026-11-09T08:59:59"},
    "I04": {"instrument.issuer_level": "unclear"},
    "I05": {"instrument.names_us": False},
    "S01": {"subject.identifiers_agree": False},
    "S08": {"request.duplicate_of": "D-1"},
    "S07": {"request.data_exists": False},
    "J01": ABROAD,
    "J02": {"requester.country": "DE", **THREE},
    "J03": {"subject.storage": "SG"},
    "J04": {"requester.restricted_list": True},
    "A01": {"ground_facts.consent.given_at": "2026-11-10"},
    "A02": {"ground_facts.consent.separate": False},
    "A04": {"ground_facts.consent.covers": False},
    "A05": {"subject.age": 12, "subject.guardian_consent": True, **THREE},
    "A03": {"ground_facts.consent.withdrawn_at": "2026-11-09T09:00:00"},
    "B05": {"ground_facts.purpose": "marketing"},
    "B01": {"ground_facts.order_ref": GONE},
    "B03": {"ground_facts.contract": GONE},
    "B02": {"ground_facts.template": "other"},
    "B04": {"ground_facts.access_end": GONE},
    "C01": {"instrument.legal_basis": GONE},
    "C02": {"instrument.emergency": True, "instrument.danger": "property"},
    "C05": {"request.fields": ["reg.phone", "reg.id_number"], **THREE},
    "D01": {"ground_facts.final": False},
    "D02": {"ground_facts.interest": GONE},
    "D04": {"ground_facts.relay_tried": False},
    "D05": {"ground_facts.law_note": GONE},
    "E02": {"ground_facts.requester_is_respondent": False},
    "E01": {"ground_facts.qualified": False},
    "E03": {"ground_facts.forwarded": False},
    "E04": {"ground_facts.purpose": "curiosity"},
    "E06": {"ground_facts.state": "withdrawn"},
    "E08": {"subject.safety_flag": True},
    "F01": {"ground_facts.on_platform": False},
    "F02": {"ground_facts.is_party": False},
    "F03": {"ground_facts.performed": "none"},
    "F04": {"ground_facts.purpose": "curiosity"},
    "F06": {"ground_facts.relay_tried": False},
    "F07": {"ground_facts.in_time": False},
    "X01": {"ground_facts.other_ground_fits": True},
    "X02": {"ground_facts.legal_basis": GONE},
    "X03": {"ground_facts.reason_ok": False},
    "X04": {"process.approvers": ["approver.one", "reviewer.one"]},
    "P01": {"subject.age": 12},
    "P03": {"process.pia": False},
    "P04": {"subject.safety_flag": True},
    "P05": {"subject.deceased": True},
    "P06": {"subject.objection": "upheld"},
    "N01": {"instrument.gag": True},
    "R01": {"process.reviewer": GONE},
}
"""Check -> what makes it speak; S02, S03, S04, S09, P02 and R05 depend on the ground's fields."""

MORE_ASKED = {
    "S02": ("exc.activities", {}),
    "S03": ("ipc.complainant_name", {}),
    "S04": ("log.ip", {}),
    "S09": ("log.cookie_id", {"subject.cookies_refused": True, "request.period_days": 5}),
}
"""Check -> a field asked for beside those of the situation, with the facts it needs."""

NOT_ASKED_OF = {
    **{check: {"G3A", "G3B", "G3D", "G3E", "G3F", "G3G", "G2C"} for check in ("S09", "N01")},
    **{check: {"G3C"} for check in ("J02", "P04", "P05")},
    "P01": {"G3C", "G3A"},
}
"""Check -> grounds under which it has nothing to say, beside those that the text itself leaves out.

S09: no other ground's list holds what a cookie collects. N01: only a paper can gag. J02: a private
requester has no paper of an authority, so I01 has ended the case. P01: under 3(a), A05 has asked
for the same guardian before, and more strictly.
"""

ON_RECORDS = frozenset({"V05", "S06", "X06", "R02", "R03", "R04", "R06"})
"""Answered from the case's own records, never from given facts."""


def short(check):
    """Return the short code of a check."""
    return check.partition("_")[0]


def speaking_case(ground, check):
    """Return a case in which a check speaks under a ground, or None where it never can."""
    if ground in NOT_ASKED_OF.get(check, ()) or check in ON_RECORDS:
        return None
    if check.startswith("I") and ground != "G3C":
        return None
    if check == "P04" and ground == "G3E":
        return None
    changes = changes_for(ground, check)
    return None if changes is None else situation(ground, changes, f"{ground} {check}")


def changes_for(ground, check):
    """Return the facts that make a check speak."""
    asked = situation(ground)["facts"]["request"]["fields"]
    if check == "P02":
        both = {"request.fields": [*asked, "reg.id_number"]}
        both["ground_facts.consent.fields"] = both["request.fields"]
        return {**both, **THREE} if ground == "G3A" else None
    if check == "R05":
        return {"policy.now_removes": asked[:1]}
    if check in MORE_ASKED:
        field, facts = MORE_ASKED[check]
        off = "reg.email" if ground == "G3E" and check == "S03" else field
        return {"request.fields": [*asked, off], **facts}
    changes = dict(SPEAKS[check])
    if ground != "G3C":
        changes.pop("instrument.type", None)
    return changes


def without(rules, ground, check):
    """Return the catalogue in which a ground lacks a check."""
    versions = tuple(
        replace(version, order=tuple(each for each in version.order if each != check))
        for version in rules.grounds[ground]
    )
    return replace(rules, grounds={**rules.grounds, ground: versions})


def answer(raw, rules):
    """Return what the engine says, in the oracle's words."""
    decision = evaluate(parse_case(raw, rules), rules)
    return (
        decision.outcome.value,
        short(decision.deciding_check),
        list(decision.releasable_fields),
        decision.approvals.value,
        decision.notice.value,
    )


def kept_cases():
    """Return every kept case with its expected answer, those of this file first."""
    speaking = (
        speaking_case(ground, short(check))
        for ground, versions in built_in().grounds.items()
        for check in versions[0].order
    )
    worked = json.loads(CASES.read_text("utf-8"))
    return [(raw, Oracle(raw).answer()) for raw in (*filter(None, speaking), *worked)]


def caught_by(ground, check, kept):
    """Return the id of the first kept case that comes out otherwise, or an empty text."""
    mutant = without(built_in(), ground, check)
    for raw, expected in kept:
        if raw["ground"] == ground and answer(raw, mutant) != expected:
            return raw["id"]
    return ""


def verdicts(kept):
    """Yield each pair of ground and check with what catches its loss.

    A check that never speaks over given facts is caught by the written order of the checks alone.
    """
    for ground, versions in built_in().grounds.items():
        for check in versions[0].order:
            speaks = speaking_case(ground, short(check)) is not None
            caught = caught_by(ground, check, kept) if speaks else "order"
            yield ground, check, caught


def main():
    """Print the table, and fail when a loss goes unseen."""
    table = list(verdicts(kept_cases()))
    for ground, check, caught in table:
        sys.stdout.write(f"{ground}\t{check}\t{caught or 'NOT CAUGHT'}\n")
    how = Counter("nothing" if not c else "order" if c == "order" else "case" for *_, c in table)
    asked = how["case"] + how["nothing"]
    share = 100 * how["case"] / asked
    sys.stdout.write(f"pairs that apply: {asked}, caught by a kept case: {share:.1f} %\n")
    sys.stdout.write(f"pairs that never speak over given facts, caught by order: {how['order']}\n")
    return 1 if how["nothing"] else 0


if __name__ == "__main__":
    sys.exit(main())
