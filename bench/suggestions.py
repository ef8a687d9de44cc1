# ruff: noqa: RUF001  wide signs are part of the text
"""Recall, precision and speed of the suggested marks.

Prints one line for each kind over the strings of both written sets, one for the sentences made by
code, and the speed over pages of mixed text. Targets: recall at least 0.95, harmless strings with a
suggestion at most 0.05, 0.5 MB/s on one core. ``--quick`` measures the speed over less text; the
strings are always all of them. The strings that were missed are printed for the sentences made by
code only: nobody should tune on the set that is held out.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from disclosure.documents.kinds import DETECTED, Kind
from disclosure.documents.suggest import suggest
from tests.documents.suggestion_sets import NAMES, SETS, samples, score
from tests.documents.suggestion_strings import HARMLESS, PEOPLE, measured, missed, sentences

QUICK, FULL = 150_000, 1_000_000
"""Bytes of text that the speed is measured over."""
PROSE = (
    "The parcel was handed over at the depot on Monday. The buyer asked for a refund because the "
    "lamp did not work, and the seller answered that it had been tested before it left.\n"
    "平台收到要求后，先核对公文与经办人员的身份，再决定能够提供哪些记录。用户表示没有收到货物，"
    "商家称已经按时发出，物流显示包裹停留在中转站。\n"
)


def written(name: str) -> None:
    """Print what is found in one of the written sets."""
    counted = score(name)
    for kind in DETECTED:
        print(
            f"suggestions, {name}, {kind.value}: recall {counted.recall(kind):.2f},"
            f" precision {counted.precision(kind):.2f} ({counted.wanted[kind]} strings)"
        )
    print(
        f"suggestions, {name}, all: recall {counted.recall(*Kind):.3f},"
        f" precision {counted.precision(*Kind):.3f};"
        f" {counted.alarms} of {counted.harmless} harmless strings raise a question"
    )


def names() -> None:
    """Print what is found of other people in the set that is theirs."""
    counted, kind = score(NAMES), Kind.OTHER_PERSON
    print(
        f"suggestions, names, {kind.value}: recall {counted.recall(kind):.2f},"
        f" precision {counted.precision(kind):.2f} ({counted.wanted[kind]} strings);"
        f" {counted.alarms} of {counted.harmless} harmless strings raise a question"
    )


def made() -> None:
    """Print what is found in the sentences made by code, and which of them went wrong."""
    for kind, measure in measured().items():
        print(
            f"suggestions, made, {kind.value}: recall {measure.recall:.2f},"
            f" precision {measure.precision:.2f} ({measure.wanted} values)"
        )
    wrong = sum(measure.wrong for measure in measured().values())
    found = sum(measure.found for measure in measured().values())
    print(
        f"suggestions, made: {found} of {len(sentences())} found; {wrong} in {len(HARMLESS)} wrong"
    )
    for line in missed():
        print(line)


def speed(size: int) -> None:
    """Print how fast text is gone through: a string with a value, then a paragraph without."""
    texts = [sample.text for name in SETS for sample in samples(name)]
    dense = "\n".join(texts)
    mixed = "\n".join(part for text in texts for part in (text, PROSE))
    for what, text in (("strings back to back", dense), ("pages of text", mixed)):
        page = text * (size // len(text.encode()) + 1)
        suggest(page[:1_000], people=PEOPLE)
        start = time.process_time()
        suggest(page, people=PEOPLE)
        taken = time.process_time() - start
        print(f"suggestions, speed, {what}: {len(page.encode()) / 1e6 / taken:.2f} MB/s")


def main() -> None:
    """Print all figures."""
    for name in SETS:
        written(name)
    names()
    made()
    speed(QUICK if "--quick" in sys.argv[1:] else FULL)


if __name__ == "__main__":
    main()
