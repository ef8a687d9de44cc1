"""The benchmarks run and print one line for each figure, however fast they are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT_FIGURE = re.compile(r"^(apply|gate|bytes a page|peak memory)\b.*: .*\d")
FIGURE = re.compile(r"evaluate: [^:]+: [\d.]+( \(goal: [^()]+\))?")


LEDGER_FIGURE = re.compile(r".{58} +[\d.]+ (ms CPU|a second|x|s CPU|s)( +\(target [^()]+\))?")


def test_the_benchmark_of_the_ledger_prints_one_line_for_each_figure():
    done = subprocess.run(
        [sys.executable, "bench/ledger.py", "--quick"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    lines = done.stdout.splitlines()
    assert len(lines) == 9
    assert all(LEDGER_FIGURE.fullmatch(line) for line in lines), done.stdout


def test_the_benchmark_of_the_rules_prints_one_line_for_each_figure():
    done = subprocess.run(
        [sys.executable, "bench/evaluate.py", "--quick"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert all(FIGURE.fullmatch(line) for line in lines), done.stdout


@pytest.mark.parametrize("name", ["redaction"])
def test_the_benchmarks_of_documents_run(name):
    done = subprocess.run(
        [sys.executable, f"bench/{name}.py", "--quick"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    lines = done.stdout.splitlines()
    assert lines
    assert all(DOCUMENT_FIGURE.search(line) for line in lines), done.stdout
