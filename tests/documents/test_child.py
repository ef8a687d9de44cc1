"""The limited child: what it may not do, and what the parent makes of its death."""

import errno
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from disclosure.documents import child, task
from disclosure.documents.child import child_folder, run_child
from disclosure.documents.limits import Limits
from disclosure.errors import BadInput, DocumentRefused, NotReady

PROBE = """
import json, os, socket, sys, resource
sys.path.insert(0, {root!r})
from disclosure.documents.task import confine
confine(json.loads({limits!r}), spawns=False)
answer = {{"cwd": os.listdir("."), "environment": sorted(os.environ)}}
answer["status"] = open("/proc/self/status").read()
answer["space"] = resource.getrlimit(resource.RLIMIT_AS)[0]
try:
    bytearray(4 * 1024**3)
    answer["memory"] = "granted"
except MemoryError:
    answer["memory"] = "refused"
try:
    socket.create_connection(("127.0.0.1", {port}), 1).close()
    answer["network"] = "open"
except OSError:
    answer["network"] = "closed"
print(json.dumps(answer))
"""


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def probe(port):
    limits = json.dumps(asdict(Limits()))
    code = PROBE.format(root=str(task.ROOT), limits=limits, port=port)
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_the_child_has_little_memory_and_gains_no_rights(port):
    answer = probe(port)

    assert answer["memory"] == "refused"
    assert answer["space"] == Limits().address_space
    assert "NoNewPrivs:\t1" in answer["status"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may always take the network away")
def test_the_child_has_no_network(port):
    assert probe(port)["network"] == "closed"


def stand_in(tmp_path, monkeypatch, code: str) -> None:
    entry = tmp_path / "entry.py"
    entry.write_text(code)
    monkeypatch.setattr(child, "ENTRY", entry)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("import time; time.sleep(60)", "time"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "damaged"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "time"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGABRT)", "memory"),
        ("pass", "damaged"),
        ("open('answer.json', 'w').write('[]')", "damaged"),
        ("open('answer.json', 'w').write('{\"a\": ')", "damaged"),
        ("open('answer.json', 'w').write(' ' * 2000)", "answer"),
        ("open('answer.json', 'w').write('{\"error\": \"encrypted\"}')", "encrypted"),
        ("open('answer.json', 'w').write('{\"error\": \"anything\"}')", "damaged"),
    ],
)
def test_every_death_becomes_a_refusal_with_a_code(code, refusal, tmp_path, monkeypatch):
    stand_in(tmp_path, monkeypatch, code)
    limits = replace(Limits(), wall_seconds=5, answer_bytes=1000)

    with pytest.raises(DocumentRefused) as refused, child_folder(tmp_path / "paper.pdf") as folder:
        run_child("inspect", {}, limits=limits, folder=folder)

    assert refused.value.code == refusal


def test_our_own_errors_keep_their_kind(tmp_path, monkeypatch):
    stand_in(
        tmp_path,
        monkeypatch,
        "import json; json.dump({'error': 'not-ready', 'message': 'm'}, open('answer.json', 'w'))",
    )
    with pytest.raises(NotReady), child_folder(tmp_path / "paper.pdf") as folder:
        run_child("inspect", {}, limits=Limits(), folder=folder)


def test_a_fault_of_the_program_itself_is_no_refusal(tmp_path, monkeypatch):
    stand_in(tmp_path, monkeypatch, "raise ImportError")

    with pytest.raises(RuntimeError), child_folder(tmp_path / "paper.pdf") as folder:
        run_child("inspect", {}, limits=Limits(), folder=folder)


def test_what_the_child_started_dies_with_it(tmp_path, monkeypatch):
    stand_in(
        tmp_path,
        monkeypatch,
        "import subprocess, time, pathlib\n"
        f"p = subprocess.Popen(['sleep', '60']); pathlib.Path({str(tmp_path / 'pid')!r})"
        ".write_text(str(p.pid))\ntime.sleep(60)",
    )
    limits = replace(Limits(), wall_seconds=4)

    with pytest.raises(DocumentRefused), child_folder(tmp_path / "paper.pdf") as folder:
        run_child("inspect", {}, limits=limits, folder=folder)

    started = Path(f"/proc/{(tmp_path / 'pid').read_text()}/stat")
    for _ in range(50):
        if not started.exists() or " Z " in started.read_text():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child's own child outlived it")


def test_the_childs_folder_lies_beside_the_file_and_is_gone_afterwards(tmp_path):
    with child_folder(tmp_path / "paper.pdf") as folder:
        assert folder.parent == tmp_path
        assert list(folder.iterdir()) == []

    assert not folder.exists()


def test_an_error_is_described_without_its_text():
    error = ValueError("Weiming Zhangson")

    assert "Zhangson" not in json.dumps(task.describe(error))
    assert task.describe(OSError(errno.EFBIG, "x")) == {"error": "file-too-large"}
    assert task.describe(BadInput("m"))["error"] == "bad-input"
