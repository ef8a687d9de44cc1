"""The adversarial corpus: nothing is left after redaction, and everything is found without it."""

import pytest

from disclosure.documents.gate import gate
from disclosure.documents.plan import Plan, Term
from disclosure.documents.redact import redact
from tests.documents.checker import places_of, seen_on, squeezed, text_of
from tests.documents.corpus_fonts import HIDDEN_PIXELS, SEEN, SEEN_IMAGES, TEXTS
from tests.documents.corpus_structure import BESIDE, WRITTEN
from tests.documents.here import applied, read

DRAWN_FROM_BESIDE = ("portfolio", "free_text_note", "form_without_a_look", "unapplied_redaction")
REDACTED = {
    **SEEN,
    **SEEN_IMAGES,
    **TEXTS,
    **WRITTEN,
    **{name: BESIDE[name] for name in DRAWN_FROM_BESIDE},
}
UNSEEN = {name: hiding for name, hiding in (BESIDE | HIDDEN_PIXELS).items() if name not in REDACTED}
"""Files whose value stands on no page, so that the engine alone decides."""

FOUND_BY = {
    **dict.fromkeys([*SEEN, *HIDDEN_PIXELS, "thumbnail"], "recognised"),
    **dict.fromkeys(WRITTEN, "text"),
    **dict.fromkeys([name for name in BESIDE if name != "thumbnail"], "object"),
}
"""The reading of the gate that finds each file when the engine is switched off."""

SWITCHED_OFF = {
    **dict.fromkeys(SEEN_IMAGES, "recognised"),
    **dict.fromkeys(TEXTS, "text"),
}


@pytest.mark.parametrize("name", REDACTED)
def test_no_file_of_the_corpus_leaks(name, tmp_path):
    hiding = REDACTED[name]
    target = tmp_path / "redacted.pdf"
    terms = tuple(Term(secret, "third-party") for secret in hiding.secrets)

    report = redact(hiding.write(tmp_path), target, Plan(terms=terms))

    assert report.verdict.passed
    assert places_of(target, hiding.secrets) == []
    if hiding.kept:
        assert squeezed(hiding.kept) in squeezed(text_of(target))
    if name in SEEN or name in SEEN_IMAGES:
        seen = seen_on(target, tmp_path, languages="eng")
        assert [secret for secret in hiding.secrets if squeezed(secret) in seen] == []


@pytest.mark.parametrize("name", UNSEEN)
def test_nothing_of_what_no_page_shows_is_carried_over(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hiding, target = UNSEEN[name], tmp_path / "redacted.pdf"

    applied(hiding.write(tmp_path), target, terms=hiding.secrets)

    assert places_of(target, hiding.secrets) == []
    assert read(target, removed=hiding.secrets, strict=True, recognise=True)["leaks"] == []
    if hiding.kept:
        assert squeezed(hiding.kept) in squeezed(text_of(target))


def test_every_file_of_the_corpus_is_redacted_and_found():
    every = set(SEEN | SEEN_IMAGES | TEXTS | WRITTEN | BESIDE | HIDDEN_PIXELS)

    assert set(REDACTED) | set(UNSEEN) == every
    assert set(FOUND_BY) | set(SWITCHED_OFF) == every


@pytest.mark.parametrize("name", FOUND_BY)
def test_every_file_of_the_corpus_is_found_by_its_reading(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hiding = (SEEN | HIDDEN_PIXELS | WRITTEN | BESIDE)[name]

    answer = read(
        hiding.write(tmp_path), removed=hiding.secrets, recognise=FOUND_BY[name] == "recognised"
    )

    assert FOUND_BY[name] in {code for code, _, value in answer["leaks"] if value is not None}


@pytest.mark.parametrize("name", SWITCHED_OFF)
def test_images_and_texts_are_found_when_nothing_was_marked(name, tmp_path):
    hiding = (SEEN_IMAGES | TEXTS)[name]
    target = tmp_path / "unmarked.pdf"
    redact(hiding.write(tmp_path), target, Plan())

    verdict = gate(target, removed=hiding.secrets)

    assert SWITCHED_OFF[name] in {each.code for each in verdict.leaks}


def test_a_value_over_the_end_of_a_page_is_covered_on_both(tmp_path):
    hiding, target = WRITTEN["over_the_page_break"], tmp_path / "redacted.pdf"

    report = redact(hiding.write(tmp_path), target, Plan(terms=(Term(hiding.secrets[0], "x"),)))

    assert {mark.page for mark in report.marks} == {1, 2}
