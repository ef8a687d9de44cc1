"""Recall and precision of the suggested marks, by kind, over the sentences of the tests.

With ``--quick`` the totals only, without the figures of each kind.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.documents.suggestion_strings import HARMLESS, measured, missed, sentences


def main(*, quick: bool) -> None:
    """Print one line for each kind, and the sentences that went wrong."""
    figures = measured()
    for kind, measure in () if quick else figures.items():
        print(
            f"suggestions, {kind.value}: recall {measure.recall:.2f},"
            f" precision {measure.precision:.2f} ({measure.wanted} values)"
        )
    wrong = sum(measure.wrong for measure in figures.values())
    found = sum(measure.found for measure in figures.values())
    print(f"suggestions: {found} of {len(sentences())} found; {wrong} wrong in {len(HARMLESS)}")
    for line in () if quick else missed():
        print(line)


if __name__ == "__main__":
    main(quick="--quick" in sys.argv[1:])
