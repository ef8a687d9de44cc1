"""Entries have one form, chains show every change, and personal data does not get in."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.domain.events import Event
from disclosure.domain.ledger import (
    EMPTY,
    Actor,
    Content,
    NotCanonical,
    NotForTheLedger,
    Place,
    build_entry,
    canonical_json,
    commitment,
    leaf_hash,
    time_text,
)

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HASH = "ab" * 32


# One form for each value.

SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def reference(value: object) -> str:
    """Write a value as RFC 8785 says, sign by sign, without the json module."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return f"{value:d}"
    if isinstance(value, str):
        signs = (
            SHORT.get(ord(sign), f"\\u{ord(sign):04x}" if ord(sign) < 32 else sign)
            for sign in value
        )
        return '"' + "".join(signs) + '"'
    if isinstance(value, list):
        return "[" + ",".join(reference(member) for member in value) + "]"
    ordered = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
    return "{" + ",".join(f"{reference(key)}:{reference(v)}" for key, v in ordered) + "}"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
@settings(max_examples=300, deadline=None)
def test_canonical_json_agrees_with_the_standard_written_out(value):
    made = canonical_json(value)

    assert made == reference(value).encode()
    assert json.loads(made) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, False, None]}, b'{"a":[true,false,null],"b":1}'),
        ("\u20ac$\u000f\nA'B\"\\\\\"/", '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()),
        ("\u2028\u007f", '"\u2028\u007f"'.encode()),
        ({"1": 1, "10": 2, "2": 3, "A": 4, "_": 5, "a": 6},
         b'{"1":1,"10":2,"2":3,"A":4,"_":5,"a":6}'),
        (2**53 - 1, b"9007199254740991"),
        ({}, b"{}"),
        ((1, 2), b"[1,2]"),
        (Event.CASE_RECEIVED, b'"case:received"'),
    ],
)  # fmt: skip
def test_canonical_json_gives_the_known_bytes(value, expected):
    assert canonical_json(value) == expected


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), "\ud800", {"\ud800": 1}, {"é": 1}, {1: 1}, {None: 1},
     b"raw", {1, 2}, AT, [[[1.5]]], {"a": "x\udfffy"}],
    ids=repr,
)  # fmt: skip
def test_canonical_json_refuses_what_has_no_one_form(value):
    with pytest.raises(NotCanonical):
        canonical_json(value)


def test_canonical_json_refuses_values_nested_without_end():
    value: list[object] = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(NotCanonical, match="nested"):
        canonical_json(value)


def test_hashes_are_those_of_the_certificate_transparency_tree():
    leaf = leaf_hash(b"")

    assert EMPTY == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_commitment_hides_its_value_behind_32_bytes_of_salt():
    salt = bytes(range(32))

    assert commitment(salt, "Zoë") == hashlib.sha256(salt + "Zoë".encode()).hexdigest()
    for bad in (b"", salt[:31], salt + b"x"):
        with pytest.raises(NotCanonical):
            commitment(bad, "Zoë")
    with pytest.raises(NotCanonical):
        commitment(salt, "\ud800")


def test_times_are_utc_with_microseconds():
    shanghai = timezone(timedelta(hours=8))

    assert (
        time_text(datetime(2026, 11, 24, 10, 0, tzinfo=shanghai)) == "2026-11-24T02:00:00.000000Z"
    )
    with pytest.raises(NotCanonical):
        time_text(datetime(2026, 11, 24))  # noqa: DTZ001 - a time without zone is the point


# Events.


def test_every_event_is_a_subject_and_what_happened_to_it_with_a_sentence():
    irregular = {"built", "drawn", "given", "held", "made", "sent", "taken", "withdrawn"}
    for event in Event:
        subject, _, action = event.value.partition(":")
        word = action.rpartition("-")[2]

        assert all(part.isalpha() and part.islower() for part in subject.split("-")), event
        assert all(part.isalpha() and part.islower() for part in action.split("-")), event
        assert word.endswith("ed") or word in irregular, event
        assert event.meaning[0].isupper(), event
        assert event.meaning.endswith("."), event


def test_no_two_events_share_a_name_or_a_sentence():
    assert len({event.value for event in Event}) == len(Event.__members__)
    assert len({event.meaning for event in Event}) == len(Event)


# Entries.


def entry(**changes: object) -> bytes:
    told: dict[str, object] = {
        "seq": 1,
        "prev": EMPTY,
        "at": AT,
        "case": "DR-2026-0001",
        "case_seq": 1,
        "case_prev": EMPTY,
        "actor": Actor("person:12", "case_handler", HASH),
        "event": Event.DOCUMENT_ADDED,
        "subjects": ["document:7"],
        "data": {"sha256": HASH, "size": 1234, "kinds": ["scan", "order"], "signed": True},
        "commitments": {"name": HASH},
        "app_version": "0.1.0",
    }
    told |= changes
    place = Place(
        **{name: told.pop(name) for name in ("seq", "prev", "case", "case_seq", "case_prev")}
    )
    return build_entry(place, Content(**told))  # type: ignore[arg-type]


def test_an_entry_has_exactly_the_fields_of_format_1():
    assert entry().decode() == (
        '{"action":"document:added",'
        f'"actor":{{"person":"person:12","role":"case_handler","session":"{HASH}"}},'
        '"app":"0.1.0","at":"2026-11-24T02:00:00.000000Z",'
        f'"case":"DR-2026-0001","case_prev":"{EMPTY}","case_seq":1,'
        f'"commit":{{"name":"{HASH}"}},'
        f'"data":{{"kinds":["scan","order"],"sha256":"{HASH}","signed":true,"size":1234}},'
        f'"prev":"{EMPTY}","seq":1,"subjects":["document:7"],"v":1}}'
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 0},
        {"seq": True},
        {"seq": 2},
        {"prev": HASH},
        {"prev": "AB" * 32},
        {"prev": "ab"},
        {"case_seq": 0},
        {"case_seq": None},
        {"case_seq": 2},
        {"case_prev": None},
        {"case_prev": HASH},
        {"case": None},
        {"case": "DR 1"},
        {"case": "x" * 65},
        {"case": "DR-1\n"},
        {"at": AT.replace(tzinfo=None)},
    ],
    ids=repr,
)
def test_an_entry_without_a_true_place_is_refused(changes):
    with pytest.raises(NotCanonical):
        entry(**changes)


def test_an_entry_may_concern_no_case():
    told = json.loads(entry(case=None, case_seq=None, case_prev=None))

    assert (told["case"], told["case_seq"], told["case_prev"]) == (None, None, None)


# Personal data stays out.

PERSONAL = [
    "li.wei@example.com", "li.wei(at)example com", "Li Wei", "李伟", "Zoë", "13800138000",
    "+8613800138000", "138-0013-8000", "+86-138-0013-8000", "tel:138-0013-8000", "(021)62345678",
    "021.6234.5678", "110105194912310026", "11010519491231002X", "6222021234567890123", "E12345678",
    "203.0.113.7", "10.0.0.1", "ip:203.0.113.7", "2001:db8::1", "fe80:0:0:0:1:2:3:4", "::1",
    "https://example.com/u/1", "x" * 201, "", " ", "a\nb", "a\u202eb", "GB29NWBK60161331926819",
    "user1234567", "order:1234567890", "1234567",
]  # fmt: skip
HARMLESS = [
    "G3C", "C01_legal_basis_cited", "case_handler", "person:12", "document:123456789", HASH,
    "0" * 64, "d41d8cd98f00b204e9800998ecf8427e", "12345678901234567890123456789012",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709", "8f14e45f-ceea-467f-a0e6-9d2b7c3e1a55",
    "12345678-1234-1234-1234-123456789012", "2026-11-24", "2026-11-24T02:00:00.000000Z",
    "until:2026-11-24", "cn/2026-05-01", "cn.pipl.13.1.3", "3(e)", "DR-2026-000123", "0.1.0",
    "legal_reviewer+compliance_officer", "S03", "123456", "system", "1.2.3", "G3C:C05",
    "r:8f14e45f-ceea-467f-a0e6-9d2b7c3e1a55", "~5", "-1",
]  # fmt: skip


@pytest.mark.parametrize("word", PERSONAL, ids=ascii)
def test_personal_data_is_refused_wherever_it_is_put_and_not_repeated(word):
    for changes in (
        {"data": {"value": word}},
        {"data": {"values": ["G3C", word]}},
        {"subjects": ["document:7", word]},
        {"actor": Actor(word, "case_handler")},
        {"actor": Actor("person:12", word)},
    ):
        with pytest.raises(NotForTheLedger) as caught:
            entry(**changes)

        assert not word.strip() or word not in str(caught.value)


@pytest.mark.parametrize("word", [word for word in HARMLESS if word[0] not in "~-"])
def test_ids_hashes_codes_and_dates_are_written(word):
    told = json.loads(entry(data={"value": word, "values": [word]}, subjects=[word]))

    assert told["data"] == {"value": word, "values": [word]}


@pytest.mark.parametrize(
    "data",
    [
        {"phone": 13800138000},
        {"phone": 10**9},
        {"debt": -(10**9)},
        {"ratio": 1.5},
        {"deep": {"a": 1}},
        {"deep": [["a"]]},
        {"raw": b"bytes"},
        {"many": [1] * 1001},
        {"Li Wei": 1},
        {"li@example.com": 1},
        {"": 1},
        {"x" * 41: 1},
        {"prev": HASH},
        {"seq": 3},
        {"case_prev": 1},
        {"case_seq": 1},
        {"subjects": "a"},
    ],
    ids=lambda data: repr(data)[:40],
)
def test_data_that_is_no_flat_list_of_codes_and_counts_is_refused(data):
    with pytest.raises(NotForTheLedger):
        entry(data=data)


@pytest.mark.parametrize("session", ["token", "AB" * 32, HASH[:-1], HASH + "a"])
def test_only_the_hash_of_a_session_is_written(session):
    with pytest.raises(NotForTheLedger):
        entry(actor=Actor("person:12", "case_handler", session))


@pytest.mark.parametrize("commitments", [{"name": "Li Wei"}, {"a b": HASH}, {"name": HASH[:-1]}])
def test_only_hashes_are_commitments(commitments):
    with pytest.raises(NotForTheLedger):
        entry(commitments=commitments)


@pytest.mark.parametrize("case", ["1234567890123", "138-0013-8000", "CASE2026112400"])
def test_the_case_s_own_reference_may_look_like_anything(case):
    told = json.loads(entry(case=case, subjects=[case, f"case:{case}"], data={"from": case}))

    assert told["subjects"] == [case, f"case:{case}"]
