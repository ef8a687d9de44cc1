"""A broken download goes on where it stopped, and never mixes two files."""

import hashlib

import pytest
from sqlalchemy import select

from disclosure.edge import look
from disclosure.operations.desk import SYSTEM
from disclosure.storage.cases import Case
from disclosure.storage.releases import Rendition
from disclosure.web import ranges
from tests.app import make_app
from tests.web.delivered import ANSWER, answer_waits

CONTENT = hashlib.shake_128(b"a file").digest(2 * 1024 * 1024 + 12_345)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SIZE = len(CONTENT)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = make_app(tmp_path_factory.mktemp("ranges"))
    with made.app.app_context():
        assert made.app.extensions["disclosure"].desk.files.add(CONTENT) == SHA256
    return made


def ask(office, *, method="GET", **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with office.app.test_request_context("/x", method=method, headers=sent):
        answer = ranges.send_stored(SHA256, SIZE, kind="application/zip", filename="a.zip")
        return answer, b"".join(answer.iter_encoded())


def test_the_whole_file_says_how_it_can_be_resumed(office):
    answer, content = ask(office)

    assert answer.status_code == 200
    assert content == CONTENT
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{SHA256}"'
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.zip"'


def test_head_tells_the_same_without_a_byte(office):
    answer, content = ask(office, method="HEAD", Range="bytes=5-9")

    assert (answer.status_code, content) == (200, b"")
    assert answer.headers["Content-Length"] == str(SIZE)


@pytest.mark.parametrize("broken_at", [1, 1024 * 1024 - 1, 1024 * 1024, 2 * 1024 * 1024, SIZE - 1])
def test_a_download_that_broke_anywhere_is_continued_to_identical_bytes(office, broken_at):
    answer, rest = ask(office, Range=f"bytes={broken_at}-", If_Range=f'"{SHA256}"')

    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {broken_at}-{SIZE - 1}/{SIZE}"
    assert CONTENT[:broken_at] + rest == CONTENT


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("Bytes=0-0", 0, 0),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=10-{SIZE * 9}", 10, SIZE - 1),
        ("bytes=1048570-1048585", 1048570, 1048585),
    ],
)
def test_one_range_is_given_exactly(office, asked, first, last):
    answer, content = ask(office, Range=asked)

    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert content == CONTENT[first : last + 1]
    assert answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize(
    "asked",
    [
        f"bytes={SIZE}-",
        f"bytes={SIZE + 5}-{SIZE + 9}",
        f"bytes={'9' * 40}-",
        *("bytes=9-5", "bytes=-0", "bytes=-", "bytes=x", "bytes"),
        *("bytes=1-2x", "bytes=--5", "bytes=1.5-2"),
    ],
)
def test_a_range_that_can_not_be_had_is_refused_with_the_size(office, asked):
    answer, content = ask(office, Range=asked)

    assert (answer.status_code, content) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-9", "pages=1-2"])
def test_several_ranges_or_another_unit_give_the_whole_file(office, asked):
    answer, content = ask(office, Range=asked)

    assert (answer.status_code, content) == (200, CONTENT)


@pytest.mark.parametrize(
    "known", [f'W/"{SHA256}"', '"another"', "Tue, 24 Nov 2026 02:00:00 GMT", "", SHA256]
)
def test_a_file_that_changed_since_is_sent_whole(office, known):
    answer, content = ask(office, Range="bytes=100-", If_Range=known)

    assert (answer.status_code, content) == (200, CONTENT)


def test_only_the_pieces_that_are_wanted_are_decrypted(office):
    path = office.settings.instance / "files" / SHA256[:2] / SHA256
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[200] ^= 1
    path.write_bytes(damaged)
    try:
        _, rest = ask(office, Range="bytes=1048576-")
    finally:
        path.write_bytes(whole)

    assert rest == CONTENT[1048576:]


def test_the_released_file_is_continued_by_the_browser_that_began_it(tmp_path):
    office = make_app(tmp_path)
    waiting = answer_waits(office)
    browser, other = office.client(), office.client()
    browser.get(waiting.path)
    begun = browser.post(waiting.path, data={"code": waiting.code})
    tag = begun.headers["ETag"]
    rest = browser.get(f"{waiting.path}/file", headers={"Range": "bytes=7-", "If-Range": tag})

    assert begun.data == ANSWER
    assert rest.status_code == 206
    assert begun.data[:7] + rest.data == ANSWER
    assert other.get(f"{waiting.path}/file").status_code == 404
    office.clock.move(minutes=11)
    assert browser.get(f"{waiting.path}/file", headers={"Range": "bytes=7-"}).status_code == 404


def test_a_released_file_that_is_gone_stops_the_download_with_a_page(tmp_path):
    office = make_app(tmp_path)
    waiting = answer_waits(office)
    browser = office.client()
    browser.post(waiting.path, data={"code": waiting.code})
    with office.app.app_context(), look(SYSTEM) as work:
        case = work.session.scalars(select(Case).where(Case.reference == waiting.reference)).one()
        row = work.session.scalars(select(Rendition).where(Rendition.case_id == case.id)).one()
        work.desk.files.remove(row.sha256)

    assert browser.get(f"{waiting.path}/file").status_code == 409
