import pytest
from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.operations import assessing, deciding, queue, tasking, verifying
from disclosure.storage.cases import Case, Task
from tests import cases
from tests.cases import at_work, do, to_state


@pytest.fixture
def verified(office):
    """Return a police case that somebody verifies, with nothing found out yet."""
    return to_state(office, cases.police_case(office), State.VERIFYING)


def find(office, reference, key, answer, who="handler"):
    with at_work(office, reference, who) as (work, case):
        verifying.record_finding(work, case, key=key, answer=answer, reason="seen")


def rows(office, reference):
    with at_work(office, reference, "handler") as (work, case):
        found = work.session.scalars(select(Task).filter_by(case_id=case.id).order_by(Task.id))
        return [(row.check_id[:3], row.closed_at is None) for row in found]


def asked(office, reference, who="handler"):
    with at_work(office, reference, who) as (work, case):
        return tasking.open_questions(work, case, assessing.latest_evaluation(work, case))


def waiting_for(office, who):
    with office.app.app_context(), office.unit(who) as work:
        page = queue.read_queue(work, queue.Filter(question="mine"))
        assert page.total == page.figures["asked"] == len(page.lines)
        return {line.reference for line in page.lines}


def test_what_stands_in_the_way_is_a_task_and_the_answer_closes_it(office, verified):
    assert rows(office, verified) == [("V01", True)]

    find(office, verified, "requester.verified", "yes")
    assert rows(office, verified) == [("V01", False), ("V03", True)]


def test_an_answer_that_changes_nothing_leaves_the_task_open(office, verified):
    find(office, verified, "requester.verified", "no")

    assert rows(office, verified) == [("V01", True)]


def test_a_task_that_comes_back_is_a_new_one(office, verified):
    for answer in ("yes", "no"):
        find(office, verified, "requester.verified", answer)

    assert rows(office, verified) == [("V01", False), ("V03", False), ("V01", True)]


def test_a_question_says_what_is_asked_and_which_answers_are_allowed(office, verified):
    (question,) = asked(office, verified)

    assert question.blocking
    assert question.who == "case handler"
    assert question.answers[0][1] == "yes or no"
    assert question.question.endswith("?")
    find(office, verified, "requester.verified", "yes")
    (call,) = asked(office, verified)
    assert call.way is tasking.Way.CALL
    assert "whether they confirmed" in call.way.answers


def test_a_fact_that_only_a_judgement_can_settle_asks_the_legal_reviewer(office):
    reference = to_state(office, cases.respondent_case(office), State.ASSESSING)
    flag = "subject.safety_flag"
    find(office, reference, flag, "yes")

    (question,) = asked(office, reference)
    assert (question.code, question.blocking, question.mine) == ("E08", True, True)
    find(office, reference, flag, "no")
    assert asked(office, reference) == ()


def test_the_queue_finds_what_waits_for_the_person_who_asks(office, verified):
    free = cases.police_case(office)

    assert waiting_for(office, "handler") == {verified}
    assert waiting_for(office, "handler2") == set()
    assert waiting_for(office, "legal") == set()
    assert waiting_for(office, "compliance") == set()
    assert free not in waiting_for(office, "handler")


def test_a_question_for_the_legal_reviewer_waits_for_every_reviewer_but_the_handler(office):
    reference = to_state(office, cases.police_case(office), State.ASSESSING)
    find(office, reference, "instrument.issuer_level", "unclear", who="legal")

    assert rows(office, reference)[-1] == ("I04", True)
    assert reference in waiting_for(office, "legal")
    assert reference in waiting_for(office, "legal2")
    assert reference not in waiting_for(office, "handler")
    with office.app.app_context(), office.unit() as work:
        case = work.session.scalars(select(Case).filter_by(reference=reference)).one()
        case.handler_id = office.people["legal"]
    assert reference not in waiting_for(office, "legal")


def test_an_ended_case_asks_nothing(office):
    reference = to_state(office, cases.police_case(office), State.ASSESSING)
    find(office, reference, "instrument.names_us", "no")
    assert waiting_for(office, "handler") == {reference}
    do(office, "legal", reference, deciding.decide_refusal, code="wrong_entity", reason="Not us.")

    assert asked(office, reference) == ()
    assert waiting_for(office, "handler") == set()


def test_the_pages_show_the_questions_and_the_way_to_the_answer(office, verified):
    page = office.client("handler").get(f"/cases/{verified}").get_data(as_text=True)
    listed = office.client("handler").get("/cases/?question=mine").get_data(as_text=True)

    assert 'id="questions"' in page
    assert 'href="#check-V01"' in page
    assert 'id="check-V01"' in page
    assert "A written reason is required." in page
    assert verified in listed
    assert "with a question for you" in listed
    other = office.client("compliance").get(f"/cases/{verified}").get_data(as_text=True)
    assert "not for you" in other
    assert 'href="#check-V01"' not in other
