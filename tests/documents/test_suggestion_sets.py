"""Suggestions over strings that were written before the patterns were read."""

import pytest

from disclosure.documents.kinds import DETECTED, Kind
from tests.documents.suggestion_sets import NAMES, SETS, samples, score

RECALL, FALSE_ALARMS, FEW = 0.95, 0.05, 0.8
"""``FEW`` is the floor for one kind of the held-out set: there are some fifteen strings of each."""


def test_there_are_enough_strings_of_every_kind_to_tell():
    both = [score(name) for name in SETS]

    assert sum(each.harmless for each in both) >= 250
    for kind in DETECTED:
        assert sum(each.wanted[kind] for each in both) >= 25


@pytest.mark.parametrize("name", [*SETS, NAMES])
def test_every_value_stands_inside_its_string(name):
    for sample in samples(name):
        assert bool(sample.values) is (sample.kind is not None)
        assert all(sample.text[start:end].strip() for start, end in sample.values)


@pytest.mark.parametrize("name", SETS)
def test_values_are_found_whole_and_little_else_is_asked_about(name):
    counted = score(name)

    assert counted.recall(*Kind) >= RECALL
    assert counted.precision(*Kind) >= 1 - FALSE_ALARMS
    assert counted.false_alarms <= FALSE_ALARMS


@pytest.mark.parametrize("kind", DETECTED)
def test_a_kind_is_found_in_the_tuned_set(kind):
    assert score("tuned").recall(kind) >= RECALL
    assert score("tuned").precision(kind) >= 1 - FALSE_ALARMS


@pytest.mark.parametrize("kind", DETECTED)
def test_no_kind_falls_behind_in_the_held_out_set(kind):
    assert score("held-out").recall(kind) >= FEW
    assert score("held-out").precision(kind) >= FEW


def test_other_people_are_found_beside_titles_labels_and_ties():
    assert score(NAMES).recall(Kind.OTHER_PERSON) >= 0.9
    assert score(NAMES).false_alarms <= FALSE_ALARMS


def test_a_value_that_is_found_in_part_does_not_count_as_found():
    sample = next(sample for sample in samples("tuned") if sample.kind is Kind.TELEPHONE)

    assert not sample.whole([])
