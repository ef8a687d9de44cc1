"""Which road a demand takes, and where a demand that runs the wrong way can go.

Owns three small tables. Clause 3(e) gives a respondent the complainant, never the other way; what
can carry the other way is a court's or the copyright authority's paper, or a final finding.

Source: policy 3(c), 3(d), 3(e); SPC provisions on personality rights online (2020), art. 3;
Information Network Dissemination Regulation, art. 13.
"""

from disclosure.domain.rule_rows import RequesterClass

ROUTES = {
    "authority": "Authority",
    "ip": "IP complaint",
    "transaction": "Transaction",
    "other": "Other",
}

_OWN_ROUTES = {
    "ip_respondent": "ip",
    "ip_complainant": "ip",
    "transaction_party": "transaction",
}
"""Private classes with a route of their own; the rest of them share one."""

CARRIED_BY: dict[str, tuple[str, str]] = {
    "court_order": ("G3C", "court_order_lawyer"),
    "copyright_authority": ("G3C", "copyright_authority"),
    "final_finding": ("G3D", "rights_holder"),
}
"""What a complainant may hold -> the ground that carries the demand, and the class it then has."""

POINTER = (
    "Clause 3(e) lets a respondent know who complained; it does not run the other way. "
    "A court's investigation order, a letter of the copyright authority, or a final finding of the "
    "platform against the respondent can carry your demand."
)


def route_of(requester: RequesterClass) -> str:
    """Return the route on which a class of requesters is shown."""
    return "authority" if requester.is_authority else _OWN_ROUTES.get(requester.id, "other")
