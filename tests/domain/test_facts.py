"""The strict reading of cases: what is taken, what is bad input, and where it is said to stand."""

import json
from datetime import UTC, datetime

import pytest

from disclosure.domain.facts import GROUND_FACTS, IGNORED_KEYS, parse_case
from disclosure.domain.grounds import decide_cases
from disclosure.errors import BadInput
from tests.domain.situations import CONSENT, GONE, OWN, built_in, situation


def parsed(ground="G3C", changes=None):
    return parse_case(situation(ground, changes), built_in(), path="[3]")


BAD_FACTS = [
    # unknown keys
    ("G3C", {"surprise": 1}, "facts.surprise"),
    ("G3C", {"requester.name": "x"}, "facts.requester.name"),
    ("G3C", {"instrument.colour": "x"}, "facts.instrument.colour"),
    ("G3C", {"subject.email": "x"}, "facts.subject.email"),
    ("G3C", {"request.reason": "x"}, "facts.request.reason"),
    ("G3C", {"process.helper": "x"}, "facts.process.helper"),
    ("G3C", {"policy.text": "x"}, "facts.policy.text"),
    ("G3A", {"ground_facts.consent.tone": "x"}, "facts.ground_facts.consent.tone"),
    ("G3A", {"requester.expected": 1}, "facts.requester.expected"),
    # facts of another ground
    ("G3F", {"ground_facts.qualified": True}, "facts.ground_facts.qualified"),
    ("G3C", {"ground_facts.export_route": "x"}, "facts.ground_facts.export_route"),
    ("G3F", {"ground_facts.nonsense": True}, "facts.ground_facts.nonsense"),
    # wrong types
    ("G3C", {"requester.verified": "yes"}, "facts.requester.verified"),
    ("G3C", {"requester.verified": 1}, "facts.requester.verified"),
    ("G3C", {"requester.verified": None}, "facts.requester.verified"),
    ("G3C", {"requester.officers": True}, "facts.requester.officers"),
    ("G3C", {"requester.officers": "2"}, "facts.requester.officers"),
    ("G3C", {"requester.officers": 2.0}, "facts.requester.officers"),
    ("G3C", {"requester.officers": -1}, "facts.requester.officers"),
    ("G3C", {"subject.resolves_to": True}, "facts.subject.resolves_to"),
    ("G3C", {"subject.age": False}, "facts.subject.age"),
    ("G3C", {"request.period_days": True}, "facts.request.period_days"),
    ("G3C", {"request.period_days": -3}, "facts.request.period_days"),
    ("G3C", {"instrument.number": 17}, "facts.instrument.number"),
    ("G3C", {"instrument.sealed": "true"}, "facts.instrument.sealed"),
    ("G3C", {"instrument.art41_approval": True}, "facts.instrument.art41_approval"),
    ("G3C", {"instrument.excluded_basis": 1}, "facts.instrument.excluded_basis"),
    ("G3C", {"request": []}, "facts.request"),
    ("G3C", {"requester": "police"}, "facts.requester"),
    ("G3C", {"request.fields": "reg.phone"}, "facts.request.fields"),
    ("G3C", {"request.fields": {"reg.phone": 1}}, "facts.request.fields"),
    ("G3C", {"request.fields": None}, "facts.request.fields"),
    ("G3C", {"process.approvers": "compliance"}, "facts.process.approvers"),
    ("G3C", {"process.approvers": ["a", 2]}, "facts.process.approvers[1]"),
    ("G3C", {"process.approvers": ["a", " "]}, "facts.process.approvers[1]"),
    ("G3A", {"ground_facts.consent": True}, "facts.ground_facts.consent"),
    ("G3E", {"ground_facts.qualified": "yes"}, "facts.ground_facts.qualified"),
    ("G3D", {"ground_facts.law_note": True}, "facts.ground_facts.law_note"),
    # unknown fields
    ("G3C", {"request.fields": ["reg.phone", "reg.shoe_size"]}, "facts.request.fields[1]"),
    ("G3C", {"request.fields": ["reg.*"]}, "facts.request.fields[0]"),
    ("G3C", {"request.fields": [7]}, "facts.request.fields[0]"),
    ("G3C", {"request.justified": ["x"]}, "facts.request.justified[0]"),
    ("G3C", {"instrument.fields": ["x"]}, "facts.instrument.fields[0]"),
    ("G3C", {"policy.receipt_lacks": ["x"]}, "facts.policy.receipt_lacks[0]"),
    ("G3A", {"ground_facts.consent.fields": ["x"]}, "facts.ground_facts.consent.fields[0]"),
    # words outside their set
    ("G3C", {"requester.class": "wizard"}, "facts.requester.class"),
    ("G3C", {"requester.country": "China"}, "facts.requester.country"),
    ("G3C", {"requester.country": "cn"}, "facts.requester.country"),
    ("G3C", {"requester.country": "ZZ"}, "facts.requester.country"),
    ("G3C", {"requester.domain": "known"}, "facts.requester.domain"),
    ("G3C", {"instrument.type": "napkin"}, "facts.instrument.type"),
    ("G3C", {"instrument.danger": "pets"}, "facts.instrument.danger"),
    ("G3C", {"instrument.issuer_level": "high"}, "facts.instrument.issuer_level"),
    ("G3C", {"subject.storage": "cn"}, "facts.subject.storage"),
    ("G3C", {"subject.objection": "maybe"}, "facts.subject.objection"),
    ("G3E", {"ground_facts.state": "lost"}, "facts.ground_facts.state"),
    ("G3F", {"ground_facts.performed": "half"}, "facts.ground_facts.performed"),
    # dates
    ("G3C", {"release_at": GONE}, "facts.release_at"),
    ("G3C", {"release_at": None}, "facts.release_at"),
    ("G3C", {"release_at": "tomorrow"}, "facts.release_at"),
    ("G3C", {"release_at": "2026-02-30"}, "facts.release_at"),
    ("G3C", {"release_at": "2026-11-09T25:00:00"}, "facts.release_at"),
    ("G3C", {"release_at": "2026-11-09 09:00:00"}, "facts.release_at"),
    ("G3C", {"release_at": "20261109"}, "facts.release_at"),
    ("G3C", {"release_at": 1762650000}, "facts.release_at"),
    ("G3C", {"release_at": "0001-01-01T00:00:00+14:00"}, "facts.release_at"),
    ("G3C", {"release_at": "\uff12\uff10\uff12\uff16-11-09"}, "facts.release_at"),
    ("G3C", {"instrument.expires_at": "31.12.2026"}, "facts.instrument.expires_at"),
    ("G3C", {"received_at": True}, "facts.received_at"),
    # text that is no text
    ("G3C", {"instrument.number": "\ud800"}, "facts.instrument.number"),
]


@pytest.mark.parametrize(("ground", "changes", "where"), BAD_FACTS, ids=lambda v: str(v)[:60])
def test_bad_facts_are_named_by_their_path(ground, changes, where):
    with pytest.raises(BadInput) as caught:
        parsed(ground, changes)

    assert caught.value.where == f"[3].{where}"


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        ([], "[3]"),
        (None, "[3]"),
        ("case", "[3]"),
        ({}, "[3].id"),
        ({"id": "a", "ground": "G3C"}, "[3].facts"),
        ({"id": "a", "facts": {"release_at": "2026-11-09"}}, "[3].ground"),
        ({"id": "", "ground": "G3C", "facts": {"release_at": "2026-11-09"}}, "[3].id"),
        ({"id": 5, "ground": "G3C", "facts": {"release_at": "2026-11-09"}}, "[3].id"),
        ({"id": "a", "ground": "G9Z", "facts": {"release_at": "2026-11-09"}}, "[3].ground"),
        ({"id": "a", "ground": ["G3C"], "facts": {}}, "[3].ground"),
        ({"id": "a", "ground": "G3C", "facts": []}, "[3].facts"),
        ({"id": "a", "ground": "G3C", "facts": None}, "[3].facts"),
        ({"id": "a", "colour": "red"}, "[3].colour"),
    ],
)
def test_a_bad_case_is_named_by_its_path(raw, where):
    with pytest.raises(BadInput) as caught:
        parse_case(raw, built_in(), path="[3]")

    assert caught.value.where == where


def test_a_path_without_a_place_begins_with_the_first_key():
    with pytest.raises(BadInput) as caught:
        parse_case(situation("G3C", {"requester.country": 7}), built_in())

    assert caught.value.where == "facts.requester.country"


def test_messages_repeat_no_value():
    with pytest.raises(BadInput) as caught:
        parsed("G3C", {"requester.country": "13800138000", "requester.class": "13800138000"})

    assert "13800138000" not in str(caught.value)


def test_a_strange_key_is_shown_short_and_plain():
    with pytest.raises(BadInput) as caught:
        parsed("G3C", {"requester.\ud800" + "x" * 500: 1})

    assert len(caught.value.where) < 100
    assert caught.value.where.isascii()


def test_only_a_release_instant_has_to_be_given():
    raw = {"id": "bare", "ground": "G3C", "facts": {"release_at": "2026-11-09"}}
    facts = parse_case(raw, built_in()).facts

    assert facts.requester.requester_class is None
    assert facts.requester.officers == 0
    assert facts.instrument.danger == "person"
    assert facts.instrument.fields is None
    assert facts.subject.age is None
    assert facts.request.data_exists is None
    assert facts.process is None


@pytest.mark.parametrize(
    "changes",
    [
        {"instrument": None},
        {"process": None},
        {"policy": None},
        {"instrument.expires_at": None},
        {"instrument.fields": None},
        {"instrument.art41_approval": None},
        {"subject.age": None},
        {"request.period_days": None},
        {"request.data_exists": None},
        {"request.duplicate_of": None},
    ],
    ids=str,
)
def test_null_is_as_good_as_absent_where_absent_means_none(changes):
    (path,) = changes

    assert parsed("G3C", changes) == parsed("G3C", {path: GONE})


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_text_is_none(blank):
    assert parsed("G3C", {"instrument.number": blank}).facts.instrument.number is None


@pytest.mark.parametrize("there", [True, "a reference"])
def test_evidence_is_on_file_by_true_or_by_its_name(there):
    changes = {"instrument.excluded_basis": there, "request.period_reason": there}
    facts = parsed("G3C", changes).facts

    assert facts.instrument.excluded_basis is True
    assert facts.request.period_reason is True


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-11-09", datetime(2026, 11, 8, 16, tzinfo=UTC)),
        ("2026-11-09T09:00:00", datetime(2026, 11, 9, 1, tzinfo=UTC)),
        ("2026-11-09T09:00", datetime(2026, 11, 9, 1, tzinfo=UTC)),
        ("2026-11-09T09:00:00Z", datetime(2026, 11, 9, 9, tzinfo=UTC)),
        ("2026-11-09T09:00:00-05:00", datetime(2026, 11, 9, 14, tzinfo=UTC)),
        ("2026-11-09T09:00:00.5", datetime(2026, 11, 9, 1, 0, 0, 500000, tzinfo=UTC)),
    ],
)
def test_times_are_instants_and_days_their_first(given, meant):
    assert parsed("G3C", {"release_at": given}).facts.release_at == meant


def test_what_speaks_to_people_only_is_left_out():
    raw = situation("G3C") | {key: {"any": ["thing", 1.5]} for key in IGNORED_KEYS}

    assert parse_case(raw, built_in()) == parse_case(situation("G3C"), built_in())


def test_every_ground_fact_belongs_to_some_ground():
    taken = set().union(*(ground[0].facts for ground in built_in().grounds.values()))

    assert taken == set(GROUND_FACTS)


# Whole documents


def document(*cases):
    return json.dumps(list(cases))


def test_one_bad_case_answers_none():
    good, bad = situation("G3C"), situation("G3C", {"requester.country": 7})

    with pytest.raises(BadInput, match=r"^\[1\]\.facts\.requester\.country: "):
        decide_cases(document(good, bad), built_in())


def test_one_line_for_each_case():
    raw = situation("G3F", case_id="案\u2028件")
    lines = decide_cases(document(raw, situation("G3A")), built_in())

    assert [json.loads(line)["id"] for line in lines] == ["案\u2028件", "one"]
    assert all(len(line.splitlines()) == 1 for line in lines)
    assert list(json.loads(lines[0])) == [
        *("id", "outcome", "deciding_check", "releasable_fields", "approvals", "notice"),
        "checks",
    ]


def test_no_cases_give_no_lines():
    assert decide_cases("[]", built_in()) == []


def test_a_byte_order_mark_is_forgiven():
    assert decide_cases("\ufeff[]", built_in()) == []


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, column 1"),
        ("{}", "document"),
        ("3", "document"),
        ("null", "document"),
        ("[1, 2", "line 1, column 6"),
        ("[\n {'id': 1}]", "line 2, column 3"),
        ("[NaN]", "[0]"),
        ('[{"id": Infinity}]', "[0].id"),
        ('[{"expected": [1, -Infinity]}]', "[0].expected[1]"),
        ('[{"id": "a", "facts": {"x": {"b": 1, "b": 2}}}]', "[0].facts.x.b"),
        ('[{"id": "a", "id": "a"}]', "[0].id"),
        ('[{"title": {"a": 1, "a": 1}}]', "[0].title.a"),
        ('[{"id": "\\ud83d"}]', "[0].id"),
        ('[{"title": "\\udc00"}]', "[0].title"),
        ('[{"title": "\ud800"}]', "[0].title"),
        ('[{"\\ud800": 1}]', "[0].'\\ud800'"),
        ("[" * 100_000 + "]" * 100_000, "document"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "document"),
        ('[{"id": ' + "9" * 5000 + "}]", "[0].id"),
        ('[{"id": 1e999}]', "[0].id"),
    ],
    ids=lambda value: str(value)[:30].encode("unicode_escape").decode(),
)
def test_what_is_no_list_of_cases_is_bad_input_with_its_place(text, where):
    with pytest.raises(BadInput) as caught:
        decide_cases(text, built_in())

    assert caught.value.where == where


def test_whole_characters_written_as_two_halves_are_fine():
    (line,) = decide_cases(document(situation("G3C", case_id="😀")), built_in())

    assert json.loads(line)["id"] == "😀"


def test_a_case_of_every_ground_is_read():
    assert CONSENT["separate"]
    for ground in OWN:
        assert parsed(ground).ground == ground
