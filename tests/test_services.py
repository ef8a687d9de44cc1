"""The neighbours that other tests lean on are real, empty and closed to the outside."""

import asyncio
import http.server
import socket
import threading
from collections.abc import Iterator

import psycopg
import pytest
import redis

from tests import services
from tests.chromium import expect

PAGE = b"""<!doctype html><title>Demands</title><button type=button>Sign</button>
<a href="/file" download="record.txt">Record</a><p lang=zh>\xe4\xb8\xad\xe6\x96\x87</p>"""


class _Site(http.server.BaseHTTPRequestHandler):
    extra = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "script-src 'self'")
        self.end_headers()
        self.wfile.write(PAGE + self.extra)

    def log_message(self, *args):
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer((services.LOOPBACK, 0), _Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://{services.LOOPBACK}:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_a_connection_that_leaves_the_machine_fails_the_test(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with (
        socket.socket(family) as connection,
        pytest.raises(pytest.fail.Exception, match="only the loopback"),
    ):
        connection.connect(address)


def test_a_name_of_the_outside_is_not_even_looked_up():
    with pytest.raises(pytest.fail.Exception, match="only the loopback"):
        socket.create_connection(("host.invalid", 80), timeout=1)


def test_a_missing_program_fails_with_the_command_that_installs_it():
    with pytest.raises(pytest.fail.Exception, match=r"no-such-program .*make setup-test"):
        services.require_program("no-such-program", folders="/usr/lib/*")


@pytest.mark.redis
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_redis(redis_url, turn):
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys() == []

        client.set("left over", turn)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_postgresql_database(postgres_url, turn):
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

        assert tables.fetchall() == []

        connection.execute(f"CREATE TABLE left_over_{turn} (id int)".encode())


@pytest.mark.browser
def test_chromium_shows_a_page_and_saves_a_download(chromium, site):
    page = chromium.open_page(width=360, locale="zh-CN")
    page.goto(site)

    expect(page.get_by_role("button", name="Sign")).to_be_visible()
    assert page.evaluate("[window.innerWidth, navigator.language]") == [360, "zh-CN"]
    with page.expect_download() as download:
        page.get_by_text("Record").click()
    assert download.value.suggested_filename == "record.txt"


@pytest.mark.browser
def test_an_open_browser_leaves_asyncio_alone(chromium, site):
    chromium.open_page().goto(site)

    assert asyncio.run(asyncio.sleep(0, "ran")) == "ran"


@pytest.mark.browser
def test_a_page_that_breaks_the_content_security_policy_is_noticed(chromium, site, monkeypatch):
    monkeypatch.setattr(_Site, "extra", b"<script>let inline</script>")
    chromium.open_page().goto(site)

    assert "Content Security Policy" in chromium.broken[0]
    chromium.broken.clear()


@pytest.mark.browser
def test_a_broken_script_is_noticed(chromium, site):
    page = chromium.open_page()
    page.goto(site)
    page.evaluate("setTimeout(() => { throw new Error('torn') })")
    page.wait_for_timeout(50)

    assert chromium.broken == ["torn"]
    chromium.broken.clear()


@pytest.mark.browser
def test_chromium_looks_up_no_name_but_localhost(chromium, site):
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        chromium.open_page().goto(site.replace(services.LOOPBACK, "other.localhost"))
