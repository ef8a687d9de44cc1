"""Settings: where each comes from, what stops the start, and what never comes from a file."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from disclosure.config import ENVIRONMENT, load_settings
from disclosure.errors import NotReady


def written(instance: Path, text: str) -> Path:
    (instance / "config.toml").write_text(text, "utf-8")
    return instance


def test_without_anything_everything_stays_in_the_instance_folder(tmp_path):
    settings = load_settings(tmp_path / "new", {})

    assert settings.instance == (tmp_path / "new").resolve()
    assert settings.database_url == f"sqlite:///{tmp_path / 'new' / 'disclosure.sqlite3'}"
    assert settings.keys == tmp_path / "new" / "keys.json"
    assert settings.redis_url is settings.smtp_url is settings.packs is None
    assert settings.separation == "strict"
    assert not settings.demo


def test_the_file_is_read_and_the_environment_goes_before_it(tmp_path):
    written(tmp_path, 'base_url = "https://a.example/"\nsmtp_url = "smtp://a"\n')

    settings = load_settings(tmp_path, {"DISCLOSURE_BASE_URL": "https://b.example/"})

    assert settings.base_url == "https://b.example"
    assert settings.smtp_url == "smtp://a"


@pytest.mark.parametrize(("variable", "name"), ENVIRONMENT.items())
def test_each_variable_sets_its_setting_and_an_empty_one_sets_nothing(variable, name, tmp_path):
    value = "3" if name == "trusted_proxies" else "/x/y"

    assert str(getattr(load_settings(tmp_path, {variable: value}), name)) == value
    assert load_settings(tmp_path, {variable: ""}) == load_settings(tmp_path, {})


def test_the_address_that_serve_listens_on_counts_only_when_none_is_set(tmp_path):
    own = "http://127.0.0.1:9000"

    assert load_settings(tmp_path, {}, base_url=own).base_url == own
    given = load_settings(tmp_path, {"DISCLOSURE_BASE_URL": "https://a.example"}, base_url=own)
    assert given.base_url == "https://a.example"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 'red'", "unknown setting 'colour'"),
        ("demo = true", "unknown setting 'demo'"),
        ("instance = '/x'", "unknown setting 'instance'"),
        ("base_url =", "not valid TOML"),
        ("separation = 'loose'", "separation must be one of strict, small-team"),
        ("separation = 1", "separation must be text"),
        ("trusted_proxies = 'two'", "trusted_proxies must be a whole number"),
        ("trusted_proxies = -1", "trusted_proxies must not be negative"),
        ("max_upload_bytes = 1.5", "max_upload_bytes must be a whole number"),
        ("timezone = 'Mars/Olympus'", "not an IANA name"),
        ("timezone = '../../etc'", "not an IANA name"),
        ("base_url = ['a']", "base_url must be text"),
        ("keys = 5", "keys must be text"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(text, words, tmp_path):
    with pytest.raises(NotReady, match=words.replace("(", r"\(")) as caught:
        load_settings(written(tmp_path, text), {})

    assert "\n" not in caught.value.message.partition("TOML")[0]


def test_a_file_that_is_not_text_stops_the_start(tmp_path):
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(NotReady, match="not valid TOML"):
        load_settings(tmp_path, {})


def test_a_wrong_value_of_the_environment_is_not_repeated(tmp_path):
    with pytest.raises(NotReady) as caught:
        load_settings(tmp_path, {"DISCLOSURE_TRUSTED_PROXIES": "secret-word"})

    assert "secret-word" not in caught.value.message


def test_settings_cannot_be_changed(tmp_path):
    settings = load_settings(tmp_path, {})

    with pytest.raises(FrozenInstanceError):
        settings.separation = "small-team"


def test_the_zone_is_the_one_that_is_named(tmp_path):
    settings = load_settings(written(tmp_path, 'timezone = "Europe/Berlin"'), {})

    assert settings.zone.key == "Europe/Berlin"
