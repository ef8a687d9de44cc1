"""The same jobs through a real Redis and a real RQ worker."""

import json
import os
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.gateways.mail import written_messages
from disclosure.gateways.queue import WORKER_CALL
from disclosure.operations import collecting
from disclosure.storage.ledger_rows import Outbox
from tests import cases
from tests.app import make_app
from tests.cases import at_work, do, to_state

pytestmark = pytest.mark.redis
ROOT = Path(__file__).parents[1]
RQ = Path(sys.executable).with_name("rq")


@pytest.fixture
def office(tmp_path, redis_url):
    made = make_app(tmp_path, redis_url=redis_url)
    folder = made.settings.instance
    (folder / "config.toml").write_text(
        f"sources = {json.dumps(str(folder / 'marketplace.toml'))}\n"
    )
    return made


def burst(office):
    """Let a real worker do what is on the queue, as an installation starts it."""
    answer = subprocess.run(
        [RQ, "worker", "-S", "json", "--burst", "--url", office.settings.redis_url, "default"],
        cwd=ROOT,
        env={
            **os.environ,
            "DISCLOSURE_INSTANCE": str(office.settings.instance),
            "REDIS_URL": office.settings.redis_url,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    return answer.stdout + answer.stderr


def waiting(office):
    with office.app.app_context(), office.unit() as work:
        rows = work.session.scalars(select(Outbox).where(Outbox.status == "waiting"))
        return sorted(row.kind for row in rows)


def everything(redis_url):
    """Return every byte that Redis holds, packed payloads unpacked as well."""
    held = []
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter():
            kind = client.type(key)
            if kind == b"hash":
                held += [key, *(part for pair in client.hgetall(key).items() for part in pair)]
            elif kind == b"list":
                held += [key, *client.lrange(key, 0, -1)]
            elif kind == b"string":
                held += [key, client.get(key)]
            elif kind in {b"set", b"zset"}:
                members = client.smembers(key) if kind == b"set" else client.zrange(key, 0, -1)
                held += [key, *members]
    unpacked = [zlib.decompress(each) for each in held if each[:1] == b"\x78"]
    return held, unpacked


def test_a_collect_and_a_letter_are_done_by_a_real_worker(office):
    reference = to_state(office, cases.police_case(office), State.COLLECTING)
    do(office, "handler", reference, collecting.request_collection)
    assert {"collect", "letter", "notice_due"} <= set(waiting(office))
    make_due(office)
    said = burst(office)
    with at_work(office, reference) as (work, case):
        fields = {row.field for row in collecting.values_of(work, case)}

    assert {"reg.real_name", "reg.phone"} <= fields
    assert waiting(office) == ["notice_due"], "what is due in half a year waits"
    assert any("has arrived" in letter.subject for letter in written_messages(office.settings))
    for secret in (cases.SUBJECT.real_name, cases.SUBJECT.phone, "Li Jun"):
        assert secret not in said


def make_due(office):
    """Make what is due by the clock of the tests due by the worker's own, whatever day it is."""
    with office.app.app_context(), office.unit() as work:
        due = select(Outbox).where(Outbox.available_at <= work.now)
        for row in work.session.scalars(due):
            row.available_at = min(work.now, datetime.now(UTC))


def test_only_ids_travel_as_json_and_never_pickled(office):
    reference = cases.police_case(office)
    with at_work(office, reference) as (work, _):
        ids = set(work.session.scalars(select(Outbox.id)))
    held, unpacked = everything(office.settings.redis_url)
    calls = [json.loads(each) for each in unpacked]

    assert {call[2][0] for call in calls} == ids
    assert {call[0] for call in calls} == {WORKER_CALL}
    assert all(len(call[2]) == 1 and not call[3] for call in calls)
    raw = b"\n".join([*held, *unpacked])
    for text in ("Li Jun", "李军", "pudong", reference, cases.SUBJECT.account, "secret"):
        assert text.encode() not in raw
    assert b"\x80\x04\x95" not in raw, "the head of a pickle"


def test_what_the_queue_has_done_already_is_left_alone(office):
    cases.police_case(office)
    office.work_jobs()
    make_due(office)
    before = [letter.written_at for letter in written_messages(office.settings)]
    burst(office)

    assert [letter.written_at for letter in written_messages(office.settings)] == before
    assert waiting(office) == []


def test_a_queue_that_is_down_loses_nothing(tmp_path):
    office = make_app(tmp_path, redis_url="redis://127.0.0.1:1/0")
    reference = cases.police_case(office)

    assert cases.state_of(office, reference) is State.RECEIVED
    assert waiting(office) == ["inspect", "letter"]
    office.work_jobs()
    assert waiting(office) == []
    assert len(written_messages(office.settings)) == 1


def test_a_queue_that_was_flushed_loses_nothing(office):
    cases.police_case(office)
    with redis.Redis.from_url(office.settings.redis_url) as client:
        client.flushall()
    burst(office)
    assert waiting(office) == ["inspect", "letter"]
    office.work_jobs()

    assert waiting(office) == []
