"""Which side of a complaint or an order an account is on, as the platform's own records say.

Owns these two questions of the portal; reads only. Whether anything may be disclosed to that side
is for the grounds to say.
"""

from dataclasses import dataclass

from disclosure.operations.desk import Work

RESPONDENT, COMPLAINANT = "ip_respondent", "ip_complainant"


@dataclass(frozen=True, slots=True)
class PartyToOrder:
    """What the portal shows of an order to one of its parties.

    Attributes:
        role: ``buyer`` or ``seller``.
        other_is_trader: Whether the other side sells by trade.
    """

    role: str
    other_is_trader: bool


def side_of_complaint(work: Work, reference: str, account: str) -> str | None:
    """Return the class that an account has in a complaint, or None where it is no party to it."""
    source = work.desk.source
    complaint = source.complaint(reference) if source is not None and reference else None
    if complaint is None or not account:
        return None
    return {complaint.respondent: RESPONDENT, complaint.complainant: COMPLAINANT}.get(account)


def side_of_order(work: Work, reference: str, account: str) -> PartyToOrder | None:
    """Return what an account is in an order, or None where it is no party to it."""
    source = work.desk.source
    order = source.order(reference) if source is not None and reference else None
    if order is None or not account or order.side(account) is None:
        return None
    is_buyer = order.buyer == account
    return PartyToOrder("buyer" if is_buyer else "seller", is_buyer and order.trader)
