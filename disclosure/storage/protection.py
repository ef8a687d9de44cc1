"""What the database itself refuses, whatever the program does.

Owns the triggers of both engines: append-only tables, a ledger without gaps, signatures only from
people who may sign, releases only with every signature that the case's approval profile asks for
and never to a blocked recipient, and rule packs only with two people. The texts are generated from
``domain/approvals.py``. On SQLite each rule is also a check before insert, because ``REPLACE``
skips delete triggers unless ``recursive_triggers`` is on.
"""

from sqlalchemy import Connection

from disclosure.domain.access import Permission, Role, roles_with
from disclosure.domain.approvals import GATE_STAND_INS, SIGNING_ROLES

APPEND_ONLY: dict[str, tuple[tuple[str, ...], ...]] = {
    "ledger_entry": (("seq",), ("leaf",), ("case_id", "case_seq")),
    "ledger_checkpoint": (("size",), ("sha256",)),
    "ledger_key": (("number",), ("public_key",)),
    "ledger_receipt": (("id",),),
    "signature": (("id",), ("rendition_id", "person_id")),
    "signature_voiding": (("signature_id",),),
    "gate_answer": (("id",), ("rendition_id", "person_id")),
    "release": (("id",), ("rendition_id",)),
    "rendition": (("id",), ("case_id", "number")),
    "rendition_preparer": (("rendition_id", "person_id"),),
    "catalogue_version": (("sha256",),),
    "pack_proposal": (("id",),),
    "pack_decision": (("number",), ("proposal_id",)),
    "transparency_report": (("id",),),
    "consent_record": (("reference",),),
    "consent_withdrawal": (("reference",),),
    "case_recipient": (("case_id", "name_index"),),
    "blocked_name": (("block_id", "name_index"),),
    "release_set": (("case_id",),),
    "shadow_draw": (("upto",),),
    "shadow_review": (("id",), ("case_id", "ended_seq")),
    "shadow_answer": (("review_id",),),
}
"""Table -> its unique keys; a row once written is neither changed, deleted nor replaced."""

_GAP = "NEW.seq <> COALESCE((SELECT MAX(seq) FROM ledger_entry), 0) + 1"
_BACKWARDS = "NEW.size <= COALESCE((SELECT MAX(size) FROM ledger_checkpoint), 0)"
_AHEAD = "NEW.size > COALESCE((SELECT MAX(seq) FROM ledger_entry), 0)"

_OVERLAP = """EXISTS (
    SELECT 1 FROM transparency_report AS o
    WHERE o.period_from <= NEW.period_to AND o.period_to >= NEW.period_from)"""

_LIVE_ROLE = """EXISTS (
    SELECT 1 FROM person AS p JOIN role_grant AS g ON g.person_id = p.id
    WHERE p.id = {person} AND p.active AND g.role = {role} AND g.revoked_at IS NULL
    AND g.granted_at <= {since})"""

_NOT_PREPARER = """NOT EXISTS (
    SELECT 1 FROM rendition_preparer AS q JOIN rendition AS r ON r.id = q.rendition_id
    WHERE q.rendition_id = {rendition} AND q.person_id = {person}
    AND NOT (r.separation = 'small-team' AND {role} = 'legal_reviewer'))"""

_READ = """EXISTS (
    SELECT 1 FROM rendition AS r
    WHERE r.id = NEW.rendition_id AND r.case_id = NEW.case_id AND r.sha256 = NEW.sha256
    AND r.gate_sha256 = NEW.sha256 AND {verdict})"""

_PASSED = _READ.format(verdict="r.gate_passed")
_UNTOLD = _READ.format(verdict="NOT r.gate_passed AND r.gate_outcome = 'cannot-tell'")
_OUTCOME = "NEW.gate_passed AND NEW.gate_outcome IN ('leak', 'cannot-tell')"
_PREPARED = """EXISTS (
    SELECT 1 FROM rendition_preparer AS q
    WHERE q.rendition_id = {rendition} AND q.person_id = {person})"""

_BLOCKED = """EXISTS (
    SELECT 1 FROM case_recipient AS c JOIN blocked_name AS n ON n.name_index = c.name_index
    JOIN recipient_block AS b ON b.id = n.block_id
    WHERE c.case_id = NEW.case_id AND b.lifted_at IS NULL)"""

_VALID_SIGNATURE = f"""SELECT s.person_id FROM signature AS s
    WHERE s.rendition_id = NEW.rendition_id AND s.sha256 = NEW.sha256 AND s.role = '{{role}}'
    AND NOT EXISTS (SELECT 1 FROM signature_voiding AS v WHERE v.signature_id = s.id)
    AND {_LIVE_ROLE.format(person="s.person_id", role="s.role", since="s.signed_at")}
    AND {_NOT_PREPARER.format(rendition="s.rendition_id", person="s.person_id", role="s.role")}"""


_NOT_PROPOSER = """EXISTS (
    SELECT 1 FROM pack_proposal AS p
    WHERE p.id = NEW.proposal_id AND p.proposed_by <> NEW.decided_by)"""

_SAME_ACCOUNT = """EXISTS (
    SELECT 1 FROM "case" AS a JOIN "case" AS b ON b.subject_index = a.subject_index
    WHERE a.id = NEW.case_id AND b.id = NEW.source_id AND a.id <> b.id AND a.subject_index <> '')"""

_HAD_A_HAND = """EXISTS (
    SELECT 1 FROM shadow_review AS r JOIN "case" AS c ON c.id = r.case_id
    WHERE r.id = NEW.review_id AND (NEW.person_id = c.handler_id OR NEW.person_id = c.decider_id
    OR EXISTS (SELECT 1 FROM signature AS s
        WHERE s.case_id = c.id AND s.person_id = NEW.person_id)))"""


def refusals() -> list[tuple[str, str, str]]:
    """List every check before an insert: (table, condition that refuses, message)."""
    rules = [
        ("ledger_entry", _GAP, "the ledger has no gaps: the next entry follows the last"),
        ("ledger_checkpoint", _BACKWARDS, "a checkpoint covers more entries than the one before"),
        ("ledger_checkpoint", _AHEAD, "a checkpoint covers entries that are there"),
    ]
    for table, keys in APPEND_ONLY.items():
        for key in keys:
            same = " AND ".join(f"o.{column} = NEW.{column}" for column in key)
            taken = f"EXISTS (SELECT 1 FROM {table} AS o WHERE {same})"
            rules.append((table, taken, f"{table} is append-only: this row exists"))
    roles = sorted({role.value for signing in SIGNING_ROLES.values() for role in signing})
    names = ", ".join(f"'{role}'" for role in roles)
    gated = f"({_PASSED} OR {_answered()})"
    signer = {
        "person": "NEW.person_id",
        "role": "NEW.role",
        "rendition": "NEW.rendition_id",
        "since": "NEW.signed_at",
    }
    rules += [
        ("signature", f"NEW.role NOT IN ({names})", "this role signs nothing"),
        ("rendition", _OUTCOME, "what the gate did not pass is not said to have passed"),
        ("release_set", f"NOT {_SAME_ACCOUNT}", "a set is over a collection of the same account"),
        ("signature", f"NOT {gated}", "a signature is over a rendition that passed the gate"),
        ("signature", f"NOT {_LIVE_ROLE.format(**signer)}", "the signer does not hold this role"),
        ("signature", f"NOT {_NOT_PREPARER.format(**signer)}", "who prepared it does not sign it"),
        ("release", f"NOT {gated}", "a release is of a rendition that passed the gate"),
        ("release", _profile_differs(), "the release names another approval profile than the case"),
        ("release", _BLOCKED, "the recipient is blocked: two people lift that first"),
    ]
    rules += _pack_rules() + _answer_rules()
    reviewer = _holds_any("NEW.person_id", "NEW.answered_at", Permission.DECIDE_CASE)
    rules += [
        ("shadow_answer", f"NOT ({reviewer})", "this person decides no cases"),
        ("shadow_answer", _HAD_A_HAND, "who had a hand in a case does not review it"),
    ]
    rules += [
        ("release", _unsigned(profile, role), f"{profile} needs a valid signature: {role.value}")
        for profile, signing in SIGNING_ROLES.items()
        for role in signing
    ]
    covered = "a published report covers some of these days"
    return [*rules, ("transparency_report", _OVERLAP, covered)]


def _answered() -> str:
    """Return whether an officer who may, and who prepared nothing, answered for the gate."""
    holder = _holds_any("a.person_id", "a.answered_at", Permission.ANSWER_FOR_GATE)
    prepared = _PREPARED.format(rendition="a.rendition_id", person="a.person_id")
    return f"""({_UNTOLD} AND EXISTS (
    SELECT 1 FROM gate_answer AS a
    WHERE a.rendition_id = NEW.rendition_id AND a.sha256 = NEW.sha256
    AND ({holder}) AND NOT {prepared}))"""


def _answer_rules() -> list[tuple[str, str, str]]:
    """List what is asked of an answer for the gate, and of a release that rests on one."""
    holder = _holds_any("NEW.person_id", "NEW.answered_at", Permission.ANSWER_FOR_GATE)
    prepared = _PREPARED.format(rendition="NEW.rendition_id", person="NEW.person_id")
    return [
        ("gate_answer", f"NOT {_UNTOLD}", "the gate passed or found a leak: nothing to answer for"),
        ("gate_answer", f"NOT ({holder})", "this person may not answer for the gate"),
        ("gate_answer", prepared, "who prepared it does not answer for the gate"),
    ] + [
        (
            "release",
            f"NOT {_PASSED} AND {_unsigned(profile, role)}",
            f"a person answered for the gate: needs a valid signature: {role.value}",
        )
        for profile, roles in GATE_STAND_INS.items()
        for role in roles
    ]


def _pack_rules() -> list[tuple[str, str, str]]:
    """List what is asked of the two people behind a rule pack."""
    proposer = _holds_any("NEW.proposed_by", "NEW.proposed_at", Permission.PROPOSE_RULES)
    decider = _holds_any("NEW.decided_by", "NEW.decided_at", Permission.CONFIRM_RULES)
    return [
        ("pack_proposal", f"NOT ({proposer})", "this person may not propose a rule pack"),
        ("pack_decision", f"NOT ({decider})", "this person may not decide on a rule pack"),
        ("pack_decision", f"NOT {_NOT_PROPOSER}", "who proposed a rule pack does not decide on it"),
    ]


def _holds_any(person: str, since: str, permission: Permission) -> str:
    roles = (f"'{role.value}'" for role in roles_with(permission))
    return " OR ".join(_LIVE_ROLE.format(person=person, role=role, since=since) for role in roles)


def _profile_differs() -> str:
    known = ", ".join(f"'{profile}'" for profile in SIGNING_ROLES)
    return f"""NEW.profile NOT IN ({known}) OR NOT EXISTS (
    SELECT 1 FROM "case" AS c JOIN rendition AS r ON r.case_id = c.id
    WHERE c.id = NEW.case_id AND r.id = NEW.rendition_id
    AND c.approval_profile = NEW.profile AND r.profile = NEW.profile)"""


def _unsigned(profile: str, role: Role) -> str:
    signed = _VALID_SIGNATURE.format(role=role.value)
    return f"NEW.profile = '{profile}' AND NOT EXISTS ({signed})"


def install(connection: Connection) -> None:
    """Put every trigger in place, replacing those of an earlier version."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in found.all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        for statement in _sqlite():
            connection.exec_driver_sql(statement)
    else:
        for statement in _postgresql():
            connection.exec_driver_sql(statement)


def missing(connection: Connection) -> list[str]:
    """List the triggers that are gone or do something else than they should.

    Asked at each start. A trigger of the right name with another text is as good as none: it was
    emptied by somebody, or left by an earlier version.
    """
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        )
        expected = {_name(text): text for text in _sqlite() if text.startswith("CREATE")}
    else:
        found = connection.exec_driver_sql(
            "SELECT t.tgname, f.prosrc FROM pg_trigger AS t JOIN pg_proc AS f ON f.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND t.tgenabled = 'A'"
        )
        expected = {
            f"{table}_{kind}": body
            for table in APPEND_ONLY
            for kind, body in (
                ("guard", _guard_body(table)),
                ("row", _REFUSE_CHANGE),
                ("truncate", _REFUSE_CHANGE),
            )
        }
    there = {row[0]: row[1] for row in found}
    return sorted(name for name, text in expected.items() if there.get(name) != text)


def _name(statement: str) -> str:
    return statement.split()[2]


def _sqlite() -> list[str]:
    statements = []
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            statements += _sqlite_trigger(name, verb, table, "", f"{table} is append-only")
    numbers = dict.fromkeys(APPEND_ONLY, 0)
    for table, condition, message in refusals():
        numbers[table] += 1
        name = f"{table}_rule_{numbers[table]}"
        statements += _sqlite_trigger(name, "INSERT", table, f"WHEN {condition}", message)
    return statements


def _sqlite_trigger(name: str, verb: str, table: str, when: str, message: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"""CREATE TRIGGER {name} BEFORE {verb} ON "{table}" FOR EACH ROW {when}
        BEGIN SELECT RAISE(ABORT, '{message}'); END""",
    ]


_REFUSE_CHANGE = """
BEGIN RAISE integrity_constraint_violation USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END
"""


def _guard_body(table: str) -> str:
    checks = "".join(
        f"IF {condition} THEN RAISE integrity_constraint_violation "
        f"USING MESSAGE = '{message}'; END IF;\n"
        for owner, condition, message in refusals()
        if owner == table
    )
    return f"\nBEGIN {checks} RETURN NEW; END\n"


def _postgresql_function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $${body}$$ LANGUAGE plpgsql"


def _postgresql() -> list[str]:
    statements = [_postgresql_function("refuse_change", _REFUSE_CHANGE)]
    for table in APPEND_ONLY:
        statements += [
            _postgresql_function(f"{table}_guard", _guard_body(table)),
            *_postgresql_trigger(f"{table}_guard", "BEFORE INSERT", table, "ROW", f"{table}_guard"),
            *_postgresql_trigger(
                f"{table}_row", "BEFORE UPDATE OR DELETE", table, "ROW", "refuse_change"
            ),
            *_postgresql_trigger(
                f"{table}_truncate", "BEFORE TRUNCATE", table, "STATEMENT", "refuse_change"
            ),
        ]
    return statements


def _postgresql_trigger(name: str, when: str, table: str, each: str, function: str) -> list[str]:
    return [
        f'DROP TRIGGER IF EXISTS {name} ON "{table}"',
        f'CREATE TRIGGER {name} {when} ON "{table}" FOR EACH {each} EXECUTE FUNCTION {function}()',
        f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {name}',
    ]
