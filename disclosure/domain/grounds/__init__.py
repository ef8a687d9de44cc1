"""The grounds engine: facts in, decision out.

Owns the way from a case to its decision; the rules are data (``packs/*.toml``) and the questions
are small functions (``checks/``). Look first at ``evaluate.py``, then at ``registry.py`` for how a
check is added.
"""

from disclosure.domain.decision import CheckResult, Decision, NoticeRule, Outcome, Profile, Result
from disclosure.domain.grounds.batch import decide_cases
from disclosure.domain.grounds.evaluate import evaluate

__all__ = [
    "CheckResult",
    "Decision",
    "NoticeRule",
    "Outcome",
    "Profile",
    "Result",
    "decide_cases",
    "evaluate",
]
