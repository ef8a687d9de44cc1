"""What the loader refuses beside broken rows: names, dates, texts and signatures."""

import hashlib
import re
import shutil
from datetime import UTC, date, datetime

import pytest

from disclosure.domain.catalogue import BUILT_IN, catalogue_of, load_catalogue, standing_over
from disclosure.domain.decision import Outcome
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds import evaluate
from disclosure.domain.pack_files import (
    LARGEST_FILE,
    MOST_FILES,
    fingerprint,
    from_text,
    layer_of,
    read_folders,
    to_text,
)
from disclosure.errors import BadInput, NotReady
from tests.domain.situations import built_in, situation

JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def packs(tmp_path):
    """Return a copy of the packs that a test may break."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for file in BUILT_IN.glob("*.toml"):
        shutil.copy(file, folder)
    return folder


@pytest.fixture
def own_pack(tmp_path):
    """Return a function that writes a deployment's own pack and loads it over the built-in one."""

    def load(text):
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        (folder / "own.toml").write_text(text)
        return load_catalogue(BUILT_IN, folder)

    return load


EARLIER_ORDER = """
[[instrument]]
id = "foreign_order"
title = "Order"
classes = []
valid_from = 2020-01-01
source = "house"

"""

REFUSED = [
    ("grounds.toml", '"transaction_party"]', '"passer_by"]', "no requester class 'passer_by'"),
    ("grounds.toml", '"F01_transaction_on_platform",\n', '"V01_requester_identified",\n', "twice"),
    ("grounds.toml", 'never = ["cred.*"]', "never = []", "'never' of ground G3C must hold cred."),
    ("grounds.toml", 'never = ["cred.*"]', 'never = ["exc.*"]', "must hold cred.mfa_secret"),
    ("grounds.toml", 'never = ["cred.*"]\n', "", "ground G3C has no 'never'"),
    ("grounds.toml", 'approvals = "STD"', 'approvals = "none"', "not 'none'"),
    ("grounds.toml", 'never = ["cred.*"]', 'never = ["cred.*", "reg.L7"]', "meant by 'reg.L7'"),
    ("grounds.toml", "valid_from = 2026-01-01", "valid_from = 2026-01-01T00:00:00", "a date"),
    ("grounds.toml", "valid_from = 2026-01-01", 'valid_from = "soon"', "a date such as"),
    ("grounds.toml", "valid_from = 2026-01-01", "valid_from = 2025-01-01", "does not stand on"),
    ("grounds.toml", 'fields = ["reg.display_name", "reg.email"]', "fields = []", "no field"),
    ("citations.toml", 'id = "PIPL-8"', 'id = "PIPL-6"', "[[citation]] with the same"),
    ("citations.toml", "as_of = 2025-04-19", "as_of = 2025", "'as_of'"),
    ("instruments.toml", 'country = "EU"', 'country = "ATLANTIS"', "no country 'ATLANTIS'"),
    ("instruments.toml", "[[instrument]]\nid", f"{EARLIER_ORDER}[[instrument]]\nid", "overlaps"),
    ("instruments.toml", 'source = "SCA-2703"', 'source = "SCA-9999"', "no citation 'SCA-9999'"),
    ("requesters.toml", 'source = "3(g)"', 'source = "3(q)"', "no clause '3(q)'"),
    ("requesters.toml", '["us_warrant"]', '["us_wish"]', "no type of paper 'us_wish'"),
    ("notices.toml", 'source = "PIPL-23"', 'source = "PIPL-99"', "no citation 'PIPL-99'"),
    ("notices.toml", 'instrument = "epoc"', 'instrument = "epic"', "no type of paper 'epic'"),
    ("notice_texts.toml", "{platform} has", "{person} has", "no value {person}"),
    ("notice_texts.toml", "{platform} has", "{platform has", "bad brace"),
    ("notice_texts.toml", 'id = "prior"', 'id = "later"', "no passage 'later'"),
    ("notice_texts.toml", 'id = "page"', 'id = "delay"', "[[notice_text]] with the same id"),
    ("house.toml", "[order]", "[order]\nodd = 1", "no key 'odd'"),
    ("house.toml", "[house]", "[house]\nodd = 1", "no key 'odd'"),
    ("house.toml", "minor_age = 14", 'minor_age = "14"', "'minor_age'"),
    ("house.toml", "minor_age = 14\n", "", "'minor_age'"),
    ("house.toml", "G3F = [", "G9F = [", "no ground 'G9F'"),
    ("house.toml", '"V03_callback_done"', '"V03_called"', "no check 'V03_called'"),
    ("house.toml", '"compliance_officer"]', '"auditor"]', "the database asks for exactly these"),
    ("house.toml", "distinct_people = 3", "distinct_people = 2", "is another person"),
    ("fields.toml", 'mask = "never"', 'mask = "remove"', "go together"),
    ("fields.toml", 'mask = "mask_email"', 'mask = "never"', "go together"),
    ("fields.toml", 'id = "reg.username"', 'id = "reg.user_id"', "[[field]] with the same id"),
    ("reasons.toml", 'source = "6(a)"', 'source = "CSL-1"', "no citation 'CSL-1'"),
    ("policy.toml", "valid_to = 2025-12-31", "valid_to = 2026-01-01", "version 2 overlaps"),
    ("policy.toml", "valid_to = 2025-12-31\n", "", "version 2 overlaps"),
    ("policy.toml", "valid_to = 2025-12-31", "valid_to = 2024-01-01", "ends before it begins"),
    ("policy.toml", 'version = "2"', 'version = "1"', "[[policy]] with the same version"),
    ("policy.toml", "prior permission", "permission", "not the one stated here"),
    ("policy.toml", 'since = "2"', 'since = "3"', "no policy version '3'"),
    ("policy.toml", 'until = "1"', 'until = "2"', "has clause 7 already"),
    ("policy.toml", 'since = "2"', 'since = "2"\nuntil = "1"', "ends before it begins"),
    ("policy.toml", 'since = "2"\n', 'since = "2"\nodd = 1\n', "no key 'odd'"),
    ("policy.toml", 'promise_zh = "', 'promised = "', "no key 'promised'"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), REFUSED)
def test_what_does_not_fit_is_refused_with_file_and_line(packs, file, old, new, message):
    path = packs / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))

    with pytest.raises(NotReady, match=re.escape(message)) as caught:
        load_catalogue(packs)
    place = re.match(r"broken/(\w+\.toml), line (\d+): ", caught.value.message)
    assert place
    assert int(place[2]) <= len((packs / place[1]).read_text().splitlines())


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("house.toml", "minor_age = 14", "minor_age = -1"),
        ("house.toml", 'home = "CN"', 'home = "EU"'),
        ("house.toml", "G3F = [", "G9F = ["),
        ("policy.toml", 'since = "2"\ntitle = "Data', 'since = "9"\ntitle = "Data'),
    ],
)
def test_the_line_is_that_of_the_wrong_value(packs, file, old, new):
    path = packs / file
    text = path.read_text()
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1))

    with pytest.raises(NotReady) as caught:
        load_catalogue(packs)
    found = re.match(rf"broken/{file}, line (\d+): ", caught.value.message)
    assert found
    assert abs(int(found[1]) - line) <= 2


def test_what_is_not_toml_is_named_with_its_line(packs):
    (packs / "odd.toml").write_text("# a\n# b\n[[check]\n")

    with pytest.raises(NotReady, match=r"broken/odd\.toml, line 3: this is not TOML"):
        load_catalogue(packs)


@pytest.mark.parametrize("text", ["check = [1]\n", "check = 1\n", "[check]\nid = 1\n", "x = 1\n"])
def test_rows_that_are_no_tables_are_refused(packs, text):
    (packs / "odd.toml").write_text(text)

    with pytest.raises(NotReady, match=r"broken/odd\.toml, line 1: "):
        load_catalogue(packs)


@pytest.mark.parametrize("kind", ["policy", "notice_text", "reason", "approval_profile"])
def test_a_pack_without_any_row_of_a_needed_kind_is_refused(packs, kind):
    for path in packs.glob("*.toml"):
        parts = re.split(r"(?m)^(?=\[)", path.read_text())
        kept = [part for part in parts if not part.startswith(f"[[{kind}]]")]
        path.write_text("".join(kept))

    with pytest.raises(NotReady, match=r"broken/\w+\.toml, line \d+: "):
        load_catalogue(packs)


def test_a_file_or_a_folder_that_is_too_large_is_refused():
    with pytest.raises(NotReady, match="at most"):
        layer_of("big", [("a.toml", b"#" * (LARGEST_FILE + 1))])
    with pytest.raises(NotReady, match="at most"):
        layer_of("many", [(f"{n:03d}.toml", b"") for n in range(MOST_FILES + 1)])


@pytest.mark.parametrize(
    "name", [".a.toml", "a b.toml", "规则.toml", "../a.toml", "a.toml.txt", ""]
)
def test_a_file_name_that_no_record_can_hold_is_refused(name):
    with pytest.raises(NotReady, match="no name for a file of a pack"):
        layer_of("own", [(name, b"")])


def test_two_names_that_differ_in_capitals_alone_are_refused():
    with pytest.raises(NotReady, match="two files have this name"):
        layer_of("own", [("A.toml", b""), ("b.toml", b""), ("a.toml", b"")])


# --- Files that are kept ------------------------------------------------------------------------


def test_kept_files_come_back_byte_for_byte_and_decide_the_same():
    layers = read_folders(BUILT_IN)
    again = from_text(to_text(layers), built_in().sha256)

    assert again == layers == built_in().layers
    assert catalogue_of(again, kept=True) == built_in()


def test_kept_files_that_were_changed_are_not_taken_for_the_pinned_ones():
    text = to_text(read_folders(BUILT_IN)).replace("minor_age = 14", "minor_age = 12")

    with pytest.raises(BadInput, match="SHA-256 differs"):
        from_text(text, built_in().sha256)


def test_where_one_folder_ends_is_part_of_the_fingerprint():
    one, two = layer_of("a", [("a.toml", b"x = 1\n")]), layer_of("b", [("b.toml", b"y = 1\n")])
    together = layer_of("a", [("a.toml", b"x = 1\n"), ("b.toml", b"y = 1\n")])

    assert fingerprint([one, two]) != fingerprint([together])


def test_a_kept_pack_may_lack_a_check_that_the_program_has_learnt_since(packs):
    text = (packs / "checks_grounds.toml").read_text()
    (packs / "checks_grounds.toml").write_text(text.partition('[[check]]\nid = "X06_sunset"')[0])
    grounds = (packs / "grounds.toml").read_text().replace('  "X06_sunset",\n', "")
    (packs / "grounds.toml").write_text(grounds)
    layers = read_folders(packs)

    assert "X06_sunset" not in catalogue_of(layers, kept=True).checks
    with pytest.raises(NotReady, match="X06_sunset"):
        catalogue_of(layers)


def test_a_folder_with_every_kind_of_row_is_a_pack_by_itself_and_any_other_changes_one():
    base = read_folders(BUILT_IN)
    whole = layer_of("whole", [(f.name, f.text.encode()) for f in base[0].files])
    change = layer_of("change", [("own.toml", b"[house]\nminor_age = 16\n")])

    assert standing_over(whole, base) == (whole,)
    assert standing_over(change, base) == (*base, change)
    assert catalogue_of(standing_over(change, base)).house.minor_age == 16


# --- A deployment's own folder ------------------------------------------------------------------


def test_an_own_folder_adds_a_paper_of_one_country_to_a_class(own_pack):
    rules = own_pack(
        """
        [[instrument]]
        id = "de_request"
        title = "German request for assistance"
        country = "DE"
        classes = ["foreign_authority"]
        valid_from = 2026-01-01
        valid_to = 2026-12-31
        source = "house"
        """
    )

    assert rules.obliges("foreign_authority", "de_request", "DE", JULY)
    assert rules.obliges("foreign_authority", "foreign_order", "DE", JULY)
    assert not rules.obliges("foreign_authority", "de_request", "FR", JULY)
    assert not rules.obliges("foreign_authority", "de_request", "DE", JULY.replace(year=2027))
    assert not rules.obliges("police", "de_request", "DE", JULY)


def test_a_class_takes_its_papers_wherever_no_row_names_the_country():
    rules = built_in()

    assert rules.obliges("police", "cn_evidence_notice", "CN", JULY)
    assert rules.obliges("police", "cn_evidence_notice", None, JULY)
    assert rules.obliges("eu_epoc_issuer", "epoc", "DE", JULY)
    assert not rules.obliges("lawyer", "lawyer_letter", "CN", JULY)


def test_a_paper_that_is_abolished_obliges_until_its_last_day(own_pack):
    text = (BUILT_IN / "instruments.toml").read_text()
    row = text[text.index('[[instrument]]\nid = "epoc"') :].partition("\n\n")[0]
    rules = own_pack(f"{row}\nvalid_to = 2026-11-09\n")

    def outcome(release_at):
        changes = {
            "requester.class": "eu_epoc_issuer",
            "requester.country": "EU",
            "instrument.type": "epoc",
            "subject.storage": "EU",
            "release_at": release_at,
        }
        case = parse_case(situation("G3C", changes), rules)
        return evaluate(case, rules).deciding_check

    assert outcome("2026-11-09T23:59:59") != "I01_instrument_fits"
    assert outcome("2026-11-10T00:00:00") == "I01_instrument_fits"


def test_an_article_is_cited_as_it_stands_on_the_day(own_pack):
    row = """
        [[citation]]
        id = "CSL-30"
        law = "CSL"
        article = "{article}"
        as_of = 2026-01-01
        title = "Cybersecurity Law"
        title_zh = "网络安全法"
        says = "Support to police and state security."
        {dates}
        """
    old = row.format(article="28", dates="valid_to = 2025-12-31")
    new = row.format(article="30", dates="valid_from = 2026-01-01")
    later = row.format(article="31", dates="valid_from = 2027-01-01")
    with pytest.raises(NotReady, match="citation CSL-30: this version overlaps"):
        own_pack(old + new + later)
    rules = own_pack(old + new.replace('2026-01-01\n        "', "2026-01-01"))

    assert rules.citation("CSL-30", datetime(2025, 6, 1, tzinfo=UTC)).article == "28"
    assert rules.citation("CSL-30", JULY).article == "30"
    assert rules.citations["CSL-30"].article == "30"


def test_a_ground_must_not_rest_on_an_article_that_stands_no_more(own_pack):
    row = (BUILT_IN / "citations.toml").read_text()
    row = row[row.index('[[citation]]\nid = "PIPL-55"') :].partition("\n\n")[0]

    with pytest.raises(NotReady, match="citation PIPL-55 does not stand on 2026-01-01"):
        own_pack(f"{row}\nvalid_to = 2025-12-31\n")


# --- Versions of the policy ---------------------------------------------------------------------


def test_two_versions_of_the_policy_are_shipped_and_differ():
    first, second = built_in().policies

    assert (first.version, second.version) == ("1", "2")
    assert first.valid_to is not None
    assert second.valid_from > first.valid_to
    assert second.significant
    assert "1(c)" not in first.clauses
    assert first.clauses["7"].promise != second.clauses["7"].promise
    assert first.lacks("1(c)")
    assert not second.lacks("1(a), 5(c)")


def test_the_fingerprint_of_a_version_is_that_of_its_text_in_both_languages():
    for policy in built_in().policies:
        assert hashlib.sha256(policy.text.encode()).hexdigest() == policy.sha256
        for clause in policy.clauses.values():
            assert clause.promise in policy.text
            assert clause.promise_zh in policy.text


@pytest.mark.parametrize(
    ("at", "version"),
    [
        (datetime(2023, 1, 1, tzinfo=UTC), "1"),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "1"),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "2"),
        (datetime(2030, 1, 1, tzinfo=UTC), "2"),
    ],
)
def test_the_version_in_force_follows_the_day_at_home(at, version):
    assert built_in().policy_at(at).version == version


def test_a_coming_version_is_there_before_it_begins(own_pack):
    rules = own_pack(
        """
        [[policy]]
        id = "privacy-policy"
        version = "2"
        valid_from = 2026-01-01
        valid_to = 2026-12-31
        summary = "As before."
        summary_zh = "如前。"
        [[policy]]
        id = "privacy-policy"
        version = "3"
        valid_from = 2027-01-01
        summary = "Coming."
        summary_zh = "即将生效。"
        """
    )

    assert rules.policy.version == "3"
    assert rules.policy_at(JULY).version == "2"
    assert rules.policy_version("3").valid_from == date(2027, 1, 1)
    assert rules.policy_version("4") is None


def test_an_unknown_place_of_storage_goes_to_a_person():
    case = parse_case(situation("G3C", {"subject.storage": "BR"}), built_in())
    decision = evaluate(case, built_in())

    assert decision.outcome is Outcome.NEEDS_HUMAN
    assert decision.deciding_check == "J03_local_law_pack"
