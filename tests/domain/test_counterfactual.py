"""The smallest change of facts: found, true, and no larger than it has to be."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from disclosure.domain.decision import Outcome
from disclosure.domain.fact_paths import PATHS, value_at, with_value
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds import evaluate
from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.checks import CHECKS
from disclosure.domain.grounds.counterfactual import MOST_SHOWN, TRIES, what_would_change
from disclosure.domain.wording import Language
from tests.domain.drawn import cases, examples
from tests.domain.situations import CASES, GONE, built_in, situation

RULES = built_in()
WORKED = json.loads(CASES.read_text("utf-8"))


def outlook(ground, changes=None):
    """Return the case of a situation with what would change it."""
    case = parse_case(situation(ground, changes), RULES)
    return case, what_would_change(case, RULES)


def changes(found):
    """Return the paths with the values that were tried."""
    return [{each.path: each.then for each in one.changes} for one in found]


def decided_with(case, found):
    """Decide the case with the changes made."""
    facts = case.facts
    for change in found.changes:
        facts = with_value(facts, change.path, change.then)
    return evaluate(type(case)(id=case.id, ground=case.ground, facts=facts), RULES)


@pytest.mark.parametrize(
    ("ground", "given", "expected"),
    [
        ("G3C", {"requester.officers": 1}, {"requester.officers": 2}),
        ("G3C", {"requester.callback_done": False}, {"requester.callback_done": True}),
        ("G3C", {"instrument.type": "lawyer_letter"}, {"instrument.type": "cn_emergency_request"}),
        ("G3F", {"ground_facts.performed": "none"}, {"ground_facts.performed": "part"}),
        ("G3F", {"subject.objection": "pending"}, {"subject.objection": "none"}),
        ("G3E", {"ground_facts.forwarded": False}, {"ground_facts.forwarded": True}),
        ("G3A", {"ground_facts.consent.covers": False}, {"ground_facts.consent.covers": True}),
        ("G3B", {"ground_facts.contract": GONE}, {"ground_facts.contract": "(on file)"}),
        (
            "G3C",
            {"instrument.number": GONE, "requester.officers": 0},
            {"requester.officers": 2, "instrument.number": "(on file)"},
        ),
    ],
)
def test_the_fact_that_stands_in_the_way_is_named_with_the_value_that_helps(
    ground, given, expected
):
    _, found = outlook(ground, given)

    assert changes(found.towards)[0] == expected
    assert found.towards[0].outcome is Outcome.RELEASE


def test_one_change_is_preferred_to_two_and_two_to_a_road():
    for raw in WORKED:
        found = what_would_change(parse_case(raw, RULES), RULES)
        sizes = {len(each.changes) for each in found.towards}

        assert sizes in (set(), {1}, {2})
        assert not (found.towards and found.road)
        assert found.road is None or len(found.road.changes) > 2


def test_a_release_is_told_what_would_stop_it():
    _, found = outlook("G3C")

    assert {"requester.officers": 1} in changes(found.away)
    assert found.towards == ()
    assert all(not each.outcome.releases for each in found.away)


def test_a_partial_release_is_told_what_would_let_more_leave():
    asked = {"request.fields": ["reg.phone", "reg.postal_address"]}
    _, found = outlook("G3F", asked)

    assert found.towards[0].fields == ("reg.phone", "reg.postal_address")
    assert list(changes(found.towards)[0]) == ["request.justified"]


def test_two_facts_that_help_only_together_are_found():
    asked = {"request.fields": ["reg.phone", "exc.activities"], "process": GONE}
    _, found = outlook("G3C", asked)

    assert changes(found.towards)[0] == {
        "instrument.fields": ("reg.phone", "exc.activities"),
        "instrument.excluded_basis": True,
    }
    assert found.towards[0].fields == ("reg.phone", "exc.activities")


def test_a_case_that_needs_many_things_gets_a_road_on_which_nothing_is_idle():
    case, found = outlook(
        "G3C",
        {
            "requester.verified": False,
            "requester.callback_done": False,
            "requester.officers": 0,
            "instrument.sealed": False,
            "instrument.names_us": False,
        },
    )

    assert found.towards == ()
    assert len(found.road.changes) == 5
    assert decided_with(case, found.road).outcome is Outcome.RELEASE


def test_what_nobody_can_change_is_no_lever():
    _, found = outlook("G3F", {"requester.class": GONE})

    assert found.towards == ()
    assert not {"requester.class", "subject.age", "subject.storage", "release_at"} & set(TRIES)


@examples(60)
@given(raw=cases(most=5))
def test_every_change_that_is_told_leads_where_it_says(raw):
    case = parse_case(raw, RULES)
    base = evaluate(case, RULES)
    found = what_would_change(case, RULES)
    road = (found.road,) if found.road else ()

    for each in (*found.towards, *found.otherwise, *found.away, *road):
        again = decided_with(case, each)
        assert (again.outcome, again.deciding_check, again.releasable_fields) == (
            *(each.outcome, each.deciding_check),
            each.fields,
        )
        assert (again.outcome, again.releasable_fields) != (base.outcome, base.releasable_fields)
    assert len(found.towards) <= MOST_SHOWN
    assert found == what_would_change(case, RULES)


def test_most_worked_cases_have_a_change_that_makes_them_come_out_otherwise():
    nothing = [
        raw["id"]
        for raw in WORKED
        for found in (what_would_change(parse_case(raw, RULES), RULES),)
        if not (found.towards or found.road or found.otherwise or found.away)
    ]

    assert nothing == ["G3F-33"]


# Facts by their path


def test_every_fact_that_a_check_reads_has_a_path_and_a_name_in_both_languages():
    read = {path for paths in RULES.explanations.inputs.values() for path in paths}

    assert read <= PATHS
    assert set(TRIES) <= read
    for path in read:
        assert RULES.explanations.phrases.say(f"fact.{path}", Language.ENGLISH)
        assert RULES.explanations.phrases.say(f"fact.{path}", Language.CHINESE)


def test_a_changed_fact_leaves_the_others_and_the_original_alone():
    facts = parse_case(situation("G3D"), RULES).facts
    changed = with_value(facts, "ground_facts.consent.separate", True)  # noqa: FBT003 - a value

    assert value_at(changed, "ground_facts.consent.separate") is True
    assert value_at(facts, "ground_facts.consent.separate") is None
    assert with_value(changed, "ground_facts.consent", None) == facts


class Watched:
    """Facts that write down which of them were read."""

    def __init__(self, value, read, path=""):
        self._value, self._read, self._path = value, read, path

    def __getattr__(self, name):
        step = "class" if name == "requester_class" else name
        path = f"{self._path}.{step}".removeprefix(".")
        value = getattr(self._value, name)
        self._read.add(path)
        return (
            Watched(value, self._read, path)
            if hasattr(value, "__slots__") and path in PARTS
            else value
        )

    def __eq__(self, other):
        return self._value == other

    def __hash__(self):
        return hash(self._value)


PARTS = {
    *("requester", "instrument", "subject", "request", "ground_facts", "ground_facts.consent"),
    *("process", "policy", "records"),
}


def test_a_check_reads_only_the_facts_that_stand_beside_it_on_the_card():
    for raw in WORKED:
        case = parse_case(raw, RULES)
        on = Assessment.of(case, RULES, frozenset())
        for check in on.ground.order:
            read = set()
            watched = replace(on, facts=Watched(case.facts, read))
            CHECKS[check].function(watched)
            told = set(RULES.explanations.inputs[check]) | {"request.fields"}
            assert read - PARTS <= told, (check, read - PARTS - told)
