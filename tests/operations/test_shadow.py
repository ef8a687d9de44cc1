"""Ended cases decided a second time: who is drawn, who may, who is blind, and what agrees."""

import json

import pytest
from sqlalchemy import select

from disclosure.domain.events import Event
from disclosure.domain.shadow import compare, is_drawn
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.errors import BadInput, Forbidden, NotFound, Refused
from disclosure.jobs import keep_shadow
from disclosure.operations import casefile, shadow, shadow_brief, shadow_reading
from disclosure.operations.desk import SYSTEM
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.shadow import ShadowDraw, ShadowReview
from tests import cases
from tests.cases import at_work, to_state

WHY = "Lawful, and no narrower way."


@pytest.fixture
def every_case(office):
    """The installation draws every ended case."""
    object.__setattr__(office.app.extensions["disclosure"].desk.settings, "shadow_one_in", 1)
    return office


@pytest.fixture
def review(every_case):
    """A closed case, drawn: (reference, id of the review)."""
    reference = to_state(every_case, cases.police_case(every_case), State.CLOSED)
    return reference, drawn(every_case)[0]


def drawn(office):
    with office.app.app_context():
        keep_shadow()
        with look(SYSTEM) as work:
            return list(work.session.scalars(select(ShadowReview.id)))


def as_person(office, who, act, *given, **more):
    with office.app.app_context(), office.unit(who) as work:
        return act(work, *given, **more)


def answer(office, review_id, who="legal2", **changed):
    first = first_of(office, review_id)
    given = {"outcome": first.outcome.code, "fields": list(first.fields), "reason": WHY}
    as_person(office, who, shadow.take, review_id)
    with office.app.app_context(), office.unit(who) as work:
        row = shadow.answer(work, review_id, **{**given, **changed})
        return row.same_outcome, row.same_fields, row.blind


def first_of(office, review_id):
    with office.app.app_context(), look(SYSTEM) as work:
        return shadow.first_of(work, work.session.get_one(ShadowReview, review_id))


def told(office, event):
    with office.app.app_context(), look(SYSTEM) as work:
        bodies = [json.loads(each) for each in work.session.scalars(select(LedgerEntry.body))]
    return [each for each in bodies if each["action"] == event.value]


def test_the_lot_follows_from_the_seed_and_the_ledger_alone():
    leaves = [f"{number:064x}" for number in range(4000)]
    chosen = [leaf for leaf in leaves if is_drawn(leaf, seed="a", one_in=20)]

    assert chosen == [leaf for leaf in leaves if is_drawn(leaf, seed="a", one_in=20)]
    assert 150 < len(chosen) < 250
    assert chosen != [leaf for leaf in leaves if is_drawn(leaf, seed="b", one_in=20)]
    assert not any(is_drawn(leaf, seed="a", one_in=0) for leaf in leaves)


def test_two_decisions_agree_in_outcome_and_in_fields_whatever_their_order():
    assert compare(("release", ["a", "b"]), ("release", ["b", "a"])).whole
    assert not compare(("release", ["a"]), ("release", ["a", "b"])).whole
    assert compare(("release", ["a"]), ("release", [])).outcome
    assert not compare(("refuse", []), ("preserve", [])).outcome


def test_a_case_is_drawn_once_and_the_rule_of_the_draw_is_an_entry(every_case, review):
    every_case.clock.move(days=1)

    assert drawn(every_case) == [review[1]]
    first, second = told(every_case, Event.SHADOW_DRAWN)
    assert first["data"]["drawn"] == first["data"]["ended"] == 1
    assert (first["data"]["one_in"], first["data"]["seed"]) == (1, "shadow")
    assert second["data"]["after"] == first["data"]["upto"]
    assert second["data"]["ended"] == 0


def test_there_is_one_draw_a_day_and_none_when_it_is_switched_off(office, every_case):
    cases.police_case(office)
    drawn(office)
    drawn(office)
    assert len(told(office, Event.SHADOW_DRAWN)) == 1

    object.__setattr__(office.app.extensions["disclosure"].desk.settings, "shadow_one_in", 0)
    office.clock.move(days=2)
    drawn(office)
    assert len(told(office, Event.SHADOW_DRAWN)) == 1


def test_whoever_had_a_hand_in_the_case_is_not_offered_it_and_can_not_take_it(every_case, review):
    _, review_id = review
    with every_case.app.app_context():
        with look(every_case.actor("legal2")) as work:
            assert [each.id for each in shadow.due(work)] == [review_id]
        with look(every_case.actor("legal")) as work:
            assert shadow.due(work) == []
        for who in ("handler", "auditor", "compliance", "admin"):
            with look(every_case.actor(who)) as work, pytest.raises(Forbidden):
                shadow.due(work)
    with pytest.raises(Forbidden, match="hand"):
        as_person(every_case, "legal", shadow.take, review_id)


def test_an_answer_that_is_the_same_agrees_and_one_that_is_not_is_listed(every_case, review):
    _, review_id = review
    first = first_of(every_case, review_id)
    fewer = first.fields[:1]
    assert len(first.fields) > 1
    assert answer(every_case, review_id, fields=list(fewer)) == (True, False, True)
    with every_case.app.app_context(), look(every_case.actor("auditor")) as work:
        (pair,) = shadow_reading.disagreements(work)
        (rate,) = shadow_reading.rates(work)

    assert pair.case == review[0]
    assert (pair.first_reason, pair.second_reason) == ("Lawful and narrow.", WHY)
    assert (rate.blind, rate.outcome, rate.whole, rate.seen) == (1, 1, 0, 0)
    (entry,) = told(every_case, Event.SHADOW_ANSWERED)
    assert WHY not in json.dumps(entry)
    with pytest.raises(Refused, match="already"):
        answer(every_case, review_id)


def test_who_opened_the_case_before_is_marked_and_not_counted(every_case, review):
    reference, review_id = review
    every_case.client("legal2").get(f"/cases/{reference}")
    assert len(told(every_case, Event.CASE_VIEWED)) == 1
    every_case.client("legal2").get(f"/cases/{reference}")
    assert len(told(every_case, Event.CASE_VIEWED)) == 1, "once for each person and case"

    assert answer(every_case, review_id) == (True, True, False)
    with every_case.app.app_context(), look(every_case.actor("auditor")) as work:
        (rate,) = shadow_reading.rates(work)
        assert (rate.blind, rate.whole, rate.seen) == (0, 0, 1)
        assert shadow_reading.disagreements(work) == []


def test_who_opens_the_case_after_taking_it_is_marked_too(every_case, review):
    reference, review_id = review
    as_person(every_case, "legal2", shadow.take, review_id)
    every_case.client("legal2").get(f"/cases/{reference}")

    assert answer(every_case, review_id)[2] is False


def test_a_paper_opened_on_the_page_of_the_review_leaves_the_reader_blind(every_case, review):
    _, review_id = review
    as_person(every_case, "legal2", shadow.take, review_id)
    client = every_case.client("legal2")
    with every_case.app.app_context(), look(every_case.actor("legal2")) as work:
        (paper,) = [each.id for each in shadow_brief.brief_of(work, review_id).papers]
    opened = client.get(f"/second/{review_id}/papers/{paper}")

    assert opened.data == cases.PAPER.content
    assert review[0] not in opened.headers["Content-Disposition"]
    assert answer(every_case, review_id)[2] is True


def test_one_person_takes_a_review_and_nobody_else_answers_or_reads_it(every_case, review):
    _, review_id = review
    with pytest.raises(Forbidden, match="Take"):
        as_person(every_case, "legal2", shadow_brief.brief_of, review_id)
    as_person(every_case, "legal2", shadow.take, review_id)
    with pytest.raises(Forbidden):
        as_person(every_case, "legal", shadow_brief.brief_of, review_id)
    with pytest.raises(NotFound):
        as_person(every_case, "legal2", shadow.take, "0" * 32)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"outcome": "perhaps"}, "outcome"),
        ({"fields": []}, "fields"),
        ({"fields": ["reg.id_number_of_somebody"]}, "fields"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 4001}, "reason"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused_where_it_lacks(every_case, review, changed, where):
    with pytest.raises(BadInput) as refusal:
        answer(every_case, review[1], **changed)

    assert refusal.value.where == where
    assert told(every_case, Event.SHADOW_ANSWERED) == []


def test_an_auditor_writes_down_what_a_disagreement_showed(every_case, review):
    _, review_id = review
    answer(every_case, review_id, outcome="refuse", fields=[])
    examine = shadow_reading.examine
    for who in ("legal2", "compliance"):
        with pytest.raises(Forbidden):
            as_person(every_case, who, examine, review_id, verdict="first", note="It was.")
    with pytest.raises(BadInput):
        as_person(every_case, "auditor", examine, review_id, verdict="first", note=" ")
    as_person(every_case, "auditor", examine, review_id, verdict="first", note="It was.")

    with every_case.app.app_context(), look(every_case.actor("auditor")) as work:
        (pair,) = shadow_reading.disagreements(work)
    person, verdict, note = pair.examined[0]
    assert person == every_case.people["auditor"]
    assert (verdict, note) == ("The first decision was right", "It was.")


def test_the_page_of_a_review_holds_no_trace_of_the_first_decision(every_case, review):
    reference, review_id = review
    client = every_case.client("legal2")
    client.post(f"/second/{review_id}/take")
    page = client.get(f"/second/{review_id}").get_data(as_text=True)
    with at_work(every_case, reference) as (work, case):
        evaluation, _ = casefile.checks_of(work, case)
        names = casefile.names_of(work)
        traces = {reference, case.public_ref, case.state, evaluation.id, evaluation.deciding_check}
        traces |= {"Lawful and narrow.", "Right and narrow.", cases.rendition_of(work, case).sha256}
        hands = ("handler", "legal", "compliance")
        traces |= {names[every_case.people[who]] for who in hands}
        traces |= {f'"{evaluation.profile}"', "Profile STD", "PIA-2026-7", "not_reached"}
        known = case.requester["name"]

    assert known in page
    assert [trace for trace in traces if trace and trace in page] == []
    assert "checked" not in page.partition('data-action="answer_review"')[2]


def test_a_draw_looks_at_what_ended_since_the_last_one(every_case, review):
    with every_case.app.app_context(), look(SYSTEM) as work:
        (first,) = work.session.scalars(select(ShadowDraw)).all()
        assert first.upto > first.after
