"""What a decision says: outcome, deciding check, what may leave, who signs, who is told.

Owns the closed words of an answer and their labels; how they are reached is
``domain/grounds/evaluate.py``. Must stay free of any rule. Look next at ``domain/rulebook.py``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property


class Outcome(Enum):
    """How a case comes out."""

    RELEASE = "release"
    RELEASE_PARTIAL = "release_partial"
    NO_DATA = "no_data"
    NEEDS_INFO = "needs_info"
    NEEDS_HUMAN = "needs_human"
    HOLD = "hold"
    REROUTE = "reroute"
    REFUSE = "refuse"
    PRESERVE_ONLY = "preserve_only"
    LINK_DUPLICATE = "link_duplicate"

    @property
    def label(self) -> str:
        """Say the outcome as people read it."""
        return _OUTCOME_LABELS[self]

    @property
    def releases(self) -> bool:
        """Tell whether anything leaves the house."""
        return self in {Outcome.RELEASE, Outcome.RELEASE_PARTIAL}


_OUTCOME_LABELS = {
    Outcome.RELEASE: "Release",
    Outcome.RELEASE_PARTIAL: "Release in part",
    Outcome.NO_DATA: "No data held",
    Outcome.NEEDS_INFO: "Needs information from the requester",
    Outcome.NEEDS_HUMAN: "Needs a person's judgement",
    Outcome.HOLD: "On hold",
    Outcome.REROUTE: "Belongs to another route",
    Outcome.REFUSE: "Refuse",
    Outcome.PRESERVE_ONLY: "Preserve, disclose nothing",
    Outcome.LINK_DUPLICATE: "Link to the earlier case",
}


class Result(Enum):
    """What one check found."""

    PASS = "pass"  # noqa: S105 - the word of a result, not a secret
    FAIL = "fail"
    NARROW = "narrow"
    HUMAN = "human"
    NOT_APPLICABLE = "not_applicable"
    NOT_REACHED = "not_reached"

    @property
    def label(self) -> str:
        """Say the result as people read it."""
        return _RESULT_LABELS[self]


_RESULT_LABELS = {
    Result.PASS: "Passed",
    Result.FAIL: "Failed",
    Result.NARROW: "Narrowed",
    Result.HUMAN: "For a person",
    Result.NOT_APPLICABLE: "Not applicable",
    Result.NOT_REACHED: "Not reached",
}


class Profile(Enum):
    """Who has to sign a release."""

    STD = "STD"
    DUAL = "DUAL"
    EMERG = "EMERG"
    AUTO = "AUTO"
    NONE = "none"

    @property
    def label(self) -> str:
        """Say the profile as people read it."""
        return _PROFILE_LABELS[self]


_PROFILE_LABELS = {
    Profile.STD: "Standard: two people",
    Profile.DUAL: "Dual: three people, one of them senior",
    Profile.EMERG: "Emergency: two people, reviewed afterwards",
    Profile.AUTO: "Approved template: two people",
    Profile.NONE: "Nothing to sign",
}


class NoticeRule(Enum):
    """When the data subject is told."""

    PRIOR = "prior"
    AT_RELEASE = "at_release"
    DELAYED = "delayed"
    SUPPRESSED = "suppressed"
    NONE = "none"

    @property
    def label(self) -> str:
        """Say the rule as people read it."""
        return _NOTICE_LABELS[self]


_NOTICE_LABELS = {
    NoticeRule.PRIOR: "Before the release, with time to object",
    NoticeRule.AT_RELEASE: "At the release",
    NoticeRule.DELAYED: "Delayed, with a review date",
    NoticeRule.SUPPRESSED: "Suppressed by law",
    NoticeRule.NONE: "No notice",
}


@dataclass(frozen=True)
class CheckResult:
    """What one check found, as a lawyer reads it.

    Attributes:
        check: Full id, such as ``V03_callback_done``.
        reason: One sentence with the concrete values, never personal data.
        citations: Ids of articles in the catalogue.
        remedy: What would change the result; empty where nothing has to.
        answered_by: The role that answers it, or ``machine``.
        clause: The policy clause behind the check.
        cut: Field ids that this check took out of the release.
        code: Reason code of a result that is in the way; empty for the others.
        overrulable: Whether a person may overrule this result with a written reason.
        branch: The way to fail that was found, also where it was overruled; empty when passed.
        values: What the check filled into its sentence, by name.
    """

    check: str
    result: Result
    reason: str
    citations: tuple[str, ...]
    remedy: str
    answered_by: str
    clause: str
    cut: tuple[str, ...] = ()
    code: str = ""
    overrulable: bool = False
    branch: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the check in the shape that ``evaluate`` prints."""
        return {
            "id": self.check,
            "result": self.result.value,
            "reason": self.reason,
            "citations": list(self.citations),
        }

    @cached_property
    def json_text(self) -> str:
        """The check as JSON; written once, since most results are shared by many cases."""
        return json.dumps(self.as_json())


@dataclass(frozen=True, slots=True)
class Decision:
    """The rules' answer to one case.

    Attributes:
        releasable_fields: What may leave in clear, in the order asked.
        approvals: Who signs; ``none`` where nothing is to be signed.
        notice: When the data subject is told; ``none`` where nothing leaves.
        objection_days: Calendar days to object before a release; 0 where there is no window.
        checks: Every check of the ground in its fixed order, also those not reached.
    """

    outcome: Outcome
    deciding_check: str
    releasable_fields: tuple[str, ...]
    approvals: Profile
    notice: NoticeRule
    objection_days: int
    checks: tuple[CheckResult, ...]

    @property
    def deciding(self) -> CheckResult:
        """Return the result of the deciding check."""
        return next(check for check in self.checks if check.check == self.deciding_check)

    def as_json(self, *, with_checks: bool = True) -> dict[str, object]:
        """Return the decision in the shape that ``evaluate`` prints, without the case's id."""
        answer: dict[str, object] = {
            "outcome": self.outcome.value,
            "deciding_check": self.deciding_check,
            "releasable_fields": list(self.releasable_fields),
            "approvals": self.approvals.value,
            "notice": self.notice.value,
        }
        if with_checks:
            answer["checks"] = [check.as_json() for check in self.checks]
        return answer
