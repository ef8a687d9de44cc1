import pytest

from disclosure.operations.outbox import MOST_TRIES, Effect, enqueue
from disclosure.storage.cases import Case
from tests import cases
from tests.app import make_app
from tests.web.entries import actions


@pytest.fixture
def office(tmp_path):
    return make_app(tmp_path)


@pytest.fixture
def reference(office):
    return cases.police_case(office)


def failing_job(office, reference):
    """Add a job that can never succeed: its letter is about a case that does not exist."""
    with cases.at_work(office, reference) as (work, case):
        arguments = {"case": "DR-1999-0001", "template": "receipt"}
        return enqueue(work, Effect("letter", arguments), case=case).id


def park(office):
    for _ in range(MOST_TRIES):
        office.work_jobs()
        office.clock.move(hours=2)


def test_a_job_that_failed_five_times_waits_for_a_person(office, reference):
    job = failing_job(office, reference)
    park(office)
    handler = office.client("handler")

    assert "parked" in handler.get("/jobs/").get_data(as_text=True)
    assert handler.get(f"/jobs/status/{job}").get_json()["failed"] is True
    assert handler.post(f"/jobs/{job}/retry").status_code == 302
    assert handler.get(f"/jobs/status/{job}").get_json()["failed"] is False
    assert {"job:parked", "job:retried"} <= set(actions(office))


def test_a_job_that_has_not_failed_is_not_tried_again(office, reference):
    job = failing_job(office, reference)

    assert office.client("handler").post(f"/jobs/{job}/retry").status_code == 409


def test_an_unknown_job_is_not_found(office):
    assert office.client("handler").get("/jobs/status/0").status_code == 404
    assert office.client("handler").post("/jobs/0/retry").status_code == 404


def test_the_page_that_waits_is_told_percent_and_step(office, reference):
    job = failing_job(office, reference)

    assert office.client("handler").get(f"/jobs/status/{job}").get_json() == {
        "percent": 0,
        "text": "waiting",
        "done": False,
        "failed": False,
    }


def test_who_sees_a_case_may_watch_its_jobs_and_not_the_list(office, reference):
    job = failing_job(office, reference)
    auditor = office.client("auditor")

    assert auditor.get(f"/jobs/status/{job}").status_code == 200
    assert auditor.get("/jobs/").status_code == 403
    assert auditor.post(f"/jobs/{job}/retry").status_code == 403


def test_a_job_without_a_case_is_not_for_those_who_see_cases_only(office):
    with office.app.app_context(), office.unit() as work:
        job = enqueue(work, Effect("letter", {"case": "none", "template": "receipt"})).id

    assert office.client("auditor").get(f"/jobs/status/{job}").status_code == 404


def test_a_failed_job_names_its_case_to_those_alone_who_may_see_it(office, reference):
    failing_job(office, reference)
    park(office)
    with cases.at_work(office, reference) as (_, case):
        case.restricted, case.handler_id = True, office.people["handler"]

    for name, shown in (("handler", True), ("handler2", False), ("admin", False)):
        page = office.client(name).get("/jobs/").get_data(as_text=True)
        assert (reference in page) is shown
        assert "parked" in page


def test_a_letter_kept_back_by_a_failure_tells_no_personal_data(office, reference):
    failing_job(office, reference)
    park(office)
    with cases.at_work(office, reference) as (work, case):
        typed = work.session.get_one(Case, case.id).requester
    page = office.client("handler").get("/jobs/").get_data(as_text=True)

    assert typed["email"] not in page
    assert typed["name"] not in page
