"""
Which tests show which row of behaviours.md: by title of the row, the tests by name.

Every row has a test that runs on both databases; what enumerates a pure rule or looks
at a page stands beside it. A test is `folder/module::function` below tests.
"""

from collections.abc import Mapping
from typing import TypeAlias

Shown: TypeAlias = Mapping[str, tuple[str, ...]]
"""By title of a row: the tests that show it."""


def named(module: str, *names: str) -> tuple[str, ...]:
    """
    Tests of one module, without the `test_` that each of their names begins with.
    """
    return tuple(f"{module}::test_{name}" for name in names)


def executor(module: str, *names: str) -> tuple[str, ...]:
    """
    Tests of commands on a company of their own.
    """
    return named(f"integration/executor/test_{module}", *names)


def rule(*names: str) -> tuple[str, ...]:
    """
    The tests of one completion rule, with those that hold for each of them.
    """
    deadline = "what_is_undecided_at_its_deadline_ends_as_the_policy_says"
    counting = "every_order_of_every_answer_agrees_with_the_table"
    return (
        *executor("rules_of_completion", *names, deadline),
        *named("unit/domain/test_completion", counting, "the_table_read_aloud"),
    )


COMPLETION: Shown = {
    "`any` (first approval)": rule("any_needs_one_yes_and_ends_with_the_last_no"),
    "`first_response`": rule("the_first_response_decides_whatever_it_is"),
    "`all`": rule("all_needs_every_yes_and_ends_with_the_first_no"),
    "`all_respond_any`": rule("all_respond_waits_for_everybody_and_one_yes_is_enough"),
    "`quorum k`": rule("a_quorum_needs_its_number_and_ends_once_it_is_out_of_reach"),
    "`percent q`": (
        *rule("a_percentage_of_the_seats_is_rounded_up"),
        *named("unit/domain/test_completion", "a_share_of_the_seats_is_rounded_up"),
    ),
    "`veto {roles}` over any of these": (
        *rule(
            "a_veto_ends_at_once_what_another_no_does_not",
            "without_a_veto_the_rule_beneath_decides",
        ),
        *named(
            "unit/domain/test_completion",
            "a_veto_beats_enough_approvals_that_were_awaited",
        ),
    ),
    "`wait_for_all` flag": (
        *rule("whoever_waits_for_all_decides_nothing_before_the_last_answer"),
        *executor(
            "silence",
            "at_the_deadline_of_waiting_for_all_silence_counts_as_an_answer",
        ),
    ),
}
"""Section 1, the table."""

BESIDE: Shown = {
    "k is clamped at plan time (k > n is a plan error, not a stuck case)": (
        *executor(
            "rules_of_completion",
            "a_quorum_of_more_than_there_are_is_a_plan_error",
        ),
        *named(
            "unit/planner/test_staffing",
            "a_quorum_above_those_eligible_is_a_plan_error",
        ),
    ),
    "a person leaving the pool while pending lowers *n* only through a logged admin act"
    " and can never turn a reachable quorum into an automatic approval": (
        *executor(
            "withdraw",
            "the_others_decide_once_an_admin_took_the_seat_out",
            "taking_a_seat_out_never_approves_by_itself",
            "a_quorum_stays_what_it_was",
            "only_an_admin_takes_out_what_nobody_can_take",
        ),
        *executor(
            "leavers",
            "a_seat_of_a_quorum_goes_to_somebody_who_has_none_and_n_stays",
            "a_leaver_never_turns_a_reachable_quorum_into_an_approval",
        ),
        *named(
            "unit/domain/test_withdrawing", "a_seat_that_is_taken_out_approves_nothing"
        ),
    ),
    "the losing siblings end as `no longer required`, never deleted": executor(
        "act",
        "a_quorum_of_two_needs_two_people_and_dispenses_with_the_third",
        "one_no_ends_it_and_the_others_are_no_longer_required",
    ),
    "a person may change his answer only while `wait_for_all` holds and the step is"
    " open": executor(
        "changed_answers",
        "an_answer_is_changed_while_all_are_waited_for",
        "an_answer_is_final_where_nobody_waits_for_all",
        "an_answer_is_final_once_its_step_is_decided",
        "an_answer_is_final_once_its_workflow_has_ended",
        "nobody_changes_the_answer_of_another",
    ),
}
"""Section 1, the rules below the table."""
