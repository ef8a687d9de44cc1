"""The page of the grounds: every rule of the packs, clause by clause, as a lawyer reads it.

Owns the order of the page. All texts are the packs'; how they decide is ``domain/grounds``.
"""

from datetime import date

from disclosure.documentation.markdown import anchor, code, codes, page, table
from disclosure.documentation.screens import screens_of
from disclosure.domain.fields import NEVER
from disclosure.domain.pack_laws import EVERY_CLASS, EVERY_GROUND
from disclosure.domain.plans import Deadline, NoticePlan
from disclosure.domain.rule_rows import CheckText, Limit
from disclosure.domain.rulebook import Catalogue, FieldList, Ground, ListSource

_SOURCES = {
    ListSource.OWN: "the ground's own list",
    ListSource.TEMPLATE: "what the service's template needs",
    ListSource.CONSENT: "what the consent names",
    ListSource.INSTRUMENT: "what the paper names",
}


def grounds_page(catalogue: Catalogue) -> str:
    """Render ``grounds.md``."""
    return page(
        "The grounds, clause by clause",
        f"Catalogue {catalogue.version}, policy version {catalogue.policy.version}. A case is "
        "decided by its ground's checks in their order; the first that is not passed decides, "
        "unless it only narrows the fields. The texts are engineering research, not legal advice: "
        "counsel signs off every pack before real use.",
        "## The policy",
        _policies(catalogue),
        table(
            ("clause", "what it says", "what was promised", "what keeps it here"),
            (
                (clause.id, f"{clause.title} {clause.title_zh}", clause.promise, clause.kept_by)
                for clause in catalogue.policy.clauses.values()
            ),
        ),
        "### The screen that shows each clause",
        "Every screen is reached by links from the front page `/`; staff sign in on the way. A "
        "test follows them and reads the words on the page.",
        _screens(catalogue),
        "## Grounds",
        *(_ground(g, catalogue) for versions in catalogue.grounds.values() for g in versions),
        "## Checks",
        "*Overruled* says whether a person may set the result aside with a written reason, which "
        "lifts the case to three signatures.",
        *(_check(check, catalogue) for check in catalogue.checks.values()),
        "## Who may ask, and with which paper",
        _classes(catalogue),
        "## Paper",
        "Where rows of a class name the requester's country, only those and the rows without a "
        "country count. Preservation may be asked for by every class; it discloses nothing.",
        _papers(catalogue),
        "## Fields",
        _fields(catalogue),
        "## Signatures",
        _profiles(catalogue),
        "## When the data subject is told",
        _notices(catalogue),
        "### What the notice says",
        _notice_texts(catalogue),
        "## Deadlines",
        _deadlines(catalogue),
        "## Places of storage",
        _places(catalogue),
        "## Reason codes",
        _reasons(catalogue),
        "## Articles",
        _citations(catalogue),
    )


def _screens(catalogue: Catalogue) -> str:
    return table(
        ("clause", "screen", "link that leads there", "words on it"),
        (
            (clause, code(screen.rule), screen.link, screen.shows)
            for clause, screen in screens_of(catalogue.policy).items()
        ),
    )


def _ground(ground: Ground, catalogue: Catalogue) -> str:
    until = f" to {ground.valid_to}" if ground.valid_to else " on"
    facts = (
        ("clause", f"{ground.clause}: {catalogue.policy.clauses[ground.clause].title}"),
        ("in force", f"from {ground.valid_from}{until}"),
        ("who may invoke it", ", ".join(_class_title(c, catalogue) for c in ground.who_may_invoke)),
        ("evidence", codes(ground.evidence)),
        ("facts of its own", codes(sorted(ground.facts))),
        *_field_rows(ground.fields, catalogue),
        ("never", _listed(ground.never, catalogue)),
        ("signatures", ground.approvals.label),
        ("decides a clean release", code(ground.key_check)),
        ("discretion", "the clause says *may*: a refusal is open" if ground.discretion else ""),
        ("articles", ", ".join(ground.law)),
        *((f"articles ({place})", ", ".join(law)) for place, law in ground.jurisdictions.items()),
        ("refusal codes", codes(ground.refusals)),
        *((f"code of {check}", code(named)) for check, named in ground.codes.items()),
    )
    checks = (
        (str(at), f"[{name}]({anchor(name)})", text.question, _source(text))
        for at, name in enumerate(ground.order, 1)
        for text in (catalogue.checks[name],)
    )
    return "\n\n".join(
        (
            f"### {ground.id}",
            f"**{ground.title}** {ground.title_zh}",
            table(("", ""), (row for row in facts if row[1])),
            table(("", "check", "question", "source"), checks),
        )
    )


def _field_rows(fields: FieldList, catalogue: Catalogue) -> list[tuple[str, str]]:
    return [
        ("fields", _SOURCES[fields.source]),
        ("of its own list", _listed(fields.default, catalogue)),
        ("with a recorded justification", _listed(fields.on_justification, catalogue)),
        ("of a trader instead", _listed(fields.trader, catalogue)),
        ("at most among", _listed(fields.cap, catalogue)),
        ("under S02 only", _listed(fields.special, catalogue)),
        ("most fields at once", str(fields.max_fields or "")),
    ]


def _listed(names: frozenset[str], catalogue: Catalogue) -> str:
    """List fields in the taxonomy's order, whole categories by their star."""
    parts = []
    for category in dict.fromkeys(field.category for field in catalogue.fields.values()):
        whole = [f.id for f in catalogue.fields.values() if f.category == category]
        some = [field for field in whole if field in names]
        parts += [f"{category}.*"] if some == whole and len(whole) > 1 else some
    return codes(parts)


def _class_title(name: str, catalogue: Catalogue) -> str:
    return catalogue.classes[name].title if name in catalogue.classes else name


def _source(text: CheckText) -> str:
    return ", ".join((f"policy {text.clause}", *text.citations))


def _check(text: CheckText, catalogue: Catalogue) -> str:
    used = [
        ground.id
        for versions in catalogue.grounds.values()
        for ground in versions
        if text.id in ground.order
    ]
    grounds = "every ground" if len(used) == len(catalogue.grounds) else ", ".join(used)
    ways = (
        (
            branch.outcome.label if branch.outcome else "Narrows the fields",
            branch.text,
            branch.remedy,
            code(branch.code),
            "yes" if branch.overrulable else "never",
        )
        for branch in text.otherwise.values()
    )
    return "\n\n".join(
        (
            f"### {text.id}",
            f"**{text.title}** {text.title_zh}. {text.question}",
            (
                f"Source: {_source(text)}. Answered by: {text.answered_by.replace('_', ' ')}. "
                f"Asked under: {grounds}."
            ),
            f"Passed: {text.passes}",
            table(("otherwise", "reason", "what would change it", "code", "overruled"), ways),
        )
    ).rstrip()


def _classes(catalogue: Catalogue) -> str:
    papers = catalogue.vocabulary.instruments
    return table(
        ("class", "title", "kind", "officers", "paper that can oblige us", "reach", "source"),
        (
            (
                code(each.id),
                f"{each.title} {each.title_zh}",
                each.group.value,
                str(each.officers or ""),
                "; ".join(papers[kind] for kind in papers if kind in each.instruments),
                "the ground's" if each.reach is None else _listed(each.reach, catalogue),
                each.source,
            )
            for each in catalogue.classes.values()
        ),
    )


def _papers(catalogue: Catalogue) -> str:
    rows = {id(row): row for rows in catalogue.papers.values() for row in rows}
    return table(
        ("paper", "title", "country", "classes", "in force", "source"),
        (
            (
                code(each.id),
                each.title,
                each.country or "any",
                "every class"
                if EVERY_CLASS in each.classes
                else ", ".join(_class_title(named, catalogue) for named in sorted(each.classes)),
                _period(each.valid_from, each.valid_to),
                each.source,
            )
            for each in sorted(rows.values(), key=lambda row: (row.country, row.id))
        ),
    )


def _notice_texts(catalogue: Catalogue) -> str:
    return table(
        ("passage", "text", ""),
        ((code(each.id), each.text, each.text_zh) for each in catalogue.notice_texts.values()),
    )


def _policies(catalogue: Catalogue) -> str:
    return table(
        ("version", "in force", "SHA-256 of its text", "what changed"),
        (
            (
                each.version,
                _period(each.valid_from, each.valid_to),
                code(each.sha256),
                f"{each.summary} {each.summary_zh}" + (" Significant." if each.significant else ""),
            )
            for each in catalogue.policies
        ),
    )


def _period(first: date | None, last: date | None) -> str:
    return " ".join(
        f"{word} {day}" for word, day in (("from", first), ("to", last)) if day is not None
    )


def _fields(catalogue: Catalogue) -> str:
    return table(
        ("field", "title", "level", "mask", "clause", "asked for"),
        (
            (
                code(field.id),
                f"{field.title} {field.title_zh}",
                f"{field.level.value}: {field.level.label}",
                "leaves in no form" if field.mask == NEVER else code(field.mask),
                field.clause,
                "within a period only" if field.needs_period else "",
            )
            for field in catalogue.fields.values()
        ),
    )


def _profiles(catalogue: Catalogue) -> str:
    return table(
        ("profile", "who signs, each another person", "people", "within", "afterwards", "note"),
        (
            (
                code(each.profile.value),
                ", ".join(role.replace("_", " ") for role in each.steps),
                str(each.distinct_people),
                f"{each.max_hours} hours" if each.max_hours else "",
                f"{each.post_review.replace('_', ' ')}, {each.post_review_hours} hours"
                if each.post_review
                else "",
                each.note,
            )
            for each in catalogue.approval_profiles.values()
        ),
    )


def _notices(catalogue: Catalogue) -> str:
    plans: list[tuple[str, str, bool, NoticePlan]] = [
        (ground, named, trader, plan) for (ground, named, trader), plan in catalogue.notices.items()
    ]
    plans.insert(0, (EVERY_GROUND, "", False, catalogue.delayed_notice))
    return table(
        ("ground", "class", "rule", "days to object", "looked at again after", "source"),
        (
            (
                "under a gag, or after an emergency" if ground == EVERY_GROUND else ground,
                _class_title(named, catalogue) + (" of a trader" if trader else ""),
                plan.rule.label,
                str(plan.objection_days or ""),
                f"{plan.review_days} days" if plan.review_days else "",
                plan.source,
            )
            for ground, named, trader, plan in plans
        ),
    )


def _deadlines(catalogue: Catalogue) -> str:
    return table(
        ("ground", "class", "paper", "emergency", "answer within", "source"),
        (
            (
                ground,
                _class_title(named, catalogue),
                catalogue.vocabulary.instruments.get(paper, paper),
                "yes" if emergency else "",
                _within(deadline),
                deadline.source,
            )
            for (ground, named, paper, emergency), deadline in catalogue.deadlines.items()
        ),
    )


def _within(deadline: Deadline) -> str:
    own = "; a date on the paper goes first" if deadline.from_instrument else ""
    return f"{deadline.amount} {deadline.unit.value.replace('_', ' ')}{own}"


def _places(catalogue: Catalogue) -> str:
    return table(
        ("place", "title", "own authorities", "other authorities", "out of reach", "articles"),
        (
            (
                place.code,
                f"{place.title} {place.title_zh}",
                ", ".join(_class_title(name, catalogue) for name in sorted(place.own_classes)),
                place.outsiders.value,
                "; ".join(_limit(limit, catalogue) for limit in place.limits),
                ", ".join(place.citations),
            )
            for place in catalogue.jurisdictions.values()
        ),
    )


def _limit(limit: Limit, catalogue: Catalogue) -> str:
    only = f" for {codes(sorted(limit.only_for))}" if limit.only_for else ""
    but = f" but for {codes(sorted(limit.not_for))}" if limit.not_for else ""
    return _listed(limit.out_of_reach, catalogue) + only + but


def _reasons(catalogue: Catalogue) -> str:
    return table(
        ("code", "text", "used for", "source"),
        (
            (
                code(reason.code),
                f"{reason.text} {reason.text_zh}",
                "a field or a span" if reason.withholds else "a demand",
                reason.source,
            )
            for reason in catalogue.reasons.values()
        ),
    )


def _citations(catalogue: Catalogue) -> str:
    return table(
        ("id", "law", "article", "as of", "in force", "what it requires, in our words"),
        (
            (
                cited.id,
                f"{cited.title} {cited.title_zh}",
                cited.article,
                str(cited.as_of),
                _period(cited.valid_from, cited.valid_to),
                cited.says + ("" if cited.read else " (from secondary sources)"),
            )
            for versions in catalogue.dated_citations.values()
            for cited in versions
        ),
    )
