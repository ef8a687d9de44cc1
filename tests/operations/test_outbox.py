import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from disclosure.errors import Forbidden, NotFound, Refused
from disclosure.operations import outbox
from disclosure.operations.outbox import Effect
from disclosure.storage.base import db
from disclosure.storage.ledger_rows import LedgerEntry, Outbox
from tests import cases

LETTER = Effect("letter", {"template": "accepted", "case": "DR-2026-0001"}, secret="one-time")


@pytest.fixture
def row_id(office):
    with office.app.app_context(), office.unit() as work:
        return outbox.enqueue(work, LETTER).id


def take(office, row_id):
    with office.app.app_context(), office.unit() as work:
        row = outbox.take(work.session, row_id, work.now)
        return row.attempts if row else None


def due(office):
    with office.app.app_context(), office.unit() as work:
        return outbox.due(work.session, work.now)


def fail(office, row_id, reason="The server is away."):
    with office.app.app_context(), office.unit() as work:
        outbox.fail(work, work.session.get_one(Outbox, row_id), reason)


def enqueue_and_break(office):
    with office.unit() as work:
        outbox.enqueue(work, LETTER)
        raise RuntimeError("broken")


def shown(office, row_id):
    with office.app.app_context(), office.unit() as work:
        row = work.session.get_one(Outbox, row_id)
        work.session.expunge(row)
        return row


def test_eight_workers_at_once_and_one_has_the_row(office, row_id):
    taken = []
    barrier = threading.Barrier(8)

    def worker():
        barrier.wait()
        taken.append(take(office, row_id))

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken, key=str) == [1] + [None] * 7


def test_a_taken_row_is_nobodys_until_its_lease_ends(office, row_id):
    assert take(office, row_id) == 1
    office.clock.now += outbox.LEASE
    assert due(office) == []
    assert take(office, row_id) is None
    office.clock.move(seconds=1)

    assert due(office) == [row_id]
    assert take(office, row_id) == 2


def test_a_row_waits_for_its_time(office):
    later = office.clock.now + timedelta(days=3)
    with office.app.app_context(), office.unit() as work:
        row_id = outbox.enqueue(work, Effect("notice_due", {}, after=later)).id
    assert due(office) == []
    assert take(office, row_id) is None, "not even a worker that was woken too early"
    office.clock.now = later

    assert due(office) == [row_id]


def test_the_oldest_row_comes_first(office):
    made = []
    for _ in range(3):
        office.clock.move(seconds=1)
        with office.app.app_context(), office.unit() as work:
            made.append(outbox.enqueue(work, LETTER).id)

    assert due(office) == made


def test_a_failed_row_is_tried_again_later_and_later(office, row_id):
    waits = []
    for _ in range(4):
        take(office, row_id)
        fail(office, row_id)
        row = shown(office, row_id)
        waits.append((row.available_at - office.clock.now).total_seconds())
        assert due(office) == []
        office.clock.now = row.available_at

    assert waits == [20, 80, 320, 1280]


def test_a_row_is_parked_after_the_fifth_try_and_the_ledger_knows(office, row_id):
    for _ in range(5):
        take(office, row_id)
        fail(office, row_id)
        office.clock.move(hours=1)
    row = shown(office, row_id)
    with office.app.app_context(), office.unit() as work:
        last = work.session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq)).all()[-1]

    assert (row.status, row.attempts, row.error) == ("parked", 5, "The server is away.")
    assert due(office) == []
    assert take(office, row_id) is None
    assert b'"action":"job:parked"' in last
    assert row_id.encode() in last


def test_a_parked_row_is_sent_on_its_way_again_by_a_person(office, row_id):
    for _ in range(5):
        take(office, row_id)
        fail(office, row_id)
        office.clock.move(hours=1)
    with office.app.app_context():
        with office.unit("auditor") as work, pytest.raises(Forbidden):
            outbox.retry(work, row_id)
        with office.unit("admin") as work:
            outbox.retry(work, row_id)

    assert due(office) == [row_id]
    assert take(office, row_id) == 1


def test_what_has_not_failed_is_not_retried(office, row_id):
    with office.app.app_context(), office.unit("admin") as work:
        with pytest.raises(Refused, match="nothing to retry"):
            outbox.retry(work, row_id)
        with pytest.raises(NotFound):
            outbox.retry(work, "0" * 32)


def test_the_secret_is_wiped_when_the_row_is_done(office, row_id):
    assert shown(office, row_id).secret == "one-time"
    take(office, row_id)
    with office.app.app_context(), office.unit() as work:
        outbox.finish(work.session.get_one(Outbox, row_id), work.now)
    row = shown(office, row_id)

    assert (row.secret, row.status, row.progress) == (None, "done", 100)
    assert due(office) == []


def test_the_secret_is_encrypted_while_it_waits(office, row_id):
    raw = b"".join(path.read_bytes() for path in office.settings.instance.glob("disclosure.*"))

    assert b"one-time" not in raw
    assert row_id.encode() in raw


def test_a_row_dies_with_the_transaction_that_wanted_it(office):
    with office.app.app_context():
        with pytest.raises(RuntimeError):
            enqueue_and_break(office)
        with office.unit() as work:
            assert work.session.scalars(select(Outbox)).all() == []


def test_ids_are_handed_over_after_the_commit_and_only_then(office):
    handed = []
    house = office.app.extensions["disclosure"]

    def note(ids):
        db.session().rollback()
        found = db.session().scalars(select(Outbox.id)).all()
        handed.append((list(ids), found))

    office.app.extensions["disclosure"] = replace(house, after_commit=note)
    with office.app.app_context():
        with office.unit() as work:
            first = outbox.enqueue(work, LETTER).id
            assert handed == []
        with pytest.raises(RuntimeError):
            enqueue_and_break(office)
        with office.unit():
            pass

    assert handed == [([first], [first])]


def test_late_and_failed_rows_are_shown_as_trouble(office, row_id):
    def troubled():
        with office.app.app_context(), office.unit() as work:
            return [row.id for row in outbox.troubled(work)]

    assert troubled() == []
    office.clock.move(minutes=6)
    assert troubled() == [row_id]


def test_the_arguments_of_every_row_of_a_whole_case_are_ids(office):
    reference = cases.to_state(office, cases.counterparty_case(office), cases.State.APPROVED)
    office.work_jobs()
    with office.app.app_context(), office.unit() as work:
        rows = work.session.scalars(select(Outbox)).all()
        values = {value for row in rows for value in row.arguments.values()}

    assert reference in values
    assert all(value.isascii() and " " not in value and "@" not in value for value in values)
