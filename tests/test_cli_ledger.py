"""The commands of the ledger, in processes of their own, together with the stand-alone verifier."""

import re
import subprocess
import sys
from pathlib import Path

from disclosure.domain.checkpoints import read_checkpoint
from tests import cases
from tests.app import make_app
from tests.test_cli import run

VERIFIER = Path(__file__).parents[1] / "disclosure" / "verify.py"


def judge(bag, key, known):
    return subprocess.run(
        [sys.executable, "-I", VERIFIER, bag, "--key", key, "--known", known],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_printed_checkpoint_binds_records_under_the_old_key_and_the_new(tmp_path):
    office = make_app(tmp_path)
    reference, home = cases.police_case(office), office.settings.instance
    printed = run("checkpoint", instance=home).stdout
    (tmp_path / "known.txt").write_text(printed, encoding="utf-8")
    assert read_checkpoint(printed).size > 0
    before = run("export-case", reference, tmp_path / "before.zip", instance=home).stdout
    changed = run("checkpoint", "--change-key", instance=home)
    new = re.search(r"key fingerprint: (\S+)", changed.stderr).group(1)
    run("export-case", reference, tmp_path / "after.zip", "--outsider", instance=home)
    old = re.search(r"[0-9a-f]{64}", before).group()

    for bag, key in (("before.zip", old), ("after.zip", old), ("after.zip", new)):
        verdict = judge(tmp_path / bag, key, tmp_path / "known.txt")
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    (tmp_path / "known.txt").write_text(changed.stdout, encoding="utf-8")
    assert judge(tmp_path / "before.zip", old, tmp_path / "known.txt").returncode == 1
    assert run("verify-ledger", "--deep", instance=home).stdout.startswith("whole:")
    assert "no loss" in run("accept-loss", "--reason", "None.", instance=home, expect=3).stderr
