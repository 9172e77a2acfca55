"""
Figures of pieces of work, by hand; and how hot that makes a task.
"""

from datetime import UTC, datetime, timedelta

import pytest

from approval_engine.analytics.hours import Hours
from approval_engine.analytics.work.heat import drawings, heat_of, heats
from approval_engine.analytics.work.measures import measured, queued, rounds, weeks
from approval_engine.analytics.work.pieces import Source, Wanted, pieces
from approval_engine.domain.calendar import WorkingTime
from approval_engine.store.seats import Review, SeatRow

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OFFICE = Hours(WorkingTime(), MONDAY - timedelta(days=30), MONDAY + timedelta(days=90))


def at(hours):
    return (MONDAY + timedelta(hours=hours)).timestamp()


def review(number, created=0, **changes):
    return Review(
        **{
            "id": f"WF-{number}",
            "number": number,
            "quote_id": f"Q-{number}",
            "policy_version": "1",
            "process": "standard",
            "status": "approved",
            "created_s": at(created),
            "updated_s": at(created),
            "ended": "approved",
            "plan_sha256": "p",
            "policy_sha256": "p",
            "delegations_sha256": "d",
            "evaluation_sha256": "e",
            "definition_sha256": "one",
            **changes,
        }
    )


def task(number, opened, closed, due=8, **changes):
    return SeatRow(
        **{
            "id": f"T-{number}",
            "workflow": "WF-1",
            "number": number,
            "step": "finance",
            "element": "task_finance",
            "occurrence": 1,
            "seat": 1,
            "role": "finance",
            "person": "fred",
            "assigned": True,
            "level": 0,
            "opened_s": at(opened),
            "due_s": at(opened + due),
            "closed_s": None if closed is None else at(closed),
            "closed_by": None if closed is None else "fred",
            "status": "open" if closed is None else "approved",
            "ad_hoc": False,
            **changes,
        }
    )


def worked(*rows, reviews=(), taken=(), now=30, inputs=()):
    source = Source(
        reviews=reviews or (review(1),),
        rows=rows,
        taken={name: at(hours) for name, hours in taken},
        inputs=dict(inputs),
        hours_of=lambda _: OFFICE,
        at=at(now),
    )
    return pieces(source)


def test_time_is_waiting_then_working_and_the_rest_is_off_hours():
    # Opened at nine, taken at noon, answered at ten on the next day.
    (piece,) = worked(task(1, 0, 25), taken=[("T-1", 3)])

    assert (piece.waiting, piece.working, piece.off) == (3, 6, 16)
    assert (piece.hours, piece.late) == (9, True)


def test_what_nobody_took_only_waits_and_what_is_open_waits_still():
    answered, waits = worked(task(1, 0, 2), task(2, 0, None), now=26)

    assert (answered.waiting, answered.working, answered.late) == (2, 0, False)
    assert (waits.waiting, waits.working, waits.late) == (10, 0, True)


def test_what_an_earlier_approval_answered_is_no_work():
    assert worked(task(1, 5, 5)) == ()


def test_what_was_cancelled_is_not_late():
    (piece,) = worked(task(1, 0, 200, status="cancelled"))

    assert not piece.late


def test_a_row_for_each_word_the_most_hours_first():
    found = worked(
        task(1, 0, 2),
        task(2, 0, 4),
        task(3, 0, 7, due=6),
        task(4, 0, None, role="legal", person=None),
        now=3,
    )
    finance, legal = measured(found, "role")

    assert (finance.word, finance.tasks, finance.answered, finance.open) == (
        "finance",
        3,
        3,
        0,
    )
    assert (finance.median_hours, finance.p90_hours, finance.late) == (4, 7, 1)
    assert finance.late_pct == pytest.approx(100 / 3)
    assert (legal.word, legal.median_hours, legal.open, legal.late) == (
        "legal",
        None,
        1,
        0,
    )
    assert [each.word for each in measured(found, "person")] == ["fred", "nobody"]


def test_a_segment_is_a_group_like_any_other():
    found = worked(
        task(1, 0, 2),
        task(2, 0, 4, workflow="WF-2"),
        reviews=(review(1), review(2)),
        inputs=[("WF-1", {"segment": "SMB"}), ("WF-2", {"segment": "ENT"})],
    )

    assert [each.word for each in measured(found, "segment")] == ["ENT", "SMB"]
    wanted = Wanted(by=(("segment", "ENT"),), state="answered")
    assert [each.task.id for each in found if wanted.fits(each)] == ["T-2"]
    none = Wanted(by=(("segment", "ENT"),), state="late")
    assert not any(none.fits(each) for each in found)


def test_the_queue_names_what_waits_longest():
    rows = [
        task(1, 5, None),
        task(2, 1, None, due=2, assigned=False),
        task(3, 2, None, role="legal"),
    ]
    finance, legal = queued(
        rows, lambda row: row.role, lambda row: at(8) - row.opened_s, at(8)
    )

    assert (finance.word, finance.open, finance.late, finance.taken) == (
        "finance",
        2,
        1,
        1,
    )
    assert (finance.oldest.id, finance.due_soon, legal.open) == ("T-2", 1, 1)


def test_weeks_without_a_review_are_shown_empty():
    reviews = [review(1), review(2), review(3, created=24 * 14)]
    ends = {"WF-1": at(24), "WF-2": at(48), "WF-3": at(24 * 15)}
    first, second, third = weeks(reviews, ends)

    assert (first.reviews, first.ended, first.median, first.high) == (2, 2, 24, 48)
    assert (second.reviews, second.median) == (0, None)
    assert third.median == 24


def test_a_week_in_which_most_still_run_has_no_middle():
    reviews = [review(n, status="pending") for n in (1, 2, 3)] + [review(4)]
    (week,) = weeks(reviews, {"WF-4": at(1)})

    # Whoever ended so soon says nothing of the others.
    assert (week.low, week.median, week.high) == (1, None, None)


def test_rework_is_how_many_reviews_a_quote_took():
    reviews = [review(n, quote_id="Q-1") for n in (1, 2, 3)] + [review(4)]

    assert rounds(reviews) == {1: 1, 3: 1}


@pytest.mark.parametrize(
    ("value", "heat"), [(0, 1), (1.9, 1), (2, 2), (5, 3), (9.9, 5), (10, 5)]
)
def test_heat_goes_from_one_to_five(value, heat):
    assert heat_of(value, 10) == heat


def test_where_nothing_is_hot_all_is_cool():
    assert heat_of(0, 0) == 1


def test_tasks_of_a_process_are_hot_by_what_is_asked():
    found = worked(
        task(1, 0, 2),
        task(2, 0, 3),
        task(3, 0, 8, due=4, step="legal", element="task_legal"),
    )
    by_time, by_count = heats(found, "duration"), heats(found, "count")

    assert [(e.element, e.heat) for e in by_time] == [
        ("task_legal", 5),
        ("task_finance", 2),
    ]
    assert [(e.element, e.heat) for e in by_count] == [
        ("task_finance", 5),
        ("task_legal", 3),
    ]
    assert [each.late for each in heats(found, "late")] == [1, 0]


def test_the_drawing_that_shows_most_comes_first():
    found = worked(
        task(1, 0, 2),
        task(2, 0, 3, workflow="WF-2"),
        task(3, 0, 3, workflow="WF-2", element="task_legal"),
        reviews=(review(1), review(2, definition_sha256="both")),
    )

    assert drawings(found) == ("both", "one")
