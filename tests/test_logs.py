import io
import json

import pytest
import structlog

from disclosure import logs

SECRET = "zhang.wei@mail.example"


@pytest.fixture
def lines(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(logs.sys, "stderr", out)
    logs.set_up_logs()
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.reset_defaults()


def test_a_line_is_json_with_time_and_level(lines):
    structlog.get_logger().warning("the queue does not answer", kind="RedisError")

    (line,) = lines()
    assert line["event"] == "the queue does not answer"
    assert line["level"] == "warning"
    assert line["timestamp"].endswith("Z")
    assert line["kind"] == "RedisError"


def test_a_key_that_nobody_thought_about_is_dropped(lines):
    structlog.get_logger().info("seen", email=SECRET, job="1")

    (line,) = lines()
    assert SECRET not in json.dumps(line)
    assert line["job"] == "1"


@pytest.mark.parametrize("way", ["exception", "error", "tuple"])
def test_an_exception_leaves_its_kind_and_places_and_not_its_text(lines, way):
    log = structlog.get_logger()
    try:
        int(SECRET)
    except ValueError as error:
        shown = {"exception": True, "error": error}
        shown["tuple"] = (type(error), error, error.__traceback__)
        log.warning("fault", exc_info=shown[way])

    (line,) = lines()
    assert line["exception"] == "ValueError"
    assert "test_logs.py" in line["places"][-1]
    assert SECRET not in json.dumps(line)


def test_errors_of_the_database_do_not_quote_parameters(tmp_path):
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    from disclosure.storage.schema import open_engine

    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with engine.connect() as connection, pytest.raises(OperationalError) as refusal:
        connection.execute(text("INSERT INTO nowhere VALUES (:a)"), {"a": SECRET})

    assert SECRET not in str(refusal.value)
    engine.dispose()
