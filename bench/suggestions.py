"""Recall and precision of the suggested marks, by kind, over the sentences of the tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.documents.suggestion_strings import HARMLESS, measured, missed, sentences


def main() -> None:
    """Print one line for each kind, and the sentences that went wrong."""
    for kind, measure in measured().items():
        print(
            f"suggestions, {kind.value}: recall {measure.recall:.2f},"
            f" precision {measure.precision:.2f} ({measure.wanted} values)"
        )
    wrong = sum(measure.wrong for measure in measured().values())
    found = sum(measure.found for measure in measured().values())
    print(f"suggestions: {found} of {len(sentences())} found; {wrong} wrong in {len(HARMLESS)}")
    for line in missed():
        print(line)


if __name__ == "__main__":
    main()
