"""The rendition as one file, and the seal on it."""

import random
from datetime import UTC, datetime

import pikepdf
import pytest

from disclosure.documents.assemble import Part, assemble
from disclosure.documents.render import render_pdf
from disclosure.documents.seal import new_seal_identity, seal, verify_seal
from disclosure.errors import BadInput
from tests.documents.bad_redactions import redacted

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    path = tmp_path_factory.mktemp("parts") / "one.pdf"
    redacted(path)
    lead = render_pdf("<h1>Certificate</h1><p lang='zh'>证明</p>", title="R", lang="en")
    return lead, [Part("Document 1", path.read_bytes()), Part("Document 2", path.read_bytes())]


@pytest.fixture(scope="module")
def sealed(parts):
    key, certificate = new_seal_identity("Tests", NOW)
    whole = assemble(*parts, title="Record", made_at=NOW)
    file = seal(whole, key_pem=key, certificate_pem=certificate, reason="R", signed_at=NOW)
    return file, certificate


def test_the_same_parts_give_the_same_bytes(parts):
    first = assemble(*parts, title="Record", made_at=NOW)

    assert first == assemble(*parts, title="Record", made_at=NOW)


def test_pages_tags_outline_and_labels_are_joined(parts, tmp_path):
    path = tmp_path / "whole.pdf"
    path.write_bytes(assemble(*parts, title="Record", made_at=NOW))

    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:
        tree = pdf.Root.StructTreeRoot
        top = tree.K[0] if isinstance(tree.K, pikepdf.Array) else tree.K
        sections = [str(kid.T) for kid in top.K if "/T" in kid]
        assert len(pdf.pages) == 3
        assert [item.title for item in outline.root] == ["Record", "Document 1", "Document 2"]
        assert [page.label for page in pdf.pages] == ["1", "1-1", "2-1"]
        assert sections == ["Document 1", "Document 2"]
        assert sorted(pdf.docinfo.keys()) == ["/CreationDate", "/Producer", "/Title"]


def test_the_seal_verifies_with_its_certificate_only(sealed):
    file, certificate = sealed
    _, other = new_seal_identity("Tests", NOW)

    assert verify_seal(file, certificate)
    assert not verify_seal(file, other)


def test_no_flipped_bit_passes(sealed):
    file, certificate = sealed
    chosen = random.Random(42)  # noqa: S311  the same flips in every run

    gap = file.index(b"/Contents <") + len(b"/Contents <")
    places = [chosen.randrange(len(file)) for _ in range(40)]
    places += [chosen.randrange(gap, file.index(b">", gap)) for _ in range(120)]

    accepted = 0
    for place in places:
        changed = bytearray(file)
        changed[place] ^= 1 << chosen.randrange(8)
        accepted += verify_seal(bytes(changed), certificate)

    assert accepted == 0


@pytest.mark.parametrize("file", [b"", b"%PDF-1.7\n", b"\x00" * 100])
def test_a_file_without_a_seal_is_not_sealed(file, sealed):
    assert not verify_seal(file, sealed[1])


def test_bytes_added_after_the_seal_break_it(sealed):
    file, certificate = sealed

    assert not verify_seal(file + b"\n%later\n", certificate)
    assert not verify_seal(file + file, certificate)


def test_an_unsigned_rendition_is_not_sealed(parts, sealed):
    assert not verify_seal(assemble(*parts, title="Record", made_at=NOW), sealed[1])


def test_a_key_that_is_none_is_bad_input(parts):
    key, certificate = new_seal_identity("Tests", NOW)

    with pytest.raises(BadInput):
        seal(parts[0], key_pem=b"no", certificate_pem=certificate, reason="R", signed_at=NOW)
    with pytest.raises(BadInput):
        seal(parts[0], key_pem=key, certificate_pem=b"no", reason="R", signed_at=NOW)
