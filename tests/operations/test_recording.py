import json
import threading
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from disclosure.domain.events import Event
from disclosure.domain.ledger import EMPTY, NotForTheLedger, commitment, leaf_hash
from disclosure.domain.states import State
from disclosure.errors import Refused
from disclosure.operations import verifying
from disclosure.operations.ledger_check import verify_ledger
from disclosure.operations.recording import record
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry, LedgerHead, LedgerOpening
from tests import cases
from tests.cases import at_work, do, to_state


def entries(office):
    with office.app.app_context(), office.unit() as work:
        rows = work.session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)).all()
        return [(row.seq, row.leaf, bytes(row.body), row.case_id, row.case_seq) for row in rows]


def receive_and_break(office):
    with office.app.app_context(), office.unit() as work:
        cases.receive_demand(work, cases.police_demand())
        raise RuntimeError("the power went")


def test_a_rollback_leaves_neither_the_change_nor_the_entry(office):
    before = entries(office)
    with pytest.raises(RuntimeError):
        receive_and_break(office)
    with office.app.app_context(), office.unit() as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 0

    assert entries(office) == before


def test_a_refused_action_leaves_no_entry(office):
    reference = to_state(office, cases.police_case(office), State.VERIFYING)
    before = entries(office)
    with pytest.raises(Refused):
        do(office, "handler", reference, verifying.confirm_requester)

    assert entries(office) == before


def test_each_entry_names_the_one_before_it_in_the_ledger_and_in_its_case(office):
    for receive in (cases.police_case, cases.counterparty_case):
        to_state(office, receive(office), State.COLLECTING)
    prev, in_case = EMPTY, {}
    for number, (seq, leaf, body, case_id, case_seq) in enumerate(entries(office), 1):
        entry = json.loads(body)
        assert (seq, entry["seq"], entry["prev"]) == (number, number, prev)
        assert leaf == leaf_hash(body)
        if case_id is not None:
            last_seq, last_leaf = in_case.get(case_id, (0, EMPTY))
            assert (case_seq, entry["case_seq"]) == (last_seq + 1, last_seq + 1)
            assert entry["case_prev"] == last_leaf
            in_case[case_id] = (case_seq, leaf)
        prev = leaf
    with office.app.app_context(), office.unit() as work:
        assert work.session.get_one(LedgerHead, 1).leaf == prev
        assert verify_ledger(work).whole


def test_two_writers_at_once_leave_no_gap(office):
    def write():
        for _ in range(10):
            with office.app.app_context(), office.unit() as work:
                record(work, Event.ACCESS_DENIED, data={"endpoint": "cases.act"})

    before = len(entries(office))
    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = entries(office)

    assert [row[0] for row in after] == list(range(1, before + 41))
    with office.app.app_context(), office.unit() as work:
        assert verify_ledger(work).whole


@pytest.mark.parametrize(
    "value",
    ["张伟", "Zhang Wei", "li@police.example", "13800138000", "+86-138-0013", "192.168.1.20"],
)
def test_personal_data_is_refused_and_nothing_is_written(office, value):
    before = entries(office)
    with office.app.app_context(), office.unit() as work, pytest.raises(NotForTheLedger) as refusal:
        record(work, Event.ACCESS_DENIED, data={"endpoint": value})

    assert entries(office) == before
    assert value not in str(refusal.value)


def test_private_texts_are_committed_to_with_a_salt_and_kept_where_they_can_be_deleted(office):
    with office.app.app_context(), office.unit() as work:
        entry = record(work, Event.ACCESS_DENIED, private={"reason": "因为张伟 called"})
        seq = entry.seq
    with office.app.app_context(), office.unit() as work:
        opening = work.session.get_one(LedgerOpening, (seq, "reason"))
        body = json.loads(work.session.get_one(LedgerEntry, seq).body)

        assert opening.value == "因为张伟 called"
        assert body["commit"]["reason"] == commitment(bytes.fromhex(opening.salt), opening.value)
        work.session.delete(opening)
    with office.app.app_context(), office.unit() as work:
        assert verify_ledger(work).whole, "a deleted opening leaves the chain whole"


def test_the_entry_names_the_role_that_carried_the_act(office):
    reference = to_state(office, cases.police_case(office), State.COLLECTING)
    with at_work(office, reference) as (work, case):
        bodies = work.session.scalars(
            select(LedgerEntry.body).where(LedgerEntry.case_id == case.id)
        )
        actors = {(each := json.loads(body))["action"]: each["actor"] for body in bodies}

    assert actors["case:decided"]["person"] == office.people["legal"]
    assert actors["case:decided"]["role"] == "legal_reviewer"
    assert actors["evaluation:made"] == {"person": "system", "role": "none", "session": None}


def test_every_change_of_state_has_exactly_one_entry(office):
    reference = to_state(office, cases.police_case(office), State.CLOSED)
    with at_work(office, reference) as (work, case):
        bodies = work.session.scalars(
            select(LedgerEntry.body)
            .where(LedgerEntry.case_id == case.id)
            .order_by(LedgerEntry.case_seq)
        )
        moves = [
            (data["from"], data["to"])
            for data in (json.loads(body)["data"] for body in bodies)
            if data.get("from") != data.get("to")
        ]

    states = [state.code for state, _ in cases.ROAD] + ["closed"]
    assert moves == list(pairwise(states))
