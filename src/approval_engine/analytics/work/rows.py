"""
Figures of reports as rows of names and values: for lines, for JSON and for sheets.

Hours have one digit behind the point and are working hours, unless they are off.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from approval_engine.analytics.work.measures import Measured, Queued
from approval_engine.analytics.work.pieces import Piece
from approval_engine.domain.events import stamp

Row = dict[str, object]

SEGMENT = "in."
"""What stands before the name of an input where it might be taken for another word."""


def queued_row(group: str, each: Queued) -> Row:
    """
    What waits at one word of a group.
    """
    figures: Row = {
        "open": each.open,
        "late": each.late,
        "due_in_8_h": each.due_soon,
        "with_a_person": each.taken,
        "oldest_task": each.oldest.id,
        "oldest_workflow": each.oldest.workflow,
        "oldest_since": at(each.oldest.opened_s),
        "oldest_hours": tenth(each.oldest_hours),
    }
    return {heading(group, figures): each.word, **figures}


def late_row(group: str, each: Measured) -> Row:
    """
    What was answered, in what time, and how much of it late.
    """
    figures: Row = {
        "answered": each.answered,
        "open": each.open,
        "late": each.late,
        "late_pct": tenth(each.late_pct),
        "median_hours": tenth(each.median_hours),
        "p90_hours": tenth(each.p90_hours),
    }
    return {heading(group, figures): each.word, **figures}


def slow_row(group: str, each: Measured, total: float) -> Row:
    """
    Where time went; `total` are the hours of all words together.
    """
    hours = each.waiting_hours + each.working_hours
    figures: Row = {
        "tasks": each.tasks,
        "open": each.open,
        "waiting_hours": tenth(each.waiting_hours),
        "working_hours": tenth(each.working_hours),
        "off_hours": tenth(each.off_hours),
        "share_pct": tenth(100 * hours / total if total else 0.0),
        "median_hours": tenth(each.median_hours),
        "p90_hours": tenth(each.p90_hours),
    }
    return {heading(group, figures): each.word, **figures}


def piece_row(piece: Piece) -> Row:
    """
    One task of the lists behind the figures.
    """
    task = piece.task
    whose: Row = {
        "task": task.id,
        "workflow": task.workflow,
        "quote": piece.review.quote_id,
    }
    figures: Row = {
        "status": task.status,
        "opened_at": at(task.opened_s),
        "due_at": at(task.due_s),
        "closed_at": None if task.closed_s is None else at(task.closed_s),
        "late": piece.late,
        "waiting_hours": tenth(piece.waiting),
        "working_hours": tenth(piece.working),
        "off_hours": tenth(piece.off),
    }
    taken = whose | figures
    groups = {heading(name, taken): word for name, word in sorted(piece.by.items())}
    return {**whose, **groups, **figures}


def heading(group: str, figures: Mapping[str, object]) -> str:
    """
    The name of the column of a group: an input may be called like one of the figures.
    """
    return f"{SEGMENT}{group}" if group in figures else group


def tenth(number: float | None) -> str | None:
    """
    A number with one digit behind the point; None stays so.
    """
    return None if number is None else f"{number:.1f}"


def at(seconds: float) -> str:
    """
    The stamp of an instant in seconds since 1970.
    """
    return stamp(datetime.fromtimestamp(seconds, UTC))
