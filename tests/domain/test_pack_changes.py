"""What differs between two packs, and packs that come as a zip."""

import io
import zipfile

import pytest

from disclosure.domain.catalogue import BUILT_IN
from disclosure.domain.pack_changes import pack_changes
from disclosure.domain.pack_files import (
    LARGEST_FILE,
    MOST_FILES,
    layer_of,
    layer_of_zip,
    read_folders,
)
from disclosure.errors import NotReady

BASE = read_folders(BUILT_IN)


def changes(text):
    own = layer_of("own", [("own.toml", text.encode())])
    return {(each.kind, each.name): each.lines for each in pack_changes(BASE, (*BASE, own))}


def test_the_same_rules_differ_in_nothing():
    assert pack_changes(BASE, BASE) == ()


def test_a_changed_number_is_shown_with_both_values_and_nothing_else():
    assert changes("[house]\nminor_age = 16\n") == {
        ("table", ""): (("house.minor_age", "14", "16"),),
    }


def test_a_new_row_and_a_changed_one_are_told_apart():
    found = changes(
        """
        [[reason]]
        code = "own_reason"
        text = "Own."
        text_zh = "自有。"
        source = "house"
        [[notice]]
        ground = "G3B"
        rule = "prior"
        objection_days = 3
        source = "PIPL-23"
        """
    )

    assert ("code", "", "own_reason") in found["reason", "own_reason"]
    assert ("rule", "at_release", "prior") in found["notice", "G3B"]
    assert ("objection_days", "", "3") in found["notice", "G3B"]


def packed(*files, method=zipfile.ZIP_DEFLATED):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


def test_a_zip_gives_its_toml_files_and_no_calendars():
    layer = layer_of_zip(
        "upload",
        packed(
            ("packs/b.toml", "b = 1"),
            ("packs/a.toml", "a = 1"),
            ("packs/calendars/cn.toml", "c = 1"),
            ("__MACOSX/packs/._a.toml", "x"),
            ("readme.txt", "x"),
        ),
    )

    assert [(file.name, file.text) for file in layer.files] == [
        ("a.toml", "a = 1"),
        ("b.toml", "b = 1"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no zip",
        packed(),
        packed(("readme.txt", "x")),
        packed(("a/x.toml", "1"), ("b/x.toml", "2")),
        packed(("a.toml", b"\xff")),
        packed(("a.toml", "#" * (LARGEST_FILE + 1))),
        packed(*((f"{number}.toml", "") for number in range(MOST_FILES + 1))),
        packed(("a.toml", "a = 1"), method=zipfile.ZIP_STORED).replace(b"a = 1", b"a = 2"),
    ],
    ids=["empty", "broken", "nothing", "no-toml", "twice", "no-text", "large", "many", "spoilt"],
)
def test_a_zip_that_holds_no_pack_is_refused(content):
    with pytest.raises(NotReady, match="upload"):
        layer_of_zip("upload", content)
