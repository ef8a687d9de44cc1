"""Tell a case's entries as W3C PROV, so that tools which know nothing of us can draw them.

Owns the mapping of events to entities, activities and agents. Must not know rows or files: all of
it follows from the entries, and so is proven with them.

Source: W3C PROV-JSON submission (24 April 2013); PROV-DM for the meaning of the relations.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from disclosure.domain.events import Event

_PREFIX = {"d": "urn:disclosure:", "prov": "http://www.w3.org/ns/prov#"}
_NOBODY = frozenset({"system", "command-line"})

Document = dict[str, dict[str, dict[str, object]]]


def provenance(entries: Iterable[bytes]) -> dict[str, object]:
    """Return the PROV-JSON document of a case.

    Args:
        entries: The exact bytes of its entries, in order.
    """
    writer = _Writer()
    for entry in map(json.loads, entries):
        writer.add(entry)
    return {"prefix": _PREFIX, **{kind: told for kind, told in writer.told.items() if told}}


class _Writer:
    """Collect the statements, and remember what later ones are derived from."""

    def __init__(self) -> None:
        kinds = ("entity", "activity", "agent", "wasAssociatedWith", "wasGeneratedBy", "used")
        self.told: Document = {
            kind: {} for kind in (*kinds, "wasDerivedFrom", "wasAttributedTo", "wasInvalidatedBy")
        }
        self.sources: list[str] = []
        self.renditions: dict[str, str] = {}

    def add(self, entry: Mapping[str, Any]) -> None:
        """Tell one entry: an activity of an agent, and what it made or used."""
        activity, person = f"d:entry-{entry['seq']}", entry["actor"]["person"]
        self.told["activity"][activity] = {
            "prov:startTime": entry["at"],
            "prov:endTime": entry["at"],
            "prov:type": entry["action"],
            "d:leaf-place": entry["case_seq"],
        }
        kind = "prov:SoftwareAgent" if person in _NOBODY else "prov:Person"
        self.told["agent"].setdefault(f"d:person-{person}", {"prov:type": kind})
        role = entry["actor"]["role"]
        self._relate(
            "wasAssociatedWith",
            {"activity": activity, "agent": f"d:person-{person}"},
            {} if role == "none" else {"prov:role": role},
        )
        told = _TELLERS.get(entry["action"])
        if told is not None:
            told(self, activity, entry)

    def made(self, entity: str, activity: str, **about: object) -> None:
        """Tell that an activity made a thing."""
        self.told["entity"].setdefault(entity, {f"d:{name}": v for name, v in about.items()})
        self._relate("wasGeneratedBy", {"entity": entity, "activity": activity})

    def document(self, activity: str, entry: Mapping[str, Any]) -> None:
        """Tell of a paper that came in."""
        digest = entry["data"].get("sha256")
        if digest:
            self.made(f"d:file-{digest}", activity, sha256=digest)
            self.sources.append(f"d:file-{digest}")

    def collected(self, activity: str, entry: Mapping[str, Any]) -> None:
        """Tell of values that were fetched."""
        batch = f"d:batch-{entry['data']['batch']}"
        self.made(batch, activity, fields=entry["data"].get("fields", []))
        self.sources.append(batch)

    def built(self, activity: str, entry: Mapping[str, Any]) -> None:
        """Tell of a rendition: redacted from all that had come in or been fetched."""
        digest = entry["data"]["sha256"]
        rendition = self.renditions[entry["data"]["rendition"]] = f"d:file-{digest}"
        self.made(rendition, activity, sha256=digest, rendition=entry["data"]["rendition"])
        for source in dict.fromkeys(self.sources):
            self._relate("wasDerivedFrom", {"generatedEntity": rendition, "usedEntity": source})

    def signed(self, activity: str, entry: Mapping[str, Any]) -> None:
        """Tell of a signature over a rendition."""
        signature = f"d:signature-{entry['data']['signature']}"
        self.made(signature, activity, sha256=entry["data"]["sha256"])
        person = f"d:person-{entry['actor']['person']}"
        self._relate("wasAttributedTo", {"entity": signature, "agent": person})
        self._use(activity, entry)

    def voided(self, activity: str, entry: Mapping[str, Any]) -> None:
        """Tell of the end of a signature."""
        signature = f"d:signature-{entry['data']['signature']}"
        self._relate("wasInvalidatedBy", {"entity": signature, "activity": activity})

    def released(self, activity: str, entry: Mapping[str, Any]) -> None:
        """Tell of a release."""
        release = f"d:release-{entry['data']['release']}"
        self.made(release, activity, sha256=entry["data"]["sha256"])
        rendition = self.renditions.get(entry["data"]["rendition"])
        if rendition is not None:
            self._relate("wasDerivedFrom", {"generatedEntity": release, "usedEntity": rendition})

    def _use(self, activity: str, entry: Mapping[str, Any]) -> None:
        rendition = self.renditions.get(entry["data"]["rendition"])
        if rendition is not None:
            self._relate("used", {"activity": activity, "entity": rendition})

    def _relate(
        self, relation: str, ends: Mapping[str, str], about: Mapping[str, str] | None = None
    ) -> None:
        told = self.told[relation]
        said = {f"prov:{end}": thing for end, thing in ends.items()}
        told[f"_:{relation}-{len(told) + 1}"] = {**said, **(about or {})}


_TELLERS = {
    Event.DOCUMENT_ADDED.value: _Writer.document,
    Event.RECORDS_COLLECTED.value: _Writer.collected,
    Event.RENDITION_BUILT.value: _Writer.built,
    Event.SIGNATURE_GIVEN.value: _Writer.signed,
    Event.SIGNATURE_VOIDED.value: _Writer.voided,
    Event.RELEASE_MADE.value: _Writer.released,
}
