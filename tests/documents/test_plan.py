"""The JSON form of a plan."""

import json

import pytest

from disclosure.documents.plan import Plan, Region, Term, parse_plan
from disclosure.errors import BadInput

REGION = {"page": 1, "box": [0, 1.5, 20, 30], "reason": "third-party"}
TERM = {"text": "Zhang Wei", "reason": "third-party"}


def test_a_whole_plan_is_read():
    plan = parse_plan(json.dumps({"regions": [REGION], "terms": [TERM], "password": None}))

    assert plan == Plan(
        regions=(Region(1, (0.0, 1.5, 20.0, 30.0), "third-party"),),
        terms=(Term("Zhang Wei", "third-party"),),
    )


def test_a_plan_without_a_part_has_none_of_it():
    assert parse_plan('{"terms": []}') == Plan()


@pytest.mark.parametrize(
    ("plan", "where"),
    [
        ("", "plan"),
        ("[]", "plan"),
        ("{" * 9, "plan"),
        ("[" * 100_000, "plan"),
        ('{"boxes": []}', "plan"),
        ('{"regions": {}}', "regions"),
        ('{"password": 5}', "password"),
        ('{"regions": [5]}', "regions[0]"),
        (json.dumps({"regions": [REGION, REGION | {"page": 0}]}), "regions[1].page"),
        (json.dumps({"regions": [REGION | {"page": True}]}), "regions[0].page"),
        (json.dumps({"regions": [REGION | {"page": 1.0}]}), "regions[0].page"),
        (json.dumps({"regions": [REGION | {"box": [0, 0, 1]}]}), "regions[0].box"),
        (json.dumps({"regions": [REGION | {"box": [5, 0, 5, 1]}]}), "regions[0].box"),
        (json.dumps({"regions": [REGION | {"box": ["0", 0, 5, 1]}]}), "regions[0].box"),
        ('{"regions": [{"page": 1, "box": [0, 0, 1e999, 1], "reason": "x"}]}', "regions[0].box"),
        ('{"regions": [{"page": 1, "box": [0, 0, NaN, 1], "reason": "x"}]}', "plan"),
        (json.dumps({"regions": [REGION | {"reason": " "}]}), "regions[0].reason"),
        (json.dumps({"regions": [REGION | {"note": "x"}]}), "regions[0]"),
        (json.dumps({"regions": [{"page": 1, "box": [0, 0, 1, 1]}]}), "regions[0].reason"),
        (json.dumps({"terms": [TERM | {"text": " - "}]}), "terms[0].text"),
        (json.dumps({"terms": [TERM | {"text": "x" * 1001}]}), "terms[0].text"),
        (json.dumps({"terms": [TERM | {"reason": "a\nb"}]}), "terms[0].reason"),
        ('{"terms": [{"text": "x"}]}', "terms[0].reason"),
    ],
)
def test_anything_else_is_bad_input_with_its_place(plan, where):
    with pytest.raises(BadInput) as bad:
        parse_plan(plan)

    assert bad.value.where == where


def test_the_error_never_repeats_the_value():
    with pytest.raises(BadInput) as bad:
        parse_plan(json.dumps({"terms": [{"text": "Zhang Wei", "cause": "x"}]}))

    assert "Zhang" not in str(bad.value)
    assert "Zhang" not in repr(Term("Zhang Wei", "x"))


@pytest.mark.parametrize("box", [[0, 1.5, 20, 30], [20, 30, 0, 1.5], [0, 30, 20, 1.5]])
def test_any_two_opposite_corners_name_a_box(box):
    plan = parse_plan(json.dumps({"regions": [REGION | {"box": box}]}))

    assert plan.regions[0].box == (0.0, 1.5, 20.0, 30.0)
