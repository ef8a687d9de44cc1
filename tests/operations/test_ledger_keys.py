"""The key that signs checkpoints is changed while other processes go on."""

import json
import re

import pytest

from disclosure import jobs
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.errors import NotReady
from disclosure.operations import ledger_keys
from disclosure.operations.checkpoints import checkpoint_now, key_in_force, public_key_in_force
from disclosure.operations.desk import SYSTEM
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.keyring import add_ledger_key
from disclosure.storage.record_bag import fingerprint
from tests import cases
from tests.app import make_app
from tests.records import judge
from tests.test_cli import run


@pytest.fixture
def office(tmp_path):
    """Return a process that has read its key ring before the key is changed."""
    made = make_app(tmp_path)
    cases.police_case(made)
    with made.app.app_context(), made.unit() as work:
        checkpoint_now(work)
    return made


def change_elsewhere(office):
    """Change the key in a process of its own, as the command line does; return its fingerprint."""
    changed = run("checkpoint", "--change-key", instance=office.settings.instance)
    return re.search(r"key fingerprint: (\S+)", changed.stderr).group(1).replace("-", "")


def newest(office):
    with office.app.app_context(), office.unit() as work:
        made = checkpoint_now(work)
        return made.size, made.key_number


@pytest.mark.parametrize("times", [1, 2])
def test_a_running_process_signs_with_a_key_that_another_introduced(office, times):
    before = newest(office)
    for _ in range(times):
        change_elsewhere(office)
    reference = cases.to_state(office, cases.police_case(office), State.RELEASED)
    size, number = newest(office)

    assert reference
    assert (size > before[0], before[1], number) == (True, 1, 1 + times)
    with office.app.app_context(), look(SYSTEM) as work:
        assert verify_ledger(work).faults == []
        assert verify_ledger(work, deep=True).faults == []


def test_a_running_process_exports_records_under_the_new_key(office, tmp_path):
    reference = cases.police_case(office)
    with office.app.app_context(), look(SYSTEM) as work:
        old = fingerprint(public_key_in_force(work))
    changed = change_elsewhere(office)
    with office.app.app_context():
        made = jobs.export_to(office.actor("auditor"), reference, tmp_path / "r.zip")

    assert made.fingerprint.replace("-", "") == changed != old
    assert judge(made.path, key=changed)[0] == 0
    assert judge(made.path, key=old)[0] == 0, "the old key's checkpoint introduces the new one"


def test_a_ring_that_lacks_the_key_signs_nothing(office):
    home = office.settings.keys
    kept = home.read_bytes()
    change_elsewhere(office)
    home.write_bytes(kept)

    with office.app.app_context(), look(SYSTEM) as work, pytest.raises(NotReady, match="restore"):
        key_in_force(work)
    with office.app.app_context(), look(SYSTEM) as work:
        assert verify_ledger(work).faults[:1] != []


def test_a_ring_that_was_exchanged_for_another_is_not_taken_up(office, tmp_path):
    """Its later key fits, its first does not: it is not the ring of this installation."""
    change_elsewhere(office)
    home = office.settings.keys
    told = json.loads(home.read_text("utf-8"))
    told["ledger_key"] = told["session_key"]
    home.write_text(json.dumps(told), "utf-8")

    with office.app.app_context(), look(SYSTEM) as work:
        with pytest.raises(NotReady, match="restore"):
            key_in_force(work)
        found = verify_ledger(work).faults
        assert "the ledger names other keys than the key ring holds" in found


def test_a_change_that_was_cut_short_is_finished_with_the_same_key(office):
    waiting = add_ledger_key(office.settings.keys)
    changed = change_elsewhere(office)

    assert changed == fingerprint(waiting.public_key().public_bytes_raw())
    with office.app.app_context(), look(SYSTEM) as work:
        assert ledger_keys.spare_key(work) is None
