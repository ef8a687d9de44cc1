import pytest

from disclosure import jobs
from tests.app import make_app
from tests.web.entries import database


@pytest.fixture
def office(tmp_path):
    return make_app(tmp_path)


@pytest.fixture
def client(office):
    """Return a visitor of an installation whose worker has just shown itself."""
    with office.app.app_context():
        jobs._show_pulse()
    return office.app.test_client()


def part(client, name):
    answer = client.get("/readyz")
    return answer.status_code, answer.get_json()[name]


def test_it_lives_and_is_ready_when_all_is_in_order(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == dict.fromkeys(
        ("status", "database", "guards", "keys", "worker", "ledger"), "ok"
    )


def test_it_is_not_ready_without_a_worker(office):
    client = office.app.test_client()

    assert client.get("/healthz").status_code == 200
    assert part(client, "worker") == (503, "not ready")


def test_it_is_not_ready_when_a_guard_of_the_database_is_gone(office, client):
    with database(office) as connection:
        connection.execute("DROP TRIGGER signature_no_delete")

    assert part(client, "guards") == (503, "not ready")


@pytest.mark.parametrize("harm", ["gone", "open to others", "not a key ring"])
def test_it_is_not_ready_when_the_keys_can_not_be_read(office, client, harm):
    keys = office.settings.keys
    if harm == "gone":
        keys.unlink()
    elif harm == "open to others":
        keys.chmod(0o644)
    else:
        keys.write_text("{}")

    assert part(client, "keys") == (503, "not ready")


def test_its_answers_name_no_value_of_the_installation(office, client):
    answer = client.get("/readyz").get_data(as_text=True)

    for secret in (office.settings.database_url, str(office.settings.instance), "key ring"):
        assert secret not in answer
