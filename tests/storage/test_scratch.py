import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from disclosure.storage.scratch import scratch_folder, sweep_scratch

ROOT = Path(__file__).parents[2]
BUSY = """
import sys, time
from pathlib import Path
from disclosure.storage.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "plain.txt").write_text("secret")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def busy(tmp_path):
    """Another process that is at work in the instance's scratch."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    process.folder = Path(process.stdout.readline().strip())
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_the_folder_is_private_lies_in_the_instance_and_goes_after_the_work(tmp_path):
    with scratch_folder(tmp_path) as folder:
        (folder / "plain.txt").write_text("secret")
        assert folder.parent == tmp_path / "scratch"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700

    assert list((tmp_path / "scratch").iterdir()) == []


def test_it_goes_after_an_error_too(tmp_path):
    with pytest.raises(RuntimeError), scratch_folder(tmp_path):
        raise RuntimeError

    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_a_living_process_works_in_stays(busy, tmp_path):
    sweep_scratch(tmp_path)
    with scratch_folder(tmp_path), scratch_folder(tmp_path):
        pass

    assert (busy.folder / "plain.txt").exists()


def test_what_a_killed_process_left_goes_with_the_next_work(busy, tmp_path):
    kill(busy)
    assert (busy.folder / "plain.txt").exists()
    with scratch_folder(tmp_path) as folder:
        assert list(folder.parent.iterdir()) == [folder]


def test_what_a_killed_process_left_goes_with_a_sweep(busy, tmp_path):
    kill(busy)
    sweep_scratch(tmp_path)

    assert not busy.folder.exists()


def test_an_instance_without_scratch_is_swept_too(tmp_path):
    sweep_scratch(tmp_path)

    assert list(tmp_path.iterdir()) == []
