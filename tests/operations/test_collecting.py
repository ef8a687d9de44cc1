import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from disclosure.domain.states import State
from disclosure.errors import NotReady, Refused
from disclosure.gateways.mail import written_messages
from disclosure.operations import collecting, deciding, redacting
from disclosure.storage.cases import ResponsiveValue
from disclosure.storage.ledger_rows import LedgerEntry, Outbox
from tests import cases
from tests.cases import at_work, do, state_of, to_state


@contextmanager
def listening(office):
    """Note every statement that reaches the platform's database."""
    heard = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        heard.append(statement)

    engine = office.app.extensions["disclosure"].desk.source.engine
    event.listen(engine, "before_cursor_execute", note)
    yield heard
    event.remove(engine, "before_cursor_execute", note)


def collected(office, reference):
    with at_work(office, reference) as (work, case):
        return [
            (row.field, row.value, row.source, row.storage_region)
            for row in collecting.values_of(work, case)
        ]


@pytest.fixture
def decided(office):
    return to_state(office, cases.police_case(office), State.COLLECTING)


def test_every_value_is_kept_with_where_and_when_it_came_from(office, decided):
    do(office, "handler", decided, collecting.request_collection)
    office.work_jobs()
    with at_work(office, decided) as (work, case):
        rows = collecting.values_of(work, case)
        by_field = {row.field: row.value for row in rows}

        assert by_field["reg.real_name"] == cases.SUBJECT.real_name
        assert {row.field for row in rows} <= set(case.allowed_fields)
        assert {row.source for row in rows} == {"marketplace/registration", "marketplace/sign_ins"}
        assert {row.storage_region for row in rows} == {"CN"}
        assert {row.fetched_at for row in rows} == {work.now}


def test_only_columns_of_allowed_fields_are_ever_named_in_a_query(office):
    fields = ("ipc.complainant_name", "ipc.contact_phone", "ipc.id_document")
    reference = to_state(office, cases.respondent_case(office, fields=fields), State.COLLECTING)
    do(office, "handler", reference, collecting.request_collection)
    with listening(office) as heard:
        office.work_jobs()
    asked = [sql for sql in heard if "complaint" in sql and "proof_of_right" not in sql]

    assert asked
    assert {field for field, *_ in collected(office, reference)} == {"ipc.complainant_name"}
    for sql in asked:
        assert not re.search(r"contact_phone|id_document|\*", sql), sql


def test_a_field_outside_the_decision_is_not_fetched_although_it_was_asked_for(office):
    fields = ("reg.real_name", "cred.password_hash")
    reference = cases.police_case(office, fields=fields, period=None)
    to_state(office, reference, State.COLLECTING)
    do(office, "handler", reference, collecting.request_collection)
    with listening(office) as heard:
        office.work_jobs()

    assert not any("password" in sql or "credentials" in sql for sql in heard)
    assert [field for field, *_ in collected(office, reference)] == ["reg.real_name"]


def test_logs_are_fetched_for_the_period_of_the_paper_only(office, decided):
    do(office, "handler", decided, collecting.request_collection)
    office.work_jobs()
    events = [value for field, value, *_ in collected(office, decided) if "login" in field]
    days = [date.fromisoformat(found) for found in re.findall(r"\d{4}-\d\d-\d\d", " ".join(events))]

    assert days
    assert date(2026, 9, 30) <= min(days)
    assert max(days) <= date(2026, 11, 20)


@pytest.mark.parametrize("again", [False, True])
def test_no_second_fetch_while_one_is_under_way(office, decided, again):
    do(office, "handler", decided, collecting.request_collection)
    if again:
        office.work_jobs()
        do(office, "handler", decided, collecting.request_collection)
    with pytest.raises(Refused, match="being fetched already"):
        do(office, "handler", decided, collecting.request_collection)


def test_a_second_fetch_replaces_the_first_and_keeps_it_on_record(office, decided):
    for _ in range(2):
        do(office, "handler", decided, collecting.request_collection)
        office.work_jobs()
    shown = collected(office, decided)
    with at_work(office, decided) as (work, _):
        rows = work.session.scalars(select(ResponsiveValue)).all()

    assert len(rows) == 2 * len(shown)


def nothing_there(office):
    reference = cases.police_case(
        office,
        fields=("log.login_events",),
        period=(date(2020, 1, 1), date(2020, 1, 10)),
    )
    return to_state(office, reference, State.COLLECTING)


def test_nothing_found_ends_the_case_with_an_answer_in_writing(office):
    reference = nothing_there(office)
    with pytest.raises(Refused, match="not finished"):
        do(office, "handler", reference, collecting.record_no_data)
    do(office, "handler", reference, collecting.request_collection)
    office.work_jobs()
    with pytest.raises(Refused, match="Nothing was found"):
        do(office, "handler", reference, collecting.finish_collecting)
    do(office, "handler", reference, collecting.record_no_data)
    office.work_jobs()

    assert state_of(office, reference) is State.NO_DATA
    assert any("nothing found" in each.subject for each in written_messages(office.settings))


def test_found_records_cannot_be_answered_with_nothing_found(office, decided):
    do(office, "handler", decided, collecting.request_collection)
    office.work_jobs()

    with pytest.raises(Refused, match="Records were found"):
        do(office, "handler", decided, collecting.record_no_data)


def test_redacting_does_not_begin_before_the_fetch(office, decided):
    with pytest.raises(Refused, match="not been fetched"):
        do(office, "handler", decided, collecting.finish_collecting)


def test_a_preservation_keeps_what_was_asked_for_and_discloses_nothing(office):
    reference = cases.police_case(
        office,
        instrument={"type": "preservation_request"},
        fields=("reg.email", "reg.phone", "cred.password_hash"),
        period=None,
    )
    to_state(office, reference, State.ASSESSING)
    do(office, "legal", reference, deciding.decide_preservation, reason="Keep for 90 days.")
    with listening(office) as heard:
        office.work_jobs()
    shown = {field: value for field, value, *_ in collected(office, reference)}

    assert state_of(office, reference) is State.PRESERVED
    assert shown == {
        "reg.email": cases.SUBJECT.email,
        "reg.phone": cases.SUBJECT.phone,
    }
    assert not any("password" in sql for sql in heard)
    with pytest.raises(Refused):
        do(office, "handler", reference, redacting.request_rendition)


def test_without_a_source_the_fetch_says_what_to_do_instead(office, decided):
    with at_work(office, decided) as (work, case):
        bare = replace(work, desk=replace(work.desk, source=None))
        with pytest.raises(NotReady, match="upload"):
            collecting.fetch_values(bare, case, purpose="release")


def test_collected_values_are_encrypted_and_the_ledger_has_counts_only(office, decided):
    do(office, "handler", decided, collecting.request_collection)
    office.work_jobs()
    with at_work(office, decided) as (work, _):
        bodies = b"".join(work.session.scalars(select(LedgerEntry.body)))
    stored = b"".join(path.read_bytes() for path in office.settings.instance.glob("disclosure.*"))

    for secret in (cases.SUBJECT.real_name, cases.SUBJECT.phone):
        assert secret.encode() not in bodies
        assert secret.encode() not in stored
    assert b'"values":' in bodies


def test_a_fetch_for_a_case_that_was_held_meanwhile_keeps_nothing(office, decided):
    do(office, "handler", decided, collecting.request_collection)
    do(office, "handler", decided, deciding.hold, reason="Wait.")
    office.work_jobs()
    with at_work(office, decided) as (work, _):
        [row] = work.session.scalars(select(Outbox).where(Outbox.kind == "collect"))

        assert (row.status, row.attempts) == ("waiting", 1)
        assert "On hold" in row.error
        assert row.available_at > office.clock.now + timedelta(seconds=1)
        assert work.session.scalars(select(ResponsiveValue)).all() == []
