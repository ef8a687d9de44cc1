import re

import pytest
from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.operations.accounts import WINDOW_MINUTES
from disclosure.operations.desk import SYSTEM
from disclosure.operations.intake import receive_demand
from disclosure.operations.tracking import PLAIN
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.releases import Delivery
from tests.app import make_app
from tests.visitor import Visitor
from tests.web.delivered import ANSWER, DEMAND, answer_waits


@pytest.fixture
def office(tmp_path):
    return make_app(tmp_path)


@pytest.fixture
def visitor(office):
    return Visitor(office.client())


@pytest.fixture
def demand(office):
    """A demand that came in: (reference, public reference, secret)."""
    with office.app.app_context(), office.unit() as work:
        receipt = receive_demand(work, DEMAND)
        return receipt.case.reference, receipt.case.public_ref, receipt.tracking_secret


@pytest.fixture
def waiting(office):
    return answer_waits(office)


def first_form(page):
    return page.forms[0]


def try_secret(visitor, path, expect=200, **typed):
    return visitor.send(first_form(visitor.open(path)), expect=expect, **typed)


# Following


def test_reference_and_secret_show_where_a_demand_stands(visitor, demand):
    reference, public_ref, secret = demand
    by_link = try_secret(visitor, f"/portal/track/{public_ref}", secret=secret)
    by_form = try_secret(visitor, "/portal/track", reference=reference.lower(), secret=secret)

    for page in (by_link, by_form):
        assert reference in page.text
        assert page.state == "received"
        assert "Your demand arrived" in page.text
        assert "1 Dec 2026" in page.text


def test_the_page_shows_nothing_of_the_house(visitor, demand):
    _, public_ref, secret = demand
    page = try_secret(visitor, f"/portal/track/{public_ref}", secret=secret)

    for word in ("U-3003", "U-3002", "evaluation", "Chen Buyer", "F03", "notice"):
        assert word not in page.text


def test_an_unknown_reference_and_a_wrong_secret_get_the_same_answer(visitor, demand):
    reference, public_ref, _ = demand
    answers = {
        try_secret(
            visitor, "/portal/track", expect=422, reference=known, secret="guess"
        ).text.replace(known, "X")
        for known in (reference, "DR-2026-9999", public_ref, "0" * 32, "%", "' OR 1=1 --")
    }

    assert len(answers) == 1


def test_the_secret_of_one_demand_opens_no_other(office, visitor, demand):
    with office.app.app_context(), office.unit() as work:
        other = receive_demand(work, DEMAND)
        reference = other.case.reference

    try_secret(visitor, "/portal/track", expect=422, reference=reference, secret=demand[2])


def test_guessing_is_slowed_down_for_the_address_and_stays_slow_for_the_right_secret(
    office, visitor, demand
):
    reference, _, secret = demand
    for _ in range(10):
        try_secret(visitor, "/portal/track", expect=422, reference=reference, secret="guess")
    page = try_secret(visitor, "/portal/track", expect=429, reference=reference, secret=secret)

    wait = int(page.response.headers["Retry-After"])  # whole seconds of real time, rounded down
    assert WINDOW_MINUTES * 60 - 60 < wait <= WINDOW_MINUTES * 60
    assert reference not in page.text
    office.clock.move(minutes=16)
    try_secret(visitor, "/portal/track", reference=reference, secret=secret)


def test_what_we_asked_for_is_shown_while_we_wait_for_it(office, visitor, demand):
    from disclosure.operations.verifying import ask_requester, start_verifying

    reference, public_ref, secret = demand
    with office.app.app_context(), office.unit("handler") as work:
        case = work.session.scalars(select(Case).where(Case.reference == reference)).one()
        start_verifying(work, case)
        ask_requester(work, case, reason="Please name the order's last message.")
    page = try_secret(visitor, f"/portal/track/{public_ref}", secret=secret)

    assert page.state == "needs_info"
    assert "Please name the order's last message." in page.text
    assert "the clock stands still" in page.text


def test_a_refusal_names_its_reason(office, visitor):
    from dataclasses import replace

    turned = replace(
        DEMAND, ground="G3E", requester_class="ip_complainant", account="U-2002", complaint="C-77",
        order="", fields=("reg.email",),
    )  # fmt: skip
    with office.app.app_context(), office.unit() as work:
        receipt = receive_demand(work, turned)
        public_ref, secret = receipt.case.public_ref, receipt.tracking_secret
    page = try_secret(visitor, f"/portal/track/{public_ref}", secret=secret)

    assert page.state == "refused"
    assert "We refused the demand" in page.text
    assert "3(e)" in page.text


def test_every_state_has_its_plain_words():
    assert set(PLAIN) == set(State)


# Collecting


def deliveries(office):
    with office.app.app_context(), look(SYSTEM) as work:
        (row,) = work.session.scalars(select(Delivery))
        entries = work.session.scalars(select(LedgerEntry.body)).all()
        return row.spent_at, row.code_tries, len(entries)


def code_form(page):
    return next(form for form in page.forms if "code" in form.names)


def test_looking_at_the_link_spends_nothing_and_is_an_entry(office, visitor, waiting):
    spent_at, tries, entries = deliveries(office)
    for _ in range(3):
        page = visitor.open(waiting.path)
        visitor.client.head(waiting.path)

    assert page.status == 200
    assert waiting.reference in page.text
    assert spent_at is None
    assert deliveries(office) == (None, tries, entries + 6)


def test_the_code_fetches_the_signed_bytes_as_a_file(visitor, waiting):
    code = f" {waiting.code[:4]} {waiting.code[4:]} "
    answer = visitor.send(code_form(visitor.open(waiting.path)), code=code).response

    assert answer.data == ANSWER
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{waiting.reference}.pdf"'
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert f"Path={waiting.path}" in cookie


def test_a_broken_download_is_taken_up_by_the_same_browser_for_ten_minutes(
    office, visitor, waiting
):
    visitor.send(code_form(visitor.open(waiting.path)), code=waiting.code)
    page = visitor.open(waiting.path)
    assert "Download again" in page.response.text
    assert visitor.send(first_form(page)).response.data == ANSWER

    office.clock.move(minutes=11)
    assert visitor.open(waiting.path).status == 404


def test_another_browser_with_the_right_code_comes_too_late(office, visitor, waiting):
    visitor.send(code_form(visitor.open(waiting.path)), code=waiting.code)
    other = Visitor(office.client())
    page = other.open(waiting.path)
    assert "This link is used" in page.text

    answer = other.client.post(waiting.path, data={"code": waiting.code})
    assert answer.status_code == 404
    assert ANSWER not in answer.data


def test_a_wrong_code_is_counted_even_though_nothing_is_sent(office, visitor, waiting):
    page = visitor.open(waiting.path)
    page = visitor.send(code_form(page), expect=422, code="00000000")

    assert "This is not the code of this link." in page.alerts[0]
    assert "4 tries are left" in page.text
    assert deliveries(office)[1] == 1


def test_the_link_closes_after_five_wrong_codes_also_for_the_right_one(visitor, waiting):
    form = code_form(visitor.open(waiting.path))
    for _ in range(4):
        visitor.send(form, expect=422, code="00000000")
    visitor.send(form, expect=404, code="00000000")
    page = visitor.send(form, expect=404, code=waiting.code)

    assert "too many wrong codes" in page.text


@pytest.mark.parametrize("code", ["", "x" * 5000, "12\x0034", "\u202e12345678"])
def test_what_is_no_code_costs_no_try(office, visitor, waiting, code):
    page = visitor.send(code_form(visitor.open(waiting.path)), expect=422, code=code)

    assert page.alerts
    assert deliveries(office)[1] == 0


@pytest.mark.parametrize("token", ["nonsense", "0" * 5000, "%00", "a.b"])
def test_an_unknown_link_opens_nothing(visitor, token):
    page = visitor.open(f"/portal/collect/{token}")

    assert page.status == 404
    assert "no longer opens" in page.text


def test_a_link_is_dead_after_seven_days(office, visitor, waiting):
    form = code_form(visitor.open(waiting.path))
    office.clock.move(days=7, seconds=1)

    assert visitor.open(waiting.path).status == 404
    visitor.send(form, expect=404, code=waiting.code)


def test_bytes_that_changed_on_disk_are_never_sent(office, visitor, waiting):
    form = code_form(visitor.open(waiting.path))
    path = office.settings.instance / "files" / waiting.sha256[:2] / waiting.sha256
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    page = visitor.send(form, expect=409, code=waiting.code)

    assert "nothing was sent" in page.text
    assert deliveries(office)[0] is None, "the link is not used up"


def test_the_limit_on_fetching_comes_with_when_to_try_again(visitor, waiting):
    form = code_form(visitor.open(waiting.path))
    for _ in range(20):
        visitor.client.post(form.url, data={"code": ""})
    answer = visitor.client.post(form.url, data={"code": ""})

    assert answer.status_code == 429
    assert re.fullmatch(r"\d+", answer.headers["Retry-After"])
