"""The pages of consents, recipients, incidents and leak reports, as people use them."""

import io

import pytest

from disclosure.domain.incidents import STEPS, IncidentKind
from tests import cases
from tests import party_cases as parties
from tests.app import make_app
from tests.journeys.steps import Desk

LIST = (
    b"reference,account,recipient,purpose,fields,text_version,channel,separate,given_at\n"
    b"K-700,U-1004,Acme Insurance,Quotation,reg.email,p-1,paper,yes,2026-11-01\n"
)


@pytest.fixture
def desk(tmp_path):
    return Desk(make_app(tmp_path, csrf=True))


def upload(desk, who, content):
    visitor = desk.person(who)
    form = visitor.open("/consents/").form("take_in_consents")
    data = {**form.values, "list": (io.BytesIO(content), "list.csv")}
    return visitor.client.post(form.url, data=data, content_type="multipart/form-data")


def look_up(desk, who, value):
    visitor = desk.person(who)
    form = next(form for form in visitor.open("/consents/").forms if "value" in form.names)
    return visitor.send(form, value=value)


def test_a_consent_is_taken_in_looked_up_and_withdrawn_on_its_page(desk):
    assert upload(desk, "handler", LIST).status_code == 302
    page = look_up(desk, "handler", "K-700")
    assert "Acme Insurance" in page.text
    assert "U-1004" in page.text
    form = page.form("withdraw_consent", reference="K-700")
    refused = desk.person("handler").send(form, expect=422, reason="")
    assert "how the person withdrew it" in refused.alerts[0]
    desk.person("handler").send(form, reason="By letter.")

    assert "withdrawn" in look_up(desk, "auditor", "U-1004").text


def test_a_wrong_list_names_each_line_and_leaves_nothing(desk):
    answer = upload(desk, "handler", LIST.replace(b"yes,2026-11-01", b"perhaps,never"))

    assert answer.status_code == 422
    assert "line 2: separate: write yes or no" in answer.get_data(as_text=True)
    assert "No consent of this number" in look_up(desk, "handler", "K-700").text


def test_what_is_looked_for_never_stands_in_an_address(desk):
    page = look_up(desk, "handler", "U-1001")

    assert page.path == "/consents/find"
    assert desk.person("handler").client.get("/consents/find?value=U-1001").status_code == 405


def test_who_does_not_keep_the_register_is_offered_no_change(desk):
    page = look_up(desk, "compliance", "K-9")

    assert not page.offers("withdraw_consent")
    assert not page.offers("take_in_consents")
    assert desk.person("admin").client.get("/consents/").status_code == 403


def test_an_overdue_deletion_is_marked_above_the_queue_and_confirmed_on_its_page(desk):
    reference = parties.released(desk.office, parties.service_demand())
    desk.office.clock.move(days=20, minutes=1)
    desk.jobs()
    desk.office.clock.move(days=7, minutes=1)
    desk.jobs()
    desk._visitors.clear()
    queue = desk.person("compliance").open("/cases/").text
    page = desk.person("handler").open("/recipients/")
    form = page.form("confirm_deletion")
    refused = desk.person("handler").send(form, expect=422, note="")
    assert "Write who confirmed" in refused.alerts[0]
    done = desk.person("handler").send(form, note="Ms Wu, by letter.")

    assert "1 deletions not confirmed" in " ".join(queue.split())
    assert reference in page.text
    assert "飞燕速运" in page.text
    assert "Ms Wu, by letter." in done.text
    assert not done.offers("confirm_deletion")


def test_misuse_is_reported_on_the_case_and_the_block_is_lifted_by_two(desk):
    reference = parties.released(desk.office, parties.consent_demand())
    case = desk.person("compliance").open(f"/cases/{reference}")
    assert f"/incidents/misuse/{reference}" in case.response.get_data(as_text=True)
    visitor = desk.person("compliance")
    form = visitor.open(f"/incidents/misuse/{reference}").form("report_misuse")
    refused = visitor.send(form, expect=422, reason=" ")
    assert refused.alerts
    incident = visitor.send(form, reason="Two users were called by a firm it sold them to.")
    assert "Everything it had from us" in incident.text
    assert reference in incident.text
    page = visitor.open("/recipients/")
    visitor.send(page.form("propose_lift"), reason="The thief was somebody else.")
    assert not visitor.open("/recipients/").offers("lift_block")
    second = desk.person("compliance2")
    assert second.open("/recipients/").offers("keep_block")
    lifted = second.send(second.open("/recipients/").form("lift_block"))

    assert "lifted" in lifted.text


def test_a_user_reports_a_leak_and_staff_contain_it(desk):
    visitor = desk.stranger()
    assert 'href="/portal/leak"' in visitor.open("/").response.get_data(as_text=True)
    form = visitor.open("/portal/leak").form("report_leak")
    refused = visitor.send(form, expect=422, what="My number is on a forum.", contact="")
    assert "how we can reach you" in " ".join(refused.alerts)
    taken = visitor.send(
        form, expect=201, what="My number is on a forum.", contact="me@x.example", account="U-1001"
    )
    assert "IN-2026-0001" in taken.text
    handler = desk.person("handler")
    listed = handler.open("/incidents/").response.get_data(as_text=True)
    path = "/incidents/" + listed.split("/incidents/")[-1].split('"')[0]
    for step in STEPS[IncidentKind.LEAK]:
        page = handler.open(path)
        handler.send(page.form("incident_step", step=step.code), note="Done as it says.")

    assert "closed" in handler.open("/incidents/").text
    assert "me@x.example" in handler.open(path).text


def test_every_notice_links_to_the_page_for_leaks(desk):
    parties.released(desk.office, parties.consent_demand())
    desk.jobs()

    assert "/portal/leak" in desk.letter("@", "about your personal data")


def test_the_incident_of_a_restricted_case_is_kept_from_who_has_no_part_in_it(desk):
    reference = cases.to_state(
        desk.office, cases.police_case(desk.office, instrument={"gag": True}), cases.State.RELEASED
    )
    with cases.at_work(desk.office, reference, "compliance") as (work, case):
        from disclosure.operations.incidents import report_misuse

        made = report_misuse(work, case, reason="Sold it on.").id
    other = desk.person("handler2").client

    assert other.get(f"/incidents/{made}").status_code == 403
    assert reference not in other.get("/recipients/").get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/incidents/none", "/incidents/misuse/DR-2026-9999", "/consents/none"]
)
def test_what_is_not_there_is_not_found(desk, path):
    assert desk.person("compliance").client.get(path).status_code == 404


def test_an_account_that_is_no_partner_s_asks_nothing_on_a_consent(desk):
    assert desk.user("U-1001").client.get("/portal/partner").status_code == 403
    assert "Sign in" in desk.stranger().open("/portal/partner").text
