"""Fill the demonstration: which stories are played, and when each of them begins.

Owns the programme. Every case comes about by the operations that people use, on one timeline that
ends at a given moment; ``authority_stories.py`` and ``private_stories.py`` tell the stories,
``playing.py`` plays them.
"""

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta

from flask import Flask

from disclosure.demonstration import authority_stories as authority
from disclosure.demonstration import closed_stories as closed
from disclosure.demonstration import private_stories as private
from disclosure.demonstration.demands import ASKS, Ask
from disclosure.demonstration.playing import (
    Movable,
    OfficeHours,
    Stage,
    Steps,
    Story,
    hours,
    minutes,
    play,
)
from disclosure.demonstration.staff import BODIES, CHEN, LIN, PROPOSED, STAFF, Body
from disclosure.edge import House, unit_of_work
from disclosure.operations.accounts import add_person, roles_of
from disclosure.operations.deadlines import HOME_CALENDAR
from disclosure.operations.desk import SYSTEM, Actor
from disclosure.operations.registering import decide_change, propose_change

OPENED_AGO = 30
PROPOSED_AGO = 2

AuthorityStory = Callable[[Stage, Ask], Generator[timedelta, None, object]]
PrivateStory = Callable[[Stage], Steps]

AUTHORITY: tuple[tuple[int, float, str, AuthorityStory], ...] = (
    (17, 9.5, "closed_after_delivery", authority.closed_after_delivery),
    (16, 10.0, "lawyers_letter_refused", authority.lawyers_letter_refused),
    (14, 9.2, "nothing_found", authority.nothing_found),
    (12, 14.0, "forged_emergency", authority.forged_emergency),
    (7, 9.4, "repeated", authority.fetched),
    (6, 11.0, "repeated", authority.sent_twice),
    (5, 9.1, "three_to_sign", authority.three_to_sign),
    (4, 9.0, "recalled", authority.recalled),
    (4, 9.6, "delivered", authority.delivered),
    (4, 10.2, "one_signature", authority.one_signature),
    (4, 13.5, "preserved", authority.preserved),
    (3, 9.1, "released", authority.released),
    (3, 9.9, "documents_to_mark", authority.documents_to_mark),
    (3, 10.4, "production_order", authority.production_order),
    (3, 11.2, "order_of_silence", authority.fetched),
    (3, 11.8, "subpoena", authority.subpoena),
    (3, 14.3, "one_officer", authority.one_officer),
    (2, 9.2, "walk", authority.assessed),
    (2, 9.7, "nobody_answered", authority.nobody_answered),
    (2, 10.1, "too_broad", authority.assessed),
    (2, 10.8, "of_a_child", authority.assessed),
    (2, 11.5, "too_long", authority.too_long),
    (2, 12.2, "from_abroad", authority.assessed),
    (2, 13.6, "issuer_unclear", authority.issuer_unclear),
    (1, 9.3, "british_notice", authority.begun),
    (1, 13.1, "called_back", authority.called_back),
)
"""Working days ago, local hour, what is asked for, and the story."""

PRIVATE: tuple[tuple[int, float, PrivateStory], ...] = (
    (11, 10.5, private.outside_the_platform),
    (9, 15.0, private.nothing_paid),
    (6, 9.3, private.respondent_learns_who_complained),
    (6, 13.2, private.complaint_not_qualified),
    (5, 16.0, private.complainant_without_paper),
    (4, 11.1, private.complainant_with_court_order),
    (3, 9.5, private.buyer_objects),
    (3, 12.5, private.wrongful_complaint),
    (2, 14.4, private.complainant_at_risk),
    (2, 15.2, private.seller_answers),
    (1, 9.8, private.buyer_abroad),
    (1, 10.6, private.two_europeans),
    (1, 11.9, private.counterparty_is_fifteen),
)
"""Working days ago, local hour, and the story."""


def fill(app: Flask, clock: Movable, now: datetime) -> None:
    """Play every story through the operations, so that the last of them ends at a moment.

    Args:
        app: Of an installation that is set up and empty.
        clock: The application's clock; it is moved, and left at ``now``.
        now: Where the stories end; aware.
    """
    with app.app_context():
        stage = _stage(app, clock, now)
        _open_register(stage)
        play(stage, [*_programme(stage), *_of_these_hours(stage)])


def _stage(app: Flask, clock: Movable, now: datetime) -> Stage:
    home: House = app.extensions["disclosure"]
    office = OfficeHours(now, home.desk.settings.zone, home.desk.calendars[HOME_CALENDAR])
    clock.now = office.on(OPENED_AGO, 9.0)
    actors = {}
    with unit_of_work(SYSTEM) as work:
        for member in STAFF:
            person = add_person(
                work,
                username=member.username,
                name=member.name,
                email=member.email,
                roles=[member.role],
            )
            actors[member.username] = Actor(person.id, roles_of(person))
    fields = home.desk.catalogue.fields
    return Stage(
        settings=home.desk.settings,
        clock=clock,
        office=office,
        actors=actors,
        titles={name: (row.title, row.title_zh) for name, row in fields.items()},
    )


def _open_register(stage: Stage) -> None:
    """Enter the agencies as two people do it: one proposes, another confirms."""
    stage.clock.now = stage.office.on(OPENED_AGO, 10.0)
    with stage.unit(LIN) as work:
        changes = {
            key: propose_change(work, body.as_typed(), source=body.source).id
            for key, body in BODIES.items()
        }
    stage.clock.now = stage.office.on(OPENED_AGO, 14.0)
    with stage.unit(CHEN) as work:
        for key, change_id in changes.items():
            change = decide_change(work, change_id, confirmed=True)
            stage.agencies[key] = change.agency_id or 0


def _propose(stage: Stage, body: Body) -> Steps:
    with stage.unit(LIN) as work:
        propose_change(work, body.as_typed(), source=body.source)
    yield minutes(1)


def _programme(stage: Stage) -> Iterator[Story]:
    on = stage.office.on
    for days, hour, name, story in AUTHORITY:
        yield Story(begins=on(days, hour), steps=story(stage, ASKS[name]))
    for days, hour, told in PRIVATE:
        yield Story(begins=on(days, hour), steps=told(stage))
    yield from _closed(stage)
    yield Story(begins=on(PROPOSED_AGO, 16.5), steps=_propose(stage, PROPOSED))


def _closed(stage: Stage) -> Iterator[Story]:
    """Yield the cases that were closed long ago, spread over the days, and what came after."""
    on, span = stage.office.on, closed.EARLIEST - closed.LATEST + 1
    for place, ending in enumerate(closed.endings()):
        days = closed.EARLIEST - place % span
        begins = on(days, 9.1 + place % 7)
        yield Story(begins=begins, steps=closed.ended(stage, ending, place))
    for place, account in enumerate(closed.PRESERVED):
        begins = on(closed.EARLIEST - 2 * place, 10.3)
        yield Story(begins=begins, steps=closed.preserved(stage, account, place))
    yield Story(begins=on(5, 11.4), steps=closed.deletion_confirmed(stage))
    yield Story(begins=on(2, 17.1), steps=closed.leak_reported(stage))
    yield Story(begins=on(1, 16.2), steps=closed.recipient_misuses(stage))


def _of_these_hours(stage: Stage) -> Iterator[Story]:
    """Yield what has just begun, counted back from the last moment in working hours."""
    before = stage.office.before
    yield Story(begins=before(hours(7.5)), steps=private.deposit_paid(stage))
    yield Story(begins=before(hours(4.5)), steps=private.complaint_not_forwarded(stage))
    for left, name in ((3.0, "regulator_arrived"), (1.5, "police_arrived")):
        story = authority.arrived(stage, ASKS[name])
        yield Story(begins=before(hours(left)), steps=story)
    for left, told in (
        (3.7, private.complaint_withdrawn),
        (2.2, private.counterparty_flagged),
        (0.6, private.too_soon),
    ):
        yield Story(begins=before(hours(left)), steps=told(stage))
    yield Story(
        begins=stage.office.now - timedelta(hours=5),
        steps=authority.emergency(stage, ASKS["emergency"]),
        round_the_clock=True,
    )
