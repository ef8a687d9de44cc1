"""The packs: what the loader refuses, and what every rule has to say about itself."""

import pickle
import re
import shutil
from datetime import UTC, datetime

import pytest

from disclosure.domain.catalogue import BUILT_IN, load_catalogue
from disclosure.domain.decision import Outcome
from disclosure.domain.facts import parse_case
from disclosure.domain.fields import Level
from disclosure.domain.grounds import evaluate
from disclosure.domain.grounds.checks import CHECKS
from disclosure.errors import BadInput, NotReady
from tests.domain.situations import built_in, situation


@pytest.fixture
def packs(tmp_path):
    """Return a copy of the packs that a test may break."""
    for file in BUILT_IN.glob("*.toml"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture
def own_pack(tmp_path):
    """Return a function that writes a deployment's own pack and loads it over the built-in one."""

    def load(text):
        (tmp_path / "own.toml").write_text(text)
        return load_catalogue(BUILT_IN, tmp_path)

    return load


def broken(packs, file, old, new):
    """Replace the first place of a pack file and load it."""
    path = packs / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return load_catalogue(packs)


G3F = 'id = "G3F"\nclause = "3(f)"\nvalid_from = 2026-01-01\n'


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("grounds.toml", '"F04_purpose"', '"F99_purpose"', "no check 'F99_purpose'"),
        ("grounds.toml", 'key_check = "F03_performed_or_part"', "", "has no 'key_check'"),
        ("grounds.toml", 'approvals = "DUAL"', "", "has no 'approvals'"),
        ("grounds.toml", "\nnever = [", "\nseldom = [", "has no key 'seldom'"),
        ("grounds.toml", 'key_check = "F03_p', 'key_check = "E03_p', "no check of this ground"),
        ("grounds.toml", 'approvals = "STD"', 'approvals = "TRIO"', "'approvals' must be one of"),
        ("grounds.toml", '"CONS-44"', '"CONS-45"', "no citation 'CONS-45'"),
        ("grounds.toml", 'CN = ["PIPL-13", "CONS-44"]', 'CN = ["X-1"]', "no citation 'X-1'"),
        ("grounds.toml", '"relay_untried",', '"relay_unheard",', "no reason code 'relay_unheard'"),
        ("grounds.toml", '"reg.display_name", "reg.phone"', '"reg.shoe"', "no field is meant by"),
        ("grounds.toml", 'clause = "3(f)"', 'clause = "3(z)"', "no clause '3(z)'"),
        ("grounds.toml", '  "trader",\n', '  "trade",\n', "no ground fact 'trade'"),
        ("grounds.toml", 'id = "G3F"', 'id = "G3E"', "[[ground]] with the same"),
        ("grounds.toml", G3F, G3F + "valid_to = 2025-01-01\n", "ends before it begins"),
        ("checks_shared.toml", 'id = "V03_', 'id = "V93_', "no check function for V93_"),
        ("checks_shared.toml", "otherwise.lookalike", "otherwise.twin", "other ways to fail"),
        ("checks_shared.toml", "{on_file}", "{on_fire}", "has no value {on_fire}"),
        ("checks_shared.toml", "{on_file}", "{on_file", "bad brace"),
        ("checks_shared.toml", '"FBI-20241104"', '"FBI-1"', "no citation 'FBI-1'"),
        ("checks_shared.toml", 'code = "lookalike_domain"', 'code = "odd"', "no reason code 'odd'"),
        ("checks_shared.toml", 'outcome = "refuse"', 'outcome = "sulk"', "'outcome' must be one"),
        ("checks_shared.toml", 'outcome = "refuse"', 'outcome = "release"', "cannot release"),
        ("checks_shared.toml", 'answered_by = "machine"', 'answered_by = "cat"', "'answered_by'"),
        ("checks_shared.toml", 'remedy = "', 'remedies = "', "has no key 'remedies'"),
        ("fields.toml", 'level = "L1"', 'level = "L9"', "'level' must be one of"),
        ("fields.toml", 'mask = "mask_email"', 'mask = "blur"', "no mask 'blur'"),
        ("fields.toml", 'clause = "1(a)"', 'clause = "9"', "no clause '9'"),
        ("instruments.toml", '["court"]', '["tribunal"]', "no requester class 'tribunal'"),
        ("requesters.toml", 'group = "domestic"', 'group = "local"', "'group' must be one of"),
        ("requesters.toml", "officers = 2", "officers = true", "'officers'"),
        ("requesters.toml", "officers = 2", "officers = -2", "must not be negative"),
        ("requesters.toml", '"GDPR-49"', '"GDPR-99"', "no citation 'GDPR-99'"),
        ("requesters.toml", '"eu_epoc_issuer"]', '"eu_clerk"]', "no requester class 'eu_clerk'"),
        ("notices.toml", 'ground = "G3B"', 'ground = "G9B"', "G3B has no [[notice]] row"),
        ("notices.toml", 'class = "police"', 'class = "polis"', "no requester class 'polis'"),
        ("notices.toml", 'ground = "*"', 'ground = "**"', "no [[notice]] row for ground '*'"),
        ("notices.toml", 'rule = "prior"', 'rule = "whenever"', "'rule' must be one of"),
        ("house.toml", '"foreign_recipient",', '"rain",', "no escalator 'rain'"),
        ("house.toml", '"<ground checks>",', "", "exactly once"),
        ("house.toml", 'home = "CN"', 'home = "EU"', "outsiders = 'home'"),
        ("house.toml", 'id = "EMERG"', 'id = "STD"', "[[approval_profile]] with the same id"),
        ("house.toml", '"legal_reviewer"', '"lawyer"', "there is no role 'lawyer'"),
        ("reasons.toml", 'code = "never_disclosed"', 'code = "x"', "code 'never_disclosed'"),
        ("policy.toml", "[[clause]]", "[[claus]]", "no table 'claus'"),
        ("checks_zh.toml", 'check = "V03_', 'check = "V93_', "there is no check 'V93_"),
        ("checks_zh.toml", "otherwise.lookalike", "otherwise.twin", "other ways to fail"),
        ("checks_zh.toml", "{on_file}", "{on_fire}", "has no value {on_fire}"),
        ("checks_grounds.toml", "and {hours} hours", "and {days} days", "has no value {days}"),
        ("inputs.toml", "R02_revalidated = []", "", "does not say which facts R02"),
        ("inputs.toml", '"requester.officers"', '"requester.hats"', "no fact 'requester.hats'"),
        ("phrases.toml", '"outcome.hold" = "On hold"', "", "[phrases.en] has no phrase"),
        ("phrases.toml", '"value.yes" = "是"', "", "[phrases.zh] has no phrase 'value.yes'"),
        ("policy.toml", "[[clause]]", "[[clause]", "this is not TOML"),
    ],
)
def test_packs_that_do_not_fit_are_refused(packs, file, old, new, message):
    with pytest.raises(NotReady, match=re.escape(message)) as caught:
        broken(packs, file, old, new)
    assert re.match(rf"{packs.name}/[a-z_]+\.toml, line \d+: ", caught.value.message)


def test_a_refusal_names_file_and_line(packs):
    text = (packs / "grounds.toml").read_text()
    before = text[: text.index('id = "G3F"')]
    line = before.count("\n")

    with pytest.raises(NotReady) as caught:
        broken(packs, "grounds.toml", '"F04_purpose"', '"F99_purpose"')
    assert f"{packs.name}/grounds.toml, line {line}: " in caught.value.message


def test_a_check_function_that_no_pack_names_is_refused(packs):
    path = packs / "checks_grounds.toml"
    head, _, _ = path.read_text().partition('[[check]]\nid = "X06_sunset"')
    path.write_text(head)

    with pytest.raises(NotReady, match="X06_sunset"):
        load_catalogue(packs)


def test_a_folder_without_packs_is_refused(tmp_path):
    with pytest.raises(NotReady, match="no rule pack"):
        load_catalogue(tmp_path)


def test_bytes_that_are_no_text_are_refused(packs):
    (packs / "odd.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(NotReady, match=r"odd\.toml, line 1: this is not TOML"):
        load_catalogue(packs)


def second_g3f(valid_from, valid_to=""):
    """Return a second version of G3F that asks for no performance, and one list for all."""
    row = (BUILT_IN / "grounds.toml").read_text()
    row = row[row.index('[[ground]]\nid = "G3F"') : row.index('[[ground]]\nid = "G3G"')]
    row = row.replace("valid_from = 2026-01-01", f"valid_from = {valid_from}\n{valid_to}")
    return row.replace('default = ["reg.display_name", ', "default = [")


def test_versions_of_a_ground_must_not_overlap(own_pack):
    with pytest.raises(NotReady, match="overlaps the one at"):
        own_pack(second_g3f("2027-01-01"))


def test_the_version_in_force_at_the_release_decides(own_pack):
    first = second_g3f("2026-01-01", "valid_to = 2026-12-31")
    rules = own_pack(first.replace("default = [", 'default = ["reg.display_name", '))
    assert len(rules.grounds["G3F"]) == 1
    closed = first.replace("default = [", 'default = ["reg.display_name", ')
    rules = own_pack(closed + second_g3f("2027-01-01"))

    def fields(release_at):
        case = parse_case(situation("G3F", {"release_at": release_at}), rules)
        return evaluate(case, rules).releasable_fields

    assert fields("2026-12-31T23:59:59") == ("reg.display_name", "reg.phone")
    assert fields("2027-01-01T00:00:00") == ("reg.phone",)


def test_a_version_that_has_ended_releases_nothing(own_pack):
    closed = second_g3f("2026-01-01", "valid_to = 2026-10-31")
    rules = own_pack(closed)
    decision = evaluate(parse_case(situation("G3F"), rules), rules)

    assert decision.outcome is Outcome.REFUSE


def test_a_deployment_sets_its_own_numbers(own_pack):
    rules = own_pack(
        """
        [house]
        longest_period_days = 30
        [vocabulary.purposes]
        G3F = ["resolve dispute"]
        [[notice]]
        ground = "G3F"
        rule = "prior"
        objection_days = 10
        source = "house"
        """
    )

    assert rules.house.longest_period_days == 30
    assert rules.house.relay_hours == built_in().house.relay_hours
    assert rules.vocabulary.purposes["G3F"] == {"resolve dispute"}
    assert rules.vocabulary.purposes["G3E"] == built_in().vocabulary.purposes["G3E"]
    assert rules.notice("G3F").objection_days == 10
    assert rules.notice("G3F", trader=True).rule.value == "at_release"


def test_the_fingerprint_follows_every_byte(packs):
    before = load_catalogue(packs).sha256
    (packs / "house.toml").write_text((packs / "house.toml").read_text() + "# a note\n")

    assert load_catalogue(packs).sha256 != before
    assert len(before) == 64


def test_the_catalogue_is_a_pure_value():
    again = load_catalogue()

    assert again == built_in()
    assert pickle.loads(pickle.dumps(again)) == again  # noqa: S301 - our own bytes


def test_every_function_and_every_row_of_a_check_have_each_other():
    assert set(CHECKS) == set(built_in().checks)
    used = {c for versions in built_in().grounds.values() for g in versions for c in g.order}
    assert used == set(CHECKS)


def test_every_rule_names_its_source():
    rules = built_in()

    for text in rules.checks.values():
        assert text.citations or text.clause in rules.policy.clauses
    for rows in (rules.reasons, rules.classes, rules.notices, rules.deadlines):
        assert all(row.source for row in rows.values())
    for versions in rules.grounds.values():
        assert all(version.law for version in versions)


def test_the_catalogue_is_complete():
    rules = built_in()

    assert set(rules.grounds) == {"G2C", "G3A", "G3B", "G3C", "G3D", "G3E", "G3F", "G3G"}
    assert len(rules.fields) == 59
    assert set(rules.policy.clauses) >= {"opening", "1(a)", "1x(a)", "2(c)", "3(g)", "4", "7"}
    assert set(rules.jurisdictions) == {"CN", "US", "EU", "UK"}


@pytest.mark.parametrize(
    ("selector", "some", "none"),
    [
        ("reg.L1", {"reg.user_id", "reg.email"}, {"reg.real_name", "reg.id_number"}),
        ("reg.L2", {"reg.real_name"}, {"reg.email", "reg.id_number"}),
        ("reg.L3", {"reg.id_number"}, {"reg.email", "reg.real_name"}),
        ("log.*", {"log.ip", "log.precise_geo"}, {"reg.email"}),
        ("reg.phone", {"reg.phone"}, {"reg.email"}),
    ],
)
def test_selectors_stand_for_their_fields(selector, some, none):
    selected = built_in().fields.select([selector])

    assert some <= selected
    assert not none & selected


def test_a_childs_fields_count_as_the_highest_level_and_nothing_else_does():
    fields = built_in().fields

    assert "reg.email" in fields.select(["reg.L3"], child=True)
    assert not fields.select(["reg.L1"], child=True)
    for field, level in (
        ("reg.user_id", Level.L3),
        ("exc.activities", Level.EXCLUDED),
        ("cnt.messages", Level.CONTENT),
        ("cred.mfa_secret", Level.NEVER),
    ):
        assert fields[field].level_for(child=True) is level


def test_names_that_lead_nowhere_are_bad_input():
    with pytest.raises(BadInput):
        built_in().ground("G9Z", datetime(2026, 11, 9, tzinfo=UTC))
    with pytest.raises(BadInput):
        built_in().fields.named("reg.shoe_size")
    with pytest.raises(BadInput):
        built_in().deadline("G9Z")
