"""What the sets of one collection treat differently, named to whoever signs.

Owns the comparison. Different recipients may lawfully get different things, so nothing is blocked;
but nobody signs without knowing that the same page left in another way. Texts of marks are
compared and never shown: the answer speaks of files, fields, counts and reason codes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from disclosure.documents.terms import fold
from disclosure.domain.states import State
from disclosure.operations.casefile import documents_of
from disclosure.operations.desk import Work
from disclosure.operations.facts import case_facts
from disclosure.operations.page_flags import set_aside
from disclosure.operations.redacting import KEEP, marks_of, masks_of
from disclosure.operations.release_sets import other_sets
from disclosure.storage.cases import Case, Document

SETTLING = frozenset(
    state.code
    for state in (
        *(State.REDACTING, State.SIGNING, State.APPROVED),
        *(State.RELEASED, State.DELIVERED, State.CLOSED),
    )
)
"""States in which a case has a layer of marks that can be compared."""

Layer = Mapping[tuple[object, ...], str]
"""What is taken out of a document, with the reason code of each."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two sets treat differently.

    Attributes:
        reference: The other case.
        state: Its state, as people read it.
        what: One sentence.
    """

    reference: str
    state: str
    what: str


def differences(work: Work, case: Case) -> list[Difference]:
    """Name what this set and others that the actor may see treat differently."""
    found = []
    for other in other_sets(work, case):
        if other.state not in SETTLING or case_facts(work, other).destroyed:
            continue
        sentences = [*_fields(work, case, other), *_documents(work, case, other)]
        label = State.of(other.state).label
        found += [Difference(other.reference, label, sentence) for sentence in sentences]
    return found


def _fields(work: Work, case: Case, other: Case) -> Iterator[str]:
    fields = work.desk.catalogue.fields
    here, there = _ways(work, case), _ways(work, other)
    for field in sorted(here.keys() | there.keys()):
        ways = here.get(field, "not allowed"), there.get(field, "not allowed")
        if ways[0] != ways[1]:
            yield f"{fields[field].title}: {ways[0]} here, {ways[1]} there."


def _ways(work: Work, case: Case) -> dict[str, str]:
    """Say how each allowed field leaves."""
    masks = masks_of(work, case)
    words = {KEEP: "in clear", "remove": "taken out"}
    chosen = {each: masks[each].mask if each in masks else KEEP for each in case.allowed_fields}
    return {each: words.get(mask, f"masked ({mask})") for each, mask in chosen.items()}


def _documents(work: Work, case: Case, other: Case) -> Iterator[str]:
    theirs = {each.sha256: each for each in documents_of(work, other, role="responsive")}
    for document in documents_of(work, case, role="responsive"):
        same = theirs.get(document.sha256)
        if same is None or not document.disposition or not same.disposition:
            continue
        name = f"“{document.filename}”"
        if document.disposition != same.disposition:
            leaves = "leaves" if document.disposition == "release" else "is withheld in full"
            there = "leaves" if same.disposition == "release" else "is withheld in full"
            yield f"{name} {leaves} here and {there} there."
        elif document.disposition == "release":
            yield from _removals(_layer(work, case, document), _layer(work, other, same), name)


def _layer(work: Work, case: Case, document: Document) -> Layer:
    layer: dict[tuple[object, ...], str] = {}
    for mark in marks_of(work, case, document.id):
        what = fold(mark.term) if mark.term is not None else str((mark.box, mark.boxes))
        layer[mark.kind, mark.page, what] = mark.reason_code
    for aside in set_aside(work, case, document.id):
        layer["page", aside.page, ()] = aside.kind
    return layer


def _removals(here: Layer, there: Layer, name: str) -> Iterator[str]:
    for layer, other, words in (
        (there, here, "there and not here"),
        (here, there, "here and not there"),
    ):
        alone = [code for key, code in layer.items() if key not in other]
        if alone:
            codes = ", ".join(sorted({code.replace("_", " ") for code in alone}))
            yield f"{name}: {len(alone)} taken out {words} ({codes})."
