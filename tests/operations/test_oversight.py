import json

import pytest

from disclosure.domain.sampling import Candidate, draw
from disclosure.domain.states import State
from disclosure.errors import BadInput, Forbidden
from disclosure.operations import oversight
from disclosure.storage.ledger_rows import LedgerEntry
from tests import cases

MANY = [
    Candidate(ground, approver, f"DR-2026-{number:04d}")
    for number, (ground, approver) in enumerate(
        [("G3C", "a"), ("G3C", "b"), ("G3E", "a")] * 20, start=1
    )
]


def test_a_sample_takes_so_many_of_each_ground_and_approver():
    drawn = draw(MANY, seed="spring", each=3)
    strata = {(one.ground, one.approver) for one in drawn}

    assert len(drawn) == 9
    assert strata == {("G3C", "a"), ("G3C", "b"), ("G3E", "a")}


def test_the_same_seed_draws_the_same_sample_whatever_the_order_of_the_list():
    assert draw(MANY, seed="spring", each=3) == draw(MANY[::-1], seed="spring", each=3)
    assert draw(MANY, seed="spring", each=3) != draw(MANY, seed="autumn", each=3)
    assert len(draw(MANY, seed="spring", each=99)) == len(MANY)


@pytest.fixture
def released(office):
    return cases.to_state(office, cases.police_case(office), State.RELEASED)


def last_entry(office):
    with office.app.app_context(), office.unit() as work:
        row = work.session.query(LedgerEntry).order_by(LedgerEntry.seq.desc()).first()
        return json.loads(row.body)


def test_the_seed_is_an_entry_before_its_cases_are_read(office, released):
    with office.app.app_context(), office.unit("auditor") as work:
        drawn = oversight.select_sample(work, seed="spring-26", each=2)
    told = last_entry(office)

    assert [one.reference for one in drawn] == [released]
    assert told["action"] == "sample:selected"
    assert told["data"]["seed"] == "spring-26"
    assert told["actor"]["role"] == "auditor"


def test_what_a_sampled_case_showed_is_an_entry_of_that_case(office, released):
    with cases.at_work(office, released, "auditor") as (work, case):
        oversight.review_sampled(work, case, seed="s", verdict="wrong", note="Too many fields.")
    told = last_entry(office)

    assert (told["action"], told["case"]) == ("sample:reviewed", released)
    assert told["data"] == {"seed": "s", "verdict": "wrong"}
    assert "reason" in told["commit"]
    assert "Too many" not in json.dumps(told)


@pytest.mark.parametrize("who", ["handler", "legal", "compliance", "senior", "admin"])
def test_only_auditors_draw_and_judge(office, released, who):
    with cases.at_work(office, released, who) as (work, case):
        with pytest.raises(Forbidden):
            oversight.select_sample(work, seed="s", each=1)
        with pytest.raises(Forbidden):
            oversight.review_sampled(work, case, seed="s", verdict="sound", note="")


@pytest.mark.parametrize("given", [
    {"seed": ""}, {"seed": "a b"}, {"seed": "13800138000"}, {"seed": "x" * 41}, {"each": 0},
    {"each": 21},
])  # fmt: skip
def test_a_sample_that_cannot_be_drawn_is_refused_in_a_sentence(office, given):
    with office.app.app_context(), office.unit("auditor") as work, pytest.raises(BadInput):
        oversight.select_sample(work, **{"seed": "s", "each": 1, **given})


@pytest.mark.parametrize(
    ("verdict", "note"), [("fine", "x"), ("wrong", " "), ("sound", "x" * 4001)]
)
def test_a_judgement_without_its_words_is_refused(office, released, verdict, note):
    with cases.at_work(office, released, "auditor") as (work, case), pytest.raises(BadInput):
        oversight.review_sampled(work, case, seed="s", verdict=verdict, note=note)


def test_the_separation_of_duties_counts_who_signed_what_whom_prepared(office, released):
    with office.app.app_context(), office.unit("auditor") as work:
        pairs = oversight.separation(work)

    assert {(pair.preparer, pair.signer, pair.role, pair.times) for pair in pairs} == {
        ("Handler Person", "Legal Person", "legal reviewer", 1),
        ("Handler Person", "Compliance Person", "compliance officer", 1),
    }


def test_only_the_watched_grounds_are_listed_by_quarter(office, released, monkeypatch):
    with office.app.app_context(), office.unit("auditor") as work:
        assert oversight.quarterly(work) == []
        monkeypatch.setattr(oversight, "WATCHED", ("G3C",))
        listed = oversight.quarterly(work)

    assert [(each.quarter, each.reference) for each in listed] == [("2026 Q4", released)]


def test_the_pages_of_an_auditor_draw_judge_and_compare(office, released):
    auditor = office.client("auditor")
    page = auditor.post("/audit/sample", data={"seed": "s-1", "each": "2"}, follow_redirects=True)
    judged = auditor.post(
        f"/audit/sample/{released}", data={"seed": "s-1", "each": "2", "verdict": "sound"},
        follow_redirects=True,
    )  # fmt: skip
    wrong = auditor.post(f"/audit/sample/{released}", data={"seed": "s-1", "verdict": "wrong"})
    refused = auditor.post("/audit/sample", data={"seed": "no good", "each": "2"})
    seen = auditor.get("/audit/oversight").get_data(as_text=True)

    assert released in page.get_data(as_text=True)
    assert "is an entry of the ledger" in judged.get_data(as_text=True)
    assert (wrong.status_code, refused.status_code) == (422, 422)
    assert 'role="alert"' in refused.get_data(as_text=True)
    assert "Compliance Person" in seen
    assert auditor.get("/audit/sample?seed=a%20b").status_code == 422
    assert office.client("handler").get("/audit/sample").status_code == 403
