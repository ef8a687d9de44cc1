"""What decision cards need beside the rules: each check's facts, its Chinese, and the phrases.

Owns the reading of these rows and the refusal of a check that could not be explained. Look next at
``domain/wording.py`` for the sentences and at ``domain/fact_paths.py`` for the paths.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter

from disclosure.domain.pack_rows import Pack, Row
from disclosure.domain.rule_rows import CheckText
from disclosure.domain.wording import Phrases, Wording


@dataclass(frozen=True, slots=True)
class Explanations:
    """How decisions are explained.

    Attributes:
        inputs: By check, the paths of the facts that it reads.
        wordings: By check, its sentences in Chinese.
        phrases: The words of decision cards, by key and language.
    """

    inputs: Mapping[str, tuple[str, ...]]
    wordings: Mapping[str, Wording]
    phrases: Phrases

    @classmethod
    def from_pack(cls, pack: Pack) -> "Explanations":
        """Read everything that explains.

        Raises:
            NotReady: When a language lacks a phrase.
        """
        inputs = pack.values.part("inputs")
        return cls(
            inputs={check: inputs.texts(check) for check in inputs.values},
            wordings={row.text("check"): Wording.from_row(row) for row in pack.of("wording")},
            phrases=Phrases.from_row(pack.values.part("phrases")),
        )

    def refuse_gaps(
        self,
        checks: Mapping[str, CheckText],
        values: Mapping[str, frozenset[str]],
        paths: frozenset[str],
    ) -> None:
        """Refuse rows that lead nowhere and checks that could not be explained.

        Args:
            checks: Every check.
            values: By check, the placeholders that its function fills.
            paths: Every fact that has a path.

        Raises:
            NotReady: With file and line.
        """
        for check, wording in self.wordings.items():
            if check not in checks:
                raise wording.row.refusal(f"there is no check {check!r}")
            if set(wording.otherwise) != set(checks[check].otherwise):
                raise wording.row.refusal(f"{check} has other ways to fail than its own row")
            _refuse_placeholders(wording.row, check, wording.sentences(), values[check])
        for text in checks.values():
            if text.id not in self.wordings:
                raise text.row.refusal(f"no [[wording]] row says {text.id} in Chinese")
            self._refuse_unknown_facts(text, paths)

    def _refuse_unknown_facts(self, text: CheckText, paths: frozenset[str]) -> None:
        if text.id not in self.inputs:
            raise text.row.refusal(f"[inputs] does not say which facts {text.id} reads")
        for path in self.inputs[text.id]:
            if path not in paths:
                raise text.row.refusal(f"[inputs] of {text.id}: there is no fact {path!r}")
            if f"fact.{path}" not in self.phrases.keys:
                raise text.row.refusal(f"[phrases] has no name for the fact {path!r}")


def _refuse_placeholders(
    row: Row, check: str, sentences: Iterable[str], values: frozenset[str]
) -> None:
    for sentence in sentences:
        try:
            used = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
        except ValueError as error:
            raise row.refusal(f"{check} has a sentence with a bad brace: {error}") from error
        for name in sorted(used - values):
            known = ", ".join(sorted(values)) or "none"
            raise row.refusal(f"{check} has no value {{{name}}}; it fills: {known}")
