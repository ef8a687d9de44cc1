"""``evaluate FILE`` on files that are not as they should be: the place, or the answers."""

import json

import pytest
from click.testing import CliRunner

from disclosure.cli import commands
from disclosure.domain.facts import IGNORED_KEYS
from disclosure.domain.grounds import decide_cases
from disclosure.errors import BadInput
from tests.domain.situations import CONSENT, OWN, built_in, change, situation

OBJECTS = {
    "G3C": ["requester", "instrument", "subject", "request", "ground_facts", "process", "policy"],
    "G3A": ["ground_facts.consent"],
}
FLAGS = {
    "G3C": (
        *("requester.verified", "requester.callback_done", "requester.is_data_subject"),
        *("requester.restricted_list", "instrument.sealed", "instrument.names_us"),
        *("instrument.emergency", "instrument.gag", "subject.identifiers_agree"),
        *("subject.safety_flag", "subject.cookies_refused", "request.data_exists"),
    ),
    "G3A": ("ground_facts.consent.separate", "ground_facts.consent.covers"),
    "G3D": ("ground_facts.final", "ground_facts.relay_tried"),
    "G3E": ("ground_facts.qualified", "ground_facts.requester_is_respondent"),
    "G3F": ("ground_facts.on_platform", "ground_facts.trader", "ground_facts.in_time"),
    "G3G": ("ground_facts.reason_ok",),
}
NUMBERS = ("requester.officers", "subject.resolves_to", "subject.age", "request.period_days")
INSTANTS = {
    "G3C": (
        *("received_at", "release_at", "instrument.issued_at", "instrument.expires_at"),
        "instrument.gag_until",
    ),
    "G3A": ("ground_facts.consent.given_at", "ground_facts.consent.withdrawn_at"),
    "G3B": ("ground_facts.access_end",),
}
LISTS = {
    "G3C": (
        *("request.fields", "request.justified", "instrument.fields", "policy.receipt_lacks"),
        "policy.now_removes",
    ),
    "G3A": ("ground_facts.consent.fields",),
}
NO_INSTANT = (
    "tomorrow",
    "2026-02-30",
    "2026-11-09T25:00",
    "9999-12-31T23:59:59Z",
    "",
    20261109,
    True,
)


def run(tmp_path, content):
    """Run the command on a file of these bytes or this text."""
    file = tmp_path / "facts.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CliRunner().invoke(commands, ["evaluate", str(file)])


def refused(tmp_path, content, where):
    """Tell that the file is refused in one line that names the place, with nothing answered."""
    done = run(tmp_path, content)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"error: {where}"), done.stderr
    return done.stderr


def third(ground, path, value):
    """Return four cases of which the last has a bad value."""
    good = [situation(each) for each in ("G3C", "G3F", "G3A")]
    return json.dumps([*good, situation(ground, {path: value})])


BAD = [
    *((g, f"{part}.colour", 1) for g, parts in OBJECTS.items() for part in parts),
    *(
        (g, path, value)
        for g, paths in FLAGS.items()
        for path in paths
        for value in (1, "true", [])
    ),
    *(("G3C", path, value) for path in NUMBERS for value in (True, "2", 2.0, -1, 10**30, [], {})),
    *((g, path, value) for g, paths in INSTANTS.items() for path in paths for value in NO_INSTANT),
    *(
        (g, path, value)
        for g, paths in LISTS.items()
        for path in paths
        for value in ("reg.phone", {})
    ),
    *((g, part, value) for g, parts in OBJECTS.items() for part in parts for value in ([], 1, "x")),
]


@pytest.mark.parametrize(("ground", "path", "value"), BAD, ids=lambda value: str(value)[:40])
def test_a_bad_value_is_named_by_its_path(ground, path, value):
    with pytest.raises(BadInput) as caught:
        decide_cases(third(ground, path, value), built_in())

    assert caught.value.where == f"[3].facts.{path}"


@pytest.mark.parametrize(
    ("ground", "path"), [(ground, path) for ground, paths in LISTS.items() for path in paths]
)
@pytest.mark.parametrize("bad", ["reg.shoe_size", "reg", "", 7, None, ["reg.phone"]], ids=str)
def test_a_field_that_does_not_exist_is_named_by_its_place_in_the_list(ground, path, bad):
    with pytest.raises(BadInput) as caught:
        decide_cases(third(ground, path, ["reg.phone", bad]), built_in())

    assert caught.value.where == f"[3].facts.{path}[1]"


@pytest.mark.parametrize(
    "change_of", ["requester.colour", "requester.officers", "release_at", "request.fields"]
)
def test_the_command_names_the_path_and_answers_nothing(tmp_path, change_of):
    refused(tmp_path, third("G3C", change_of, "x"), f"[3].facts.{change_of}: ")


@pytest.mark.parametrize("ground", sorted(OWN))
def test_a_fact_of_another_ground_is_no_fact_here(tmp_path, ground):
    others = {"G3A": "order", "G2C": "order"}
    key = others.get(ground, "consent")
    value = CONSENT if key == "consent" else "O-1"

    refused(
        tmp_path, third(ground, f"ground_facts.{key}", value), f"[3].facts.ground_facts.{key}: "
    )


def test_a_key_beside_the_facts_is_an_error_unless_it_is_one_of_those_for_people(tmp_path):
    for key in IGNORED_KEYS:
        assert run(tmp_path, json.dumps([situation("G3C") | {key: {"any": [1.5]}}])).exit_code == 0
    refused(tmp_path, json.dumps([situation("G3C") | {"colour": 1}]), "[0].colour: ")
    lone = situation("G3C")
    change(lone, "facts.colour", 1)
    refused(tmp_path, json.dumps([lone]), "[0].facts.colour: ")


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "line 1, column 1: "),
        (b"   \n", "line 2, column 1: "),
        (b"\xff\xfe[\x00]\x00", "cannot read or write: the file is not UTF-8 text"),
        ('["\xe9"]'.encode("latin-1"), "cannot read or write: the file is not UTF-8 text"),
        (b"\xef\xbb\xbf\xef\xbb\xbf[]", "line 1, column 1: "),
        (b"{}", "document: "),
        (b"[NaN]", "[0]: "),
        (b'[{"id": "a", "facts": {"requester": {"officers": -Infinity}}}]', "[0].facts."),
        (b'[{"id": "a", "facts": {"release_at": 1, "release_at": 2}}]', "[0].facts.release_at: "),
        (b'[{"title": {"a": {"b": 1, "b": 1}}}]', "[0].title.a.b: "),
        (b"[" * 100_000, "document: "),
        (b'[{"id":' * 50_000, "document: "),
        (b'[{"expected": ' + b"[" * 5000 + b"]" * 5000 + b"}]", "document: "),
        (b"[1] [2]", "line 1, column 5: "),
        (b"[" + b"9" * 100_000 + b"]", "[0]: "),
        (b'[{"id": "\\ud800"}]', "[0].id: "),
    ],
    ids=lambda value: str(value)[:34],
)
def test_what_is_no_list_of_cases_is_refused_with_the_place(tmp_path, content, where):
    refused(tmp_path, content, where)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        done = CliRunner().invoke(commands, ["evaluate", str(path)])

        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("error: cannot read or write: ")


def test_an_empty_list_and_a_byte_order_mark_are_fine(tmp_path):
    assert run(tmp_path, "[]").output == ""
    assert run(tmp_path, b"\xef\xbb\xbf[]").exit_code == 0


def test_two_cases_of_one_name_are_two_answers_in_their_order(tmp_path):
    second = situation("G3C", {"requester.officers": 1})
    lines = run(tmp_path, json.dumps([situation("G3C"), second])).output.splitlines()

    assert [json.loads(line)["outcome"] for line in lines] == ["release", "needs_info"]


def test_ten_thousand_cases_are_answered_each_on_its_line(tmp_path):
    grounds = sorted(OWN)
    cases = [situation(grounds[n % 8], case_id=str(n)) for n in range(10_000)]
    lines = run(tmp_path, json.dumps(cases)).output.splitlines()

    assert [json.loads(line)["id"] for line in lines] == [str(n) for n in range(10_000)]


def test_the_last_of_ten_thousand_cases_can_stop_all(tmp_path):
    cases = [situation("G3B", case_id=str(n)) for n in range(9_999)]
    cases.append(situation("G3C", {"instrument.number": 17}))

    refused(tmp_path, json.dumps(cases), "[9999].facts.instrument.number: ")


def test_the_latest_instants_that_have_a_local_time_are_answered(tmp_path):
    late = {"instrument.expires_at": "9999-12-31T23:59:59", "instrument.issued_at": "0001-01-02"}

    assert json.loads(run(tmp_path, json.dumps([situation("G3C", late)])).output)["outcome"] == (
        "release"
    )
