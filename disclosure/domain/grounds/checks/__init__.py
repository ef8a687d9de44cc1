"""All check functions, one module for each family of the catalogue.

Owns nothing but the gathering: importing a family puts its functions into the table.
"""

from disclosure.domain.grounds.checks import (
    authority,
    complaint,
    consent,
    fields,
    instrument,
    jurisdiction,
    person,
    process,
    requester,
    residual,
    service,
    subject,
    transaction,
    violation,
)
from disclosure.domain.grounds.registry import CHECKS

FAMILIES = (
    requester,
    instrument,
    subject,
    jurisdiction,
    consent,
    service,
    authority,
    violation,
    complaint,
    transaction,
    residual,
    fields,
    person,
    process,
)

__all__ = ["CHECKS", "FAMILIES"]
