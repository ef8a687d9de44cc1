import gc
import io
import re

import pytest
from sqlalchemy import func, select

from disclosure.edge import look
from disclosure.operations.desk import SYSTEM
from disclosure.storage.cases import Case, Document
from disclosure.web import portal_demands
from disclosure.web.portal_identity import enter_as
from tests.app import make_app
from tests.visitor import Visitor

POLICE = "/portal/authority/police"
SCAN = b"%PDF-1.7\n" + b"scan " * 50
GIVEN = {
    "organisation": "上海市公安局浦东分局",
    "name": "Li Jun",
    "email": "li.jun@pudong.police.example",
    "instrument_type": "cn_evidence_notice",
    "instrument_number": "DZ-2026-0417",
    "instrument_issued_at": "2026-11-16",
    "instrument_legal_basis": "Criminal Procedure Law, article 54",
    "subject_account": "U-1001",
    "fields_reg": ["reg.phone", "reg.real_name"],
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return make_app(tmp_path_factory.mktemp("portal"), csrf=True)


@pytest.fixture
def office(shared):
    """One installation for all tests; each begins with fresh limits."""
    for limiter in shared.app.extensions["limiter"]:
        limiter.reset()
    return shared


@pytest.fixture
def visitor(office):
    return Visitor(office.client())


def signed_in(office, account):
    visitor = Visitor(office.client())
    with office.app.test_request_context():
        token = enter_as(account)
    answer = visitor.client.post("/portal/enter", data={"token": token, "place": "portal.ip"})
    assert answer.status_code == 303
    return visitor


def cases(office):
    with office.app.app_context(), look(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(Case))


def newest(office):
    with office.app.app_context(), look(SYSTEM) as work:
        case = work.session.scalars(select(Case).order_by(Case.id.desc())).first()
        work.session.expunge(case)
        return case


def send(visitor, path=POLICE, *, expect=201, **typed):
    form = visitor.open(path).form("receive")
    return visitor.send(form, expect=expect, **typed)


def secret_on(page):
    return re.search(r'id="tracking-secret">([\w-]+)<', page.response.text).group(1)


# What the pages say


def test_the_first_page_says_what_is_never_given_out(visitor):
    page = visitor.open("/")

    assert page.status == 200
    for title in ("Search keywords", "Transactions", "Violations and measures", "Messages"):
        assert title in page.text
    assert "Password hash" in page.text
    assert "Staff sign-in" in page.text


@pytest.mark.parametrize(
    "path",
    ["/", "/portal/user", "/portal/policy", "/portal/authority", POLICE, "/portal/track"],
)
def test_the_explaining_pages_open_without_any_session(visitor, path):
    assert visitor.open(path).status == 200


def test_the_policy_page_holds_every_clause(visitor, office):
    page = visitor.open("/portal/policy")

    policy = office.app.extensions["disclosure"].desk.catalogue.policy
    for clause in policy.clauses.values():
        assert " ".join(clause.promise.split()) in page.text


@pytest.mark.parametrize("requester_class", ["nobody", "ip_respondent", "..%2fadmin"])
def test_a_class_that_is_no_authority_has_no_form(visitor, requester_class):
    assert visitor.open(f"/portal/authority/{requester_class}").status == 404


def test_an_authority_is_offered_its_own_papers_and_nothing_that_never_leaves(visitor):
    text = visitor.open(POLICE).response.text

    assert 'value="cn_evidence_notice"' in text
    assert 'value="court_notice"' not in text
    assert "cred." not in text


def test_a_copyright_authority_is_offered_only_what_its_paper_reaches(visitor):
    text = visitor.open("/portal/authority/copyright_authority").response.text

    assert 'value="reg.email"' in text
    assert 'value="reg.dob"' not in text


# An authority's demand


def test_a_demand_of_the_police_opens_a_case_with_everything_that_was_typed(office, visitor):
    page = send(
        visitor,
        **{**GIVEN, "subject_account": "\uff35-1001", "instrument_number": "DZ-1"},
        instrument_expires_at="2026-12-31",
        fields_log=["log.ip"],
        period_from="2026-10-01",
        period_to="2026-11-20",
        emergency="y",
        danger="property",
        gag="y",
        gag_until="2027-01-31",
        papers=[("notice.pdf", SCAN)],
    )
    case = newest(office)

    assert case.reference in page.text
    assert page.state == "received"
    assert (case.ground, case.requester_class, case.channel) == ("G3C", "police", "portal")
    assert case.fields == ["reg.phone", "reg.real_name", "log.ip"]
    assert case.subject_account == "U-1001", "full-width letters are read"
    assert case.restricted
    assert case.instrument == {
        "type": "cn_evidence_notice",
        "number": "DZ-1",
        "legal_basis": "Criminal Procedure Law, article 54",
        "issued_at": "2026-11-16",
        "expires_at": "2026-12-31T23:59:59",
        "emergency": True,
        "danger": "property",
        "gag": True,
        "gag_until": "2027-01-31T23:59:59",
    }


def test_ticking_what_a_paper_has_to_name_says_that_it_names_everything_ticked(office, visitor):
    send(visitor, **GIVEN, fields_named=["reg.id_number"], papers=[("n.pdf", SCAN)])

    assert newest(office).instrument["fields"] == ["reg.phone", "reg.real_name", "reg.id_number"]


def test_an_empty_form_lists_everything_that_is_missing_in_one_answer(office, visitor):
    before = cases(office)
    page = send(visitor, expect=422)

    summary = page.alerts[0]
    for sentence in (
        "Enter the name of the person who asks.",
        "Enter an e-mail address like name@example.org.",
        "Enter the name of the authority, court or firm.",
        "Say what kind of paper it is.",
        "Enter the number on the paper.",
        "Enter the day on which the paper was issued.",
        "Enter the article of law that the paper rests on.",
        "Say whose data it is",
        "Choose at least one kind of data.",
        "Attach the paper as a PDF or picture",
    ):
        assert sentence in summary
    assert cases(office) == before


def test_nothing_typed_is_lost_after_an_error(visitor):
    typed = {**GIVEN, "email": "not an address", "narrative": "第一行\nsecond line", "gag": "y"}
    page = send(visitor, expect=422, **typed)

    values = page.form("receive").values
    for name, value in typed.items():
        got = values[name].replace("\r", "").lstrip("\n") if name == "narrative" else values[name]
        assert got in (value, [value])


def test_an_upload_is_kept_after_an_error_and_goes_with_the_second_try(office, visitor):
    page = send(visitor, expect=422, **{**GIVEN, "name": ""}, papers=[("通知书.pdf", SCAN)])

    assert "Already uploaded" in page.text
    assert "通知书.pdf" in page.text
    visitor.send(page.form("receive"), expect=201, name="Li Jun")
    number = newest(office).id
    with office.app.app_context(), look(SYSTEM) as work:
        rows = work.session.scalars(select(Document).where(Document.case_id == number))
        papers = [(each.filename, work.desk.files.read(each.sha256)) for each in rows]
    assert papers == [("通知书.pdf", SCAN)]


def test_a_kept_upload_is_encrypted_and_dies_after_an_hour(office, visitor):
    page = send(visitor, expect=422, **{**GIVEN, "name": ""}, papers=[("n.pdf", SCAN)])
    form = page.form("receive")
    folder = office.settings.instance / "kept-uploads"

    assert form.values["kept"]
    assert all(b"scan scan" not in path.read_bytes() for path in folder.iterdir())
    office.clock.move(hours=1, seconds=1)
    page = visitor.send(form, expect=422, name="Li Jun")
    assert "no longer kept" in page.alerts[0]
    assert "n.pdf" not in page.text


def test_a_kept_upload_that_is_unticked_stays_behind(visitor):
    page = send(visitor, expect=422, **{**GIVEN, "name": ""}, papers=[("n.pdf", SCAN)])

    page = visitor.send(page.form("receive"), expect=422, name="Li Jun", kept=[])
    assert "Attach the paper" in page.alerts[0]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("fake.pdf", b"MZ\x90\x00 a program", "is not what its name says"),
        ("fake.png", SCAN, "is not what its name says"),
        ("empty.pdf", b"", "the file is empty"),
        ("notes.txt", b"plain text", "attach a PDF, PNG, JPEG or TIFF"),
        ("page", b"<html><script>1</script>", "is not a PDF"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_at_its_field(office, visitor, name, content, says):
    before = cases(office)
    page = send(visitor, expect=422, **GIVEN, papers=[("good.pdf", SCAN), (name, content)])

    assert says in page.alerts[0]
    assert "good.pdf" in page.text, "the good one is kept"
    assert cases(office) == before


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "Li\x00Jun"),
        ("name", "Li\u202eJun"),
        ("name", "x" * 5000),
        ("organisation", "x" * 5000),
        ("instrument_number", "1\u202e2"),
        ("instrument_number", "9" * 5000),
        ("instrument_legal_basis", "a\x00b"),
        ("subject_account", "U-1001\u2066"),
        ("subject_phone", "1" * 5000),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("email", "a" * 300 + "@example.org"),
        ("narrative", "x" * 9000),
        ("narrative", "a\x07b"),
        ("instrument_issued_at", "yesterday"),
        ("instrument_type", "a wish"),
        ("country", "XX"),
        ("fields_reg", ["cred.password_hash"]),
        ("fields_named", ["no.such_field"]),
        ("danger", "nobody"),
        ("period_to", "2026-13-40"),
        ("once", "x" * 5000),
    ],
)
def test_bad_values_are_named_at_their_field_and_open_nothing(office, visitor, field, typed):
    before = cases(office)
    values = {**GIVEN, "papers": [("n.pdf", SCAN)], "emergency": "y", field: typed}
    page = send(visitor, expect=422, **values)

    assert page.alerts[0]
    assert cases(office) == before


def test_logs_without_a_period_and_a_period_that_runs_backwards_are_named(visitor):
    page = send(visitor, expect=422, **GIVEN, fields_log=["log.ip"], papers=[("n.pdf", SCAN)])
    assert "Logs and keywords need a first and a last day." in page.alerts[0]

    page = visitor.send(
        page.form("receive"), expect=422, period_from="2026-11-02", period_to="2026-11-01"
    )
    assert "The last day must not be before the first." in page.alerts[0]


def test_a_strange_file_name_is_shown_as_harmless_text(visitor):
    name = "../../gnp.\u202efdp\x00" + "x" * 5000 + ".pdf"
    page = send(visitor, expect=422, **{**GIVEN, "name": ""}, papers=[(name, SCAN)])

    assert "\u202e" not in page.text
    assert "x" * 200 not in page.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_over_the_limit_is_refused_with_a_page(tmp_path):
    office = make_app(tmp_path, max_upload_bytes=64 * 1024)
    visitor = Visitor(office.client())
    page = send(visitor, expect=422, **GIVEN, papers=[("big.pdf", SCAN + b"x" * 70_000)])
    assert "over 64.0 kB" in page.alerts[0]

    page = send(visitor, expect=413, **GIVEN, papers=[("huge.pdf", SCAN + b"x" * 2_000_000)])
    assert "too large" in page.text
    del page
    gc.collect()  # the sender's own copy of the upload is dropped here


def test_the_same_form_sent_twice_gives_the_same_receipt_and_one_case(office, visitor):
    form = visitor.open(POLICE).form("receive")
    first = visitor.send(form, expect=201, **GIVEN, papers=[("n.pdf", SCAN)])
    after = cases(office)
    second = visitor.send(form, expect=201, **GIVEN, papers=[("n.pdf", SCAN)])

    assert secret_on(second) == secret_on(first)
    assert cases(office) == after


def test_a_changed_demand_from_the_same_page_is_another_demand(office, visitor):
    form = visitor.open(POLICE).form("receive")
    visitor.send(form, expect=201, **GIVEN, papers=[("n.pdf", SCAN)])
    after = cases(office)
    visitor.send(form, expect=201, **{**GIVEN, "name": "Wang Li"}, papers=[("n.pdf", SCAN)])

    assert cases(office) == after + 1


def test_a_receipt_is_not_shown_again_after_a_quarter_of_an_hour(office, visitor):
    form = visitor.open(POLICE).form("receive")
    visitor.send(form, expect=201, **GIVEN, papers=[("n.pdf", SCAN)])
    after = cases(office)
    office.clock.move(minutes=16)
    page = visitor.send(form, expect=409, **GIVEN, papers=[("n.pdf", SCAN)])

    assert "arrived already" in page.text
    assert cases(office) == after


def test_a_form_without_its_token_is_refused(office, visitor):
    before = cases(office)
    answer = visitor.client.post(POLICE, data={**GIVEN, "papers": (io.BytesIO(SCAN), "n.pdf")})

    assert answer.status_code == 400
    assert cases(office) == before


def test_an_operation_that_finds_a_problem_late_leaves_the_form_standing(
    office, visitor, monkeypatch
):
    def late(_work, _demand):
        raise portal_demands.BadInput("This number was used.", where="instrument_number")

    form = visitor.open(POLICE).form("receive")
    monkeypatch.setattr(portal_demands, "receive_demand", late)
    page = visitor.send(form, expect=422, **GIVEN, papers=[("n.pdf", SCAN)])
    assert "This number was used." in page.alerts[0]
    monkeypatch.undo()
    visitor.send(page.form("receive"), expect=201)


# Handed over by the platform


def test_without_the_platform_nobody_is_a_party(office, visitor):
    for path in ("/portal/ip?number=C-77", "/portal/transaction?number=O-5512"):
        page = visitor.open(path)
        assert "Sign in on" in page.text
        assert not page.offers("receive")


def test_a_hand_over_is_taken_once_and_only_while_it_is_fresh(office):
    with office.app.test_request_context():
        token, old = enter_as("U-2003"), enter_as("U-2003")
    client = office.client()

    assert client.post("/portal/enter", data={"token": token}).status_code == 303
    assert client.post("/portal/enter", data={"token": token}).status_code == 403
    office.clock.move(minutes=5, seconds=1)
    assert client.post("/portal/enter", data={"token": old}).status_code == 403
    assert client.post("/portal/enter", data={"token": "x.y"}).status_code == 403
    assert client.post("/portal/enter", data={}).status_code == 403


def test_the_visit_ends_after_half_an_hour_or_on_leaving(office):
    visitor = signed_in(office, "U-2003")
    page = visitor.open("/portal/ip")
    assert "U-2003" in page.text
    office.clock.move(minutes=31)
    assert "U-2003" not in visitor.open("/portal/ip").text

    visitor = signed_in(office, "U-2003")
    leave = next(f for f in visitor.open("/portal/ip").forms if f.url.endswith("/leave"))
    visitor.send(leave)
    assert "Sign in on" in visitor.open("/portal/ip").text


def test_a_hand_over_token_is_no_visit_cookie(office):
    client = office.client()
    with office.app.test_request_context():
        client.set_cookie("visit", enter_as("U-2003"), path="/portal/")

    assert "Sign in on" in client.get("/portal/ip").text


@pytest.mark.parametrize("place", ["https://evil.example", "//evil.example", "admin.people", ""])
def test_the_hand_over_leads_nowhere_but_to_our_own_pages(office, place):
    with office.app.test_request_context():
        token = enter_as("U-2003")
    answer = office.client().post("/portal/enter", data={"token": token, "place": place})

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("number", ["C-99999", "O-5512", "C-78x", "x" * 5000, "C-77\x00"])
def test_a_complaint_of_others_and_one_that_is_not_there_look_the_same(office, number):
    visitor = signed_in(office, "U-3002")
    page = visitor.open(f"/portal/ip?number={number}")

    assert page.status == 422
    assert not page.offers("receive")
    if len(number) < 40 and "\x00" not in number:
        assert page.alerts == visitor.open("/portal/ip?number=C-77").alerts


def test_a_respondent_asks_who_complained(office):
    visitor = signed_in(office, "U-2003")
    page = send(
        visitor,
        "/portal/ip?number=C-77",
        purpose="resolve rights dispute",
        fields=["ipc.complainant_name", "ipc.contact_email"],
        name="Respondent",
        email="r@example.org",
    )
    case = newest(office)

    assert page.state == "received"
    assert (case.ground, case.requester_class) == ("G3E", "ip_respondent")
    assert case.requester["account"] == "U-2003"
    assert case.statement["complaint"] == "C-77"


def test_a_complainant_is_told_at_once_that_the_clause_runs_the_other_way(office):
    page = signed_in(office, "U-2002").open("/portal/ip?number=C-77")

    assert "it does not run the other way" in page.text
    assert 'value="court_order"' in page.response.text


COMPLAINANT = {"fields": ["reg.real_name"], "name": "Owner", "email": "o@example.org"}


@pytest.mark.parametrize(
    ("held", "ground", "state"),
    [
        ("court_order", "G3C", "received"),
        ("copyright_authority", "G3C", "received"),
        ("final_finding", "G3D", "received"),
        ("none", "G3E", "refused"),
    ],
)
def test_what_a_complainant_holds_says_where_the_demand_goes(office, held, ground, state):
    visitor = signed_in(office, "U-2002")
    papers = [] if held == "none" else [("order.pdf", SCAN)]
    page = send(visitor, "/portal/ip?number=C-77", carried_by=held, papers=papers, **COMPLAINANT)
    case = newest(office)

    assert page.state == case.state == state
    assert case.ground == ground
    assert "does not run the other way" in page.text
    assert case.reference in page.text


def test_a_complainant_says_what_they_hold_and_attaches_it(office):
    visitor = signed_in(office, "U-2002")
    page = send(visitor, "/portal/ip?number=C-77", expect=422, **COMPLAINANT)
    assert "Say what you hold" in page.alerts[0]

    page = visitor.send(page.form("receive"), expect=422, carried_by="court_order")
    assert "Attach the paper that you hold" in page.alerts[0]
    page = visitor.send(page.form("receive"), expect=422, carried_by="a friend")
    assert "Choose one of the answers." in page.alerts[0]


def test_a_party_asks_for_the_other_side_of_an_order(office):
    visitor = signed_in(office, "U-3002")
    page = visitor.open("/portal/transaction?number=O-5512")
    assert "the buyer in this order" in page.text
    page = visitor.send(
        page.form("receive"),
        expect=201,
        purpose="complete transaction",
        fields=["reg.phone"],
        name="Buyer",
        email="b@example.org",
    )
    case = newest(office)

    assert (case.ground, case.requester_class) == ("G3F", "transaction_party")
    assert case.subject_account == "U-3003"


def test_of_a_trader_the_business_is_offered(office):
    text = signed_in(office, "U-1005").open("/portal/transaction?number=O-5514").response.text

    assert 'value="reg.business_licence_no"' in text
    assert 'value="reg.real_name"' not in text


@pytest.mark.parametrize(
    "bad", [{"purpose": "marketing"}, {"fields": ["log.ip"]}, {"fields": []}, {"purpose": ""}]
)
def test_a_purpose_or_field_that_was_not_offered_is_refused(office, bad):
    visitor = signed_in(office, "U-3002")
    good = {"purpose": "resolve dispute", "fields": ["reg.phone"], "name": "B", "email": "b@x.org"}
    before = cases(office)
    send(visitor, "/portal/transaction?number=O-5512", expect=422, **{**good, **bad})

    assert cases(office) == before


def test_a_form_sent_after_the_visit_ended_says_how_to_save_what_was_typed(office):
    visitor = signed_in(office, "U-3002")
    form = visitor.open("/portal/transaction?number=O-5512").form("receive")
    office.clock.move(minutes=31)
    page = visitor.send(form, expect=403, name="B")

    assert "what you typed is still there" in page.text


# How often


def test_too_many_demands_from_one_address_get_a_page_that_says_when_to_try_again(office, visitor):
    form = visitor.open(POLICE).form("receive")
    for _ in range(20):
        visitor.send(form, expect=422)
    page = visitor.send(form, expect=429)

    assert "Too many tries" in page.text
    assert 0 < int(page.response.headers["Retry-After"]) <= 3600
    assert visitor.open(POLICE).status == 200, "looking stays free"


def test_limits_are_counted_in_redis_where_there_is_one(tmp_path, redis_url):
    first = make_app(tmp_path, redis_url=redis_url)
    second = make_app(tmp_path / "second", redis_url=redis_url)
    for office in [first, second] * 10:
        assert office.client().post(POLICE, data={}).status_code == 422

    assert first.client().post(POLICE, data={}).status_code == 429
