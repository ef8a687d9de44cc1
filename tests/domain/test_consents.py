"""A list of consents is read whole or not at all, and each wrong line is named."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from disclosure.domain.consents import COLUMNS, MOST_ROWS, UnreadableList, read_list

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIELDS = {"reg.email", "reg.phone"}
ROW = {
    "reference": "K-500",
    "account": "U-1001",
    "recipient": "Acme Insurance",
    "purpose": "Quotation",
    "fields": "reg.email reg.phone",
    "text_version": "ins-3",
    "channel": "paper",
    "separate": "yes",
    "given_at": "2026-11-01T10:00:00",
}


def read(content):
    data = content if isinstance(content, bytes) else content.encode()
    return read_list(data, fields=FIELDS, zone=SHANGHAI)


def as_csv(*rows, header=tuple(ROW)):
    lines = [",".join(header), *(",".join(row.get(name, "") for name in header) for row in rows)]
    return "\r\n".join(lines) + "\r\n"


def problems(content):
    with pytest.raises(UnreadableList) as wrong:
        read(content)
    return wrong.value.problems


@pytest.mark.parametrize("form", [as_csv, lambda row: json.dumps([row])])
def test_csv_and_json_say_the_same(form):
    (consent,) = read(form(ROW))

    assert consent.fields == ("reg.email", "reg.phone")
    assert consent.given_at == datetime(2026, 11, 1, 2, tzinfo=UTC), "the house's own time"
    assert (consent.separate, consent.guardian, consent.withdrawn_at) == (True, False, None)


def test_json_may_give_lists_and_flags_as_what_they_are():
    row = {**ROW, "fields": ["reg.email"], "separate": False, "guardian": True, "expires_at": None}

    (consent,) = read(json.dumps([row]))

    assert (consent.fields, consent.separate, consent.guardian) == (("reg.email",), False, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reference": ""}, "line 2: reference: is missing"),
        ({"reference": "K" * 41}, "line 2: reference: is longer than 40 characters"),
        ({"account": "U-1\u202e001"}, "line 2: account: holds invisible control characters"),
        ({"fields": ""}, "line 2: fields: name at least one field, separated by blanks"),
        ({"fields": "reg.shoe"}, "line 2: fields: 'reg.shoe' is no field of the catalogue"),
        ({"separate": "perhaps"}, "line 2: separate: write yes or no"),
        ({"separate": ""}, "line 2: separate: write yes or no"),
        ({"given_at": ""}, "line 2: given_at: is missing"),
        (
            {"given_at": "yesterday"},
            "line 2: given_at: write a time like 2026-11-24T10:00:00+08:00, or a day",
        ),
        (
            {"given_at": "0001-01-01T00:00:00"},
            "line 2: given_at: write a time like 2026-11-24T10:00:00+08:00, or a day",
        ),
        ({"expires_at": "2026-10-01"}, "line 2: expires_at: lies before given_at"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(changes, said):
    row = ROW | changes

    assert problems(as_csv(row, header=tuple(row))) == [said]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "byte 1: the file is not UTF-8"),
        ("", "line 1: the line of column names lacks reference"),
        (as_csv(header=tuple(ROW)), "the list is empty"),
        ("reference,reference\n", "lacks account"),
        (as_csv(ROW).replace("K-500", '"K-500"x'), "not readable as CSV"),
        (as_csv(ROW) + "K-501,only two\r\n", "line 3: has 2 cells"),
        ("[1]", "entry 1: must be an object"),
        ("{}", "the file must be an array"),
        ("[{]", "line 1, column 3: not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('[{"reference": "a", "reference": "b"}]', "stands twice in one object"),
        (json.dumps([{**ROW, "colour": "red"}]), "entry 1: colour: is no column"),
        (json.dumps([{**ROW, "given_at": 5}]), "entry 1: given_at: must be a text"),
        (as_csv(ROW, ROW), "line 3: reference: stands in line 2 already"),
        (as_csv(*[ROW] * (MOST_ROWS + 1)), f"more than {MOST_ROWS} consents"),
    ],
)
def test_a_list_that_is_none_is_refused_with_what_is_wrong(content, said):
    assert said in problems(content)[0]


def test_every_wrong_line_is_told_in_one_answer_up_to_a_screenful():
    rows = [{**ROW, "reference": f"K-{n}", "given_at": ""} for n in range(30)]

    told = problems(as_csv(*rows))

    assert told[0].startswith("line 2:")
    assert told[-1] == "and 10 more problems"


def test_a_consent_names_its_recipient_whatever_the_width_and_case():
    (consent,) = read(as_csv(ROW))

    assert consent.names("ACME  insurance\u3000")
    assert not consent.names("Acme")
    assert not consent.names("  ")


def test_a_consent_runs_from_when_it_was_given_to_its_end_both_inclusive():
    (consent,) = read(json.dumps([{**ROW, "expires_at": "2026-12-01T10:00:00"}]))
    moments = [datetime(2026, 11, 1, 1, 59, tzinfo=UTC), consent.given_at]
    moments += [consent.expires_at, datetime(2026, 12, 1, 2, 1, tzinfo=UTC)]

    assert [consent.runs_at(moment) for moment in moments] == [False, True, True, False]


def test_the_page_explains_every_column():
    assert set(ROW) < set(COLUMNS)
