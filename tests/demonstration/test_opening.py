"""A demonstration that an earlier version filled opens under this one."""

import os
import sqlite3

from disclosure import serving
from disclosure.app import prepare, utc_now
from disclosure.config import load_settings
from disclosure.demonstration.marketplace import install_marketplace
from disclosure.demonstration.opening import FILLED, MARK


class Unserved:
    """Stands where gunicorn would begin to listen."""

    def __init__(self, settings, **_given):
        self.folder = settings.instance

    def run(self):
        (self.folder / "served").touch()


def test_a_filled_demonstration_is_brought_up_to_date_before_it_is_served(tmp_path, monkeypatch):
    settings = load_settings(tmp_path, os.environ, demo=True, base_url="http://127.0.0.1:0")
    prepare(settings, utc_now())
    install_marketplace(tmp_path, utc_now())
    (tmp_path / MARK).write_text(FILLED + "\n", "utf-8")
    with sqlite3.connect(tmp_path / "disclosure.sqlite3") as database:
        database.execute("DROP TRIGGER release_no_update")
    monkeypatch.setattr(serving, "Server", Unserved)
    monkeypatch.setattr(serving, "_start_worker", lambda _settings: None)

    serving.serve_forever(settings, host="127.0.0.1", port=0)

    assert (tmp_path / "served").exists()
