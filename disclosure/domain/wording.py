"""What a decision is called in each language: phrases, and the checks' sentences in Chinese.

Owns the shapes of these texts and how a sentence is put together. All words are rows of the packs;
nothing here decides. Look next at ``domain/grounds/counterfactual.py`` for what is said with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from disclosure.domain.decision import NoticeRule, Outcome, Profile, Result
from disclosure.domain.pack_rows import Row
from disclosure.domain.rule_rows import CheckText


class Language(Enum):
    """A language in which decisions are explained."""

    ENGLISH = "en"
    CHINESE = "zh"

    @property
    def tag(self) -> str:
        """Return the language as pages mark it."""
        return {"en": "en", "zh": "zh-CN"}[self.value]


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of one check in another language than its own row's.

    Attributes:
        otherwise: By the name of the way to fail, its reason and its remedy.
    """

    passes: str
    idle: str
    otherwise: Mapping[str, tuple[str, str]]
    row: Row

    @classmethod
    def from_row(cls, row: Row) -> "Wording":
        """Read the sentences of one check."""
        row.only("check", "passes", "idle", "otherwise")
        ways = row.parts("otherwise")
        return cls(
            passes=row.text("passes"),
            idle=row.text("idle", ""),
            otherwise={name: (way.text("text"), way.text("remedy")) for name, way in ways.items()},
            row=row,
        )

    def sentences(self) -> tuple[str, ...]:
        """Return every sentence, for the test of its braces."""
        return (self.passes, self.idle, *(text for way in self.otherwise.values() for text in way))


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by key, in every language."""

    by_language: Mapping[Language, Mapping[str, str]]

    @classmethod
    def from_row(cls, row: Row) -> "Phrases":
        """Read the phrases; each language has the same keys.

        Raises:
            NotReady: When a language lacks a phrase that the other has, or that a closed set needs.
        """
        found = {language: row.part(language.value) for language in Language}
        texts = {
            language: {key: part.text(key) for key in part.values}
            for language, part in found.items()
        }
        needed = _closed_sets().union(*(set(keys) for keys in texts.values()))
        for language, known in texts.items():
            if lacking := sorted(needed - set(known)):
                message = f"[phrases.{language.value}] has no phrase {lacking[0]!r}"
                raise found[language].refusal(message)
        return cls(texts)

    @property
    def keys(self) -> frozenset[str]:
        """Return every key; each language has them all."""
        return frozenset(self.by_language[Language.ENGLISH])

    def say(self, key: str, language: Language) -> str:
        """Return a phrase."""
        return self.by_language[language][key]

    def word(self, value: str, language: Language) -> str:
        """Return a word or a list of words that a check filled in, where a phrase is known."""
        known = self.by_language[language]
        if f"word.{value}" in known:
            return known[f"word.{value}"]
        return ", ".join(known.get(f"word.{each}", each) for each in value.split(", "))


def _closed_sets() -> set[str]:
    sets = {"outcome": Outcome, "result": Result, "profile": Profile, "notice": NoticeRule}
    return {f"{kind}.{member.value}" for kind, words in sets.items() for member in words}


def reason_in(
    language: Language, text: CheckText, wording: Wording, said: Mapping[str, object]
) -> tuple[str, str]:
    """Put together the reason and the remedy of one stored result.

    Args:
        language: The language.
        text: The check's own row, in English.
        wording: The check in Chinese.
        said: What the result was made of: ``result``, ``branch`` and the ``values`` as words.
    """
    result, branch = Result(said["result"]), str(said["branch"])
    values = said["values"] if isinstance(said["values"], dict) else {}
    english = language is Language.ENGLISH
    if result is Result.NOT_REACHED:
        return "", ""
    if result is Result.NOT_APPLICABLE:
        return (text.not_applicable.reason if english else wording.idle), ""
    if branch not in text.otherwise:
        return (text.passes if english else wording.passes).format_map(values), ""
    row = text.otherwise[branch]
    reason, remedy = (row.text, row.remedy) if english else wording.otherwise[branch]
    passed = result is Result.PASS
    return reason.format_map(values), "" if passed else remedy.format_map(values)
