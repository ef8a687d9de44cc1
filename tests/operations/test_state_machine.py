"""One case, several people, and everything they may try in any order.

The model knows who signed which bytes and in which role, and who lost a role since. It says when a
release is right; the program and the database have to agree.
"""

import json
import shutil
import sqlite3
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from disclosure.app import create_app
from disclosure.config import load_settings
from disclosure.documents.gate import Outcome
from disclosure.domain.access import Role
from disclosure.domain.approvals import signing_roles
from disclosure.domain.states import State
from disclosure.edge import unit_of_work
from disclosure.errors import DisclosureError
from disclosure.operations import (
    collecting,
    deciding,
    gate_answers,
    redacting,
    releasing,
    signing,
    verifying,
)
from disclosure.operations.accounts import disable_person, grant_role, revoke_role
from disclosure.operations.desk import Actor
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.people import Person
from tests import cases
from tests.app import ROLES, Clock, Office, make_app

HANDLERS = st.sampled_from(["handler", "handler2", "legal"])
SIGNERS = st.sampled_from(["handler", "legal", "legal2", "compliance", "compliance2", "senior"])
TEMPTED = {"handler": Role.LEGAL_REVIEWER, "handler2": Role.COMPLIANCE_OFFICER}
"""Those who prepare hold signing roles as well: only the rule keeps them from signing."""
EVERYBODY = ("handler", "legal", "legal", "handler2", "compliance", "legal2", "senior")
"""Who tries to sign, one after the other; the same person twice."""
SIGNING = st.sampled_from([Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER])
OFFICERS = {Role.COMPLIANCE_OFFICER, Role.SENIOR_COMPLIANCE_OFFICER}
"""Who may answer for what the gate could not tell."""


@lru_cache(maxsize=1)
def furnished():
    """Return an instance with one case in redacting, and its people."""
    office = make_app(Path(tempfile.mkdtemp(prefix="disclosure-machine-")))
    reference = cases.to_state(office, cases.police_case(office), State.REDACTING)
    cases.assess_impact(office, reference)
    with office.app.app_context(), office.unit("admin") as work:
        for name, role in TEMPTED.items():
            grant_role(work, work.session.get_one(Person, office.people[name]), role)
    return cases.at_rest(office), office.people, reference


class OneCase(RuleBasedStateMachine):
    """What people try; ``attempt`` watches what comes of it."""

    @initialize()
    def open_the_office(self):
        source, people, self.reference = furnished()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        shutil.copytree(source, self.folder / "instance")
        loaded = load_settings(self.folder / "instance", {})
        loaded = replace(loaded, sources=loaded.instance / "marketplace.toml")
        clock = Clock()
        self.office = Office(create_app(loaded, clock=clock), clock, loaded, dict(people))
        self.plain = sqlite3.connect(self.folder / "instance" / "disclosure.sqlite3")
        self.roles = {name: set(held) for name, held in ROLES.items()}
        for name, role in TEMPTED.items():
            self.roles[name].add(role)
        self.hands = {"handler"}
        self.preparers = {}
        self.signed = {}
        self.damaged = set()
        self.gate = {}
        self.answers = {}
        self.released = set()

    def teardown(self):
        if not hasattr(self, "folder"):
            return
        with self.office.app.app_context(), self.office.unit() as work:
            report = verify_ledger(work)
        cases.at_rest(self.office)
        self.plain.close()
        shutil.rmtree(self.folder)
        assert report.whole, report.lines()

    # --- What is seen from outside, by the plain module --------------------------------------

    def seen(self):
        """Return the state, and how many entries, signatures and releases there are."""
        counts = [
            self.plain.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 - ours
            for table in ("ledger_entry", "signature", "release", "rendition", "outbox")
        ]
        return self.plain.execute('SELECT state FROM "case"').fetchone()[0], counts

    def moves(self, since):
        """Return the moves that the entries after a sequence number tell of."""
        rows = self.plain.execute(
            "SELECT body FROM ledger_entry WHERE seq > ? ORDER BY seq", [since]
        )
        told = [json.loads(body)["data"] for (body,) in rows]
        return [(d["from"], d["to"]) for d in told if d.get("from") != d.get("to")]

    def current(self):
        """Return the newest rendition's hash."""
        row = self.plain.execute("SELECT sha256 FROM rendition ORDER BY number DESC").fetchone()
        return row[0] if row else ""

    def attempt(self, who, operation, **given):
        """Let a person try one thing; return whether it was done."""
        before, counts = self.seen()
        actor = Actor(self.office.people[who], frozenset(self.roles[who])) if who else None
        try:
            with self.office.app.app_context(), self.unit(actor) as work:
                operation(work, cases.find(work, self.reference), **given)
        except DisclosureError as refusal:
            assert self.seen() == (before, counts), "a refusal leaves nothing behind"
            self.lapse_after(refusal, who)
            return False
        after, _ = self.seen()
        expected = [(before, after)] if before != after else []
        assert self.moves(counts[0]) == expected, "each move has its one entry"
        return True

    def unit(self, actor):
        return unit_of_work(actor) if actor else self.office.unit()

    def lapse_after(self, refusal, who):
        if isinstance(refusal, releasing.ApprovalLapsed):
            assert self.attempt(who, signing.lapse_approval, cause=refusal.message)
            self.signed.clear()

    # --- People at work ------------------------------------------------------------------------

    @rule(
        steps=st.integers(2, 5),
        marker=st.sampled_from(["", "", "legal"]),
        outcome=st.sampled_from([Outcome.PASSED] * 4 + [Outcome.CANNOT_TELL] * 2 + [Outcome.LEAK]),
        flips=st.sampled_from([False] * 4 + [True]),
    )
    def forward(self, steps, marker, outcome, flips):
        """Let everybody try the usual next steps, those who may not as well."""
        for _ in range(steps):
            state = State.of(self.seen()[0])
            if state is State.REDACTING and marker:
                self.mark(marker, "remove")
            if state is State.REDACTING:
                self.build(outcome)
                self.answer("handler")
                self.answer("compliance2")
                self.submit("handler")
            elif flips and state in {State.SIGNING, State.APPROVED}:
                self.flip_a_byte()
            self.step(state)

    def step(self, state):
        usual = {
            State.ON_HOLD: lambda: self.attempt("handler", deciding.resume, reason="Cleared."),
            State.VERIFYING: lambda: self.attempt("handler", verifying.confirm_requester),
            State.ASSESSING: lambda: self.decide("legal"),
            State.COLLECTING: lambda: self.collect("handler"),
            State.SIGNING: lambda: [self.sign(who) for who in EVERYBODY],
            State.APPROVED: lambda: self.release("compliance"),
        }
        usual.get(state, lambda: None)()

    @rule(who=HANDLERS)
    def claim(self, who):
        self.attempt(who, verifying.claim)

    @rule(who=SIGNERS)
    def decide(self, who):
        self.attempt(who, deciding.decide_release, reason="Lawful and narrow.")

    @rule(who=HANDLERS)
    def collect(self, who):
        if self.attempt(who, collecting.request_collection):
            self.hands.add(who)
            self.office.work_jobs()
            self.attempt(who, collecting.finish_collecting)

    @rule(who=HANDLERS, name=st.sampled_from(["keep", "mask_phone", "remove"]))
    def mark(self, who, name):
        code = "" if name == "keep" else "not_responsive"
        if self.attempt(who, redacting.set_mask, field="reg.phone", mask=name, code=code):
            self.hands.add(who)

    @precondition(lambda self: self.seen()[0] == "redacting")
    @rule(outcome=st.sampled_from(Outcome))
    def build(self, outcome):
        sha256 = cases.small_rendition(self.office, self.reference, outcome=outcome)
        holder = self.plain.execute('SELECT handler_id FROM "case"').fetchone()[0]
        names = {person: name for name, person in self.office.people.items()}
        self.preparers[sha256] = self.hands | {names[holder]}
        self.gate[sha256] = outcome

    @precondition(lambda self: self.current())
    @rule(who=SIGNERS)
    def answer(self, who):
        sha256 = self.current()
        if self.attempt(who, gate_answers.answer_for_gate, sha256=sha256, reason="I read it."):
            assert self.gate[sha256] is Outcome.CANNOT_TELL
            assert who not in self.preparers[sha256]
            assert sha256 not in self.damaged
            assert self.roles[who] & OFFICERS
            self.answers.setdefault(sha256, {})[who] = self.roles[who] & OFFICERS

    def opened(self, sha256):
        """Say whether the gate, or an answer that stands, opens the way for these bytes."""
        return self.gate[sha256] is Outcome.PASSED or any(self.answers.get(sha256, {}).values())

    @rule(who=HANDLERS)
    def submit(self, who):
        self.attempt(who, signing.submit_for_signing)

    @rule(who=HANDLERS, answer=st.sampled_from(["yes", "yes", "no"]))
    def find(self, who, answer):
        given = {"key": "instrument.sealed", "answer": answer, "reason": "Looked again."}
        self.attempt(who, verifying.record_finding, **given)

    @rule(who=HANDLERS)
    def hold(self, who):
        if self.attempt(who, deciding.hold, reason="A doubt."):
            self.signed.clear()

    @rule(who=SIGNERS)
    def send_back(self, who):
        if self.attempt(who, signing.return_for_redaction, reason="Look again."):
            self.signed.clear()

    @rule(who=SIGNERS)
    def sign(self, who):
        sha256 = self.current()
        if self.attempt(who, signing.sign, sha256=sha256, reason="Right."):
            assert who not in self.preparers[sha256]
            assert sha256 not in self.damaged
            assert self.opened(sha256)
            person = self.office.people[who]
            role = self.plain.execute(
                "SELECT role FROM signature WHERE sha256 = ? AND person_id = ?", [sha256, person]
            ).fetchone()[0]
            assert Role(role) in self.roles[who]
            assert role not in self.signed.get(sha256, {}).values()
            self.signed.setdefault(sha256, {})[who] = role

    @rule(who=SIGNERS)
    def sign_what_was_shown_before(self, who):
        older = [sha256 for sha256 in self.preparers if sha256 != self.current()]
        for sha256 in older[:1]:
            assert not self.attempt(who, signing.sign, sha256=sha256, reason="Right.")

    @rule(who=SIGNERS)
    def release(self, who):
        sha256 = self.current()
        right = bool(sha256) and self.carried(sha256)
        if self.attempt(who, releasing.release):
            assert right, f"released with {self.signed.get(sha256)}"
            self.released.add(sha256)

    def carried(self, sha256):
        """Say whether the model's valid signatures carry a release of these bytes."""
        profile = self.plain.execute('SELECT approval_profile FROM "case"').fetchone()[0]
        given = {
            role: who
            for who, role in self.signed.get(sha256, {}).items()
            if who not in self.preparers[sha256] and Role(role) in self.roles[who]
        }
        answered = self.gate.get(sha256) is not Outcome.PASSED
        needed = {role.value for role in signing_roles(profile, person_answered=answered)}
        people = {given.get(role) for role in needed} - {None}
        whole = sha256 not in self.damaged and self.opened(sha256)
        return len(people) == len(needed) >= 2 and whole

    # --- The world around -----------------------------------------------------------------------

    @rule(who=SIGNERS, role=SIGNING)
    def revoke(self, who, role):
        self.change(who, revoke_role, role)
        self.roles[who].discard(role)
        for given in self.answers.values():
            given.get(who, set()).discard(role)
        for given in self.signed.values():
            if given.get(who) == role.value:
                del given[who]

    @rule(who=SIGNERS, role=SIGNING)
    def grant(self, who, role):
        self.office.clock.move(minutes=1)
        self.change(who, grant_role, role)
        self.roles[who].add(role)

    @rule(who=st.sampled_from(["legal2", "compliance2"]))
    def disable(self, who):
        self.change(who, disable_person)
        self.roles[who] = set()
        for given in (*self.signed.values(), *self.answers.values()):
            given.pop(who, None)

    def change(self, who, operation, *given):
        with self.office.app.app_context(), self.office.unit("admin") as work:
            query = select(Person).where(Person.id == self.office.people[who])
            operation(work, work.session.scalars(query).one(), *given)

    @precondition(lambda self: self.current())
    @rule()
    def flip_a_byte(self):
        """Damage the stored file, or mend it again."""
        sha256 = self.current()
        path = self.office.settings.instance / "files" / sha256[:2] / sha256
        raw = bytearray(path.read_bytes())
        raw[-1] ^= 1
        path.write_bytes(raw)
        self.damaged ^= {sha256}

    @rule(hours=st.sampled_from([1, 1, 1, 24 * 45]))
    def wait(self, hours):
        self.office.clock.move(hours=hours)

    # --- What always holds ----------------------------------------------------------------------

    @invariant()
    def only_carried_bytes_are_released(self):
        if hasattr(self, "plain"):
            rows = self.plain.execute("SELECT sha256 FROM release").fetchall()
            assert {sha256 for (sha256,) in rows} == self.released


TestOneCase = OneCase.TestCase
TestOneCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
