"""Every class of requesters has its road, and a demand the wrong way has somewhere to go."""

import pytest

from disclosure.domain.catalogue import load_catalogue
from disclosure.domain.routing import CARRIED_BY, POINTER, ROUTES, route_of
from disclosure.domain.rule_rows import Group

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("each", CATALOGUE.classes.values(), ids=lambda each: each.id)
def test_authorities_and_nobody_else_take_the_road_of_authorities(each):
    route = route_of(each)

    assert route in ROUTES
    assert (route == "authority") is (each.group is not Group.PRIVATE)


@pytest.mark.parametrize(
    ("requester_class", "route"),
    [
        ("ip_respondent", "ip"),
        ("ip_complainant", "ip"),
        ("transaction_party", "transaction"),
        ("police", "authority"),
        ("marketing_partner", "other"),
        ("journalist", "other"),
    ],
)
def test_a_class_takes_its_road(requester_class, route):
    assert route_of(CATALOGUE.classes[requester_class]) == route


@pytest.mark.parametrize("paper", CARRIED_BY)
def test_what_carries_a_demand_the_wrong_way_is_a_ground_that_this_class_may_invoke(paper):
    ground, requester_class = CARRIED_BY[paper]

    assert requester_class in CATALOGUE.grounds[ground][-1].who_may_invoke


def test_no_demand_is_routed_back_to_the_clause_that_does_not_carry_it():
    assert "G3E" not in {ground for ground, _ in CARRIED_BY.values()}


def test_the_pointer_names_each_way_that_is_open():
    for way in ("court's investigation order", "copyright authority", "final finding", "3(e)"):
        assert way in POINTER
