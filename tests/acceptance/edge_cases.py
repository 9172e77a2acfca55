"""
Which tests show which row of the table of edge cases, as for the completion rules.
"""

from tests.acceptance.behaviours import Shown, executor, named

ABOUT_PEOPLE: Shown = {
    "Approver = submitter": (
        *executor(
            "rows_of_behaviour",
            "approver_is_submitter_single_goes_one_level_up",
            "approver_is_submitter_pool_is_asked_without_him",
            "approver_is_submitter_pool_that_becomes_empty_asks_the_next_authority",
            "approver_is_submitter_through_no_side_door",
        ),
        *executor("revise", "who_last_edited_a_protected_field_never_decides"),
        *executor(
            "other_hands", "the_submitter_decides_through_no_channel_and_no_action"
        ),
        *named(
            "unit/planner/test_staffing",
            "a_manager_who_must_not_decide_leaves_it_to_his_own",
        ),
    ),
    "Submitter is delegate of the approver": executor(
        "stand_ins",
        "a_window_to_the_submitter_is_ignored_for_his_quote",
        "a_window_to_whoever_acts_for_the_submitter_is_ignored_too",
    ),
    "Approver delegates to the submitter": executor(
        "stand_ins",
        "an_approver_does_not_hand_a_task_to_the_submitter_and_that_is_logged",
    ),
    "Same approver twice in a row": executor(
        "repeats",
        "same_approver_twice_in_a_row",
        "who_has_not_seen_all_facts_is_asked_again",
        "dedupe_can_be_off",
    ),
    "Same approver, not consecutive (A,B,A)": executor(
        "repeats",
        "same_approver_not_consecutive",
        "one_click_never_approves_what_somebody_else_comes_before",
    ),
    "Same person in two parallel branches": (
        *executor(
            "other_hands",
            "the_same_person_in_two_branches_decides_twice_with_two_records",
        ),
        *named(
            "integration/web/test_other_hands",
            "the_same_person_in_two_branches_has_one_row_with_two_reasons",
            "one_click_decides_both_branches_and_leaves_two_records",
            "one_click_may_be_split",
        ),
    ),
    "Different rules name the same role": (
        *executor(
            "rows_of_behaviour",
            "different_rules_that_name_the_same_role_merge_into_one_step",
        ),
        *named(
            "unit/planner/test_requirements",
            "a_step_that_two_triggers_require_comes_once_with_both_reasons",
            "two_quorums_of_one_committee_become_the_stricter",
        ),
        *named("unit/domain/test_completion", "the_stricter_rule_wins"),
    ),
    "Approver on leave, window open at activation": executor(
        "stand_ins",
        "an_approver_on_leave_is_asked_through_his_stand_in",
        "a_window_that_is_open_at_activation_counts_for_the_step",
        "a_window_that_closed_before_activation_no_longer_counts",
        "a_delegate_without_the_role_is_passed_over_for_the_next_one",
        "a_chain_of_absences_reaches_the_third_hand_and_no_further",
    ),
    "Window opens while pending": executor(
        "stand_ins",
        "a_pending_task_moves_when_the_window_opens_and_goes_back_when_it_closes",
        "a_window_that_opens_without_a_stand_in_escalates_at_once",
    ),
    "Window closes": executor(
        "stand_ins",
        "a_pending_task_moves_when_the_window_opens_and_goes_back_when_it_closes",
        "a_task_that_the_stand_in_took_up_stays_with_him",
    ),
    "Delegate lacks authority or role": executor(
        "stand_ins",
        "a_delegate_without_the_role_is_passed_over_for_the_next_one",
        "a_delegate_who_left_or_has_too_small_a_limit_is_not_eligible",
    ),
    "Delegate is already approver elsewhere in the plan": executor(
        "stand_ins",
        "a_delegate_who_is_asked_elsewhere_counts_unless_approvers_must_differ",
    ),
    "Chain of absences / cycle A→B→A": executor(
        "stand_ins",
        "a_chain_of_absences_reaches_the_third_hand_and_no_further",
        "a_circle_of_absences_escalates_at_once_and_says_so",
    ),
    "Group member absent": executor(
        "stand_ins",
        "an_absent_member_of_a_pool_is_skipped_while_others_are_there",
        "all_uses_the_stand_in_of_an_absent_member",
        "a_quorum_skips_who_is_absent_while_enough_are_there",
        "a_later_step_keeps_its_seats_and_fills_them_anew",
    ),
}
"""Rows about who is asked."""

ABOUT_RULES: Shown = {
    "No rule fires": executor(
        "edge_cases",
        "where_no_rule_fires_the_record_names_the_policy_that_approved",
        "what_people_approved_does_not_say_that_the_policy_did",
        "where_no_rule_fires_a_policy_may_refuse",
    ),
    "Role has no members": (
        *executor(
            "edge_cases",
            "a_role_of_nobody_goes_to_the_fallback_and_is_never_approved",
            "with_nobody_in_the_fallback_either_it_is_a_plan_error_in_the_preview",
            "a_role_that_is_empty_later_is_passed_over_and_never_approved",
            "with_nobody_left_at_all_it_holds",
        ),
        *executor("silence", "each_hop_of_a_ladder_is_tried_in_order_and_logged"),
    ),
    "All members inactive": executor(
        "edge_cases",
        "a_role_of_nobody_goes_to_the_fallback_and_is_never_approved",
        "with_nobody_in_the_fallback_either_it_is_a_plan_error_in_the_preview",
        "a_role_that_is_empty_later_is_passed_over_and_never_approved",
    ),
    "Escalation with no manager": executor(
        "silence",
        "escalation_with_no_manager_goes_to_the_head_of_the_role_then_on",
        "each_hop_of_a_ladder_is_tried_in_order_and_logged",
    ),
    "Escalation target = submitter or already decided": (
        *executor("silence", "a_rung_that_is_the_submitter_or_has_decided_is_skipped"),
        *executor("tick", "an_escalation_skips_whoever_must_not_decide"),
    ),
    "Ladder exhausted": executor(
        "silence",
        "an_exhausted_ladder_holds_and_tells_or_rejects_never_approves",
        "a_ladder_on_which_nobody_is_left_holds_at_once",
    ),
    "Amount above the top authority": executor(
        "edge_cases",
        "an_amount_above_the_top_is_refused_with_the_number",
        "an_amount_above_the_top_asks_who_is_unlimited_or_the_committee",
    ),
    "Amount exactly on a threshold": executor(
        "edge_cases",
        "an_amount_on_a_threshold_belongs_to_the_upper_side",
        "a_margin_on_the_floor_is_fine_and_a_cent_below_is_not",
    ),
    "Other currency": executor(
        "currencies",
        "thresholds_count_in_the_currency_of_the_policy",
        "a_revision_keeps_the_rate_so_that_a_move_alone_makes_nothing_worse",
        "a_rate_that_is_corrected_later_changes_no_open_review",
        "without_a_rate_up_to_that_day_it_is_refused",
    ),
    "Negative margin, zero amount, credit": executor(
        "edge_cases",
        "a_credit_is_an_ordinary_value_and_zero_must_be_covered",
        "a_negative_margin_is_below_every_floor",
    ),
}
"""Rows about what a policy says, and where it says nothing."""

ABOUT_TIME: Shown = {
    "Quote edited while pending": (
        *executor(
            "revise",
            "quote_edited_while_pending",
            "a_protected_field_asks_everybody_again",
        ),
        *executor("recall", "after_a_recall_the_same_revision_is_tried_again"),
    ),
    "Resubmission after rejection": executor(
        "revise",
        "resubmission_after_rejection",
        "a_worse_fact_asks_again_those_who_are_asked_because_of_it",
        "policy_changed_while_pending",
    ),
    "Rejected in one parallel branch": executor(
        "rows_of_behaviour",
        "rejected_in_one_branch_ends_the_others_and_keeps_who_had_approved",
    ),
    "Decision on a cancelled or superseded task": (
        *executor(
            "rows_of_behaviour",
            "a_decision_on_a_cancelled_task_is_told_who_ended_it",
        ),
        *executor("revise", "decision_on_a_superseded_task"),
        *named(
            "integration/web/test_api",
            "whoever_comes_second_is_told_who_what_and_when",
        ),
    ),
    "Same request sent twice": (
        *executor("rows_of_behaviour", "the_same_request_sent_twice_is_answered_once"),
        *named(
            "integration/web/test_api",
            "the_same_request_gets_the_same_bytes_whatever_happened_since",
            "a_key_is_good_for_one_request_only",
        ),
        *named("concurrency/test_scenes", "repeated_approvals_have_one_effect"),
    ),
    "Escalation fires while the approver presses Approve": (
        *named(
            "concurrency/test_clock",
            "the_first_of_person_and_clock_decides_what_the_other_finds",
            "person_and_clock_at_once_come_to_one_of_two_outcomes",
        ),
        *executor("silence", "whoever_is_first_wins_when_time_and_approver_meet"),
    ),
    "Clock: weekend, holiday, DST, approver's time zone": (
        *executor("tick", "each_step_counts_in_the_calendar_and_the_zone_of_its_own"),
        *named(
            "unit/domain/test_calendar",
            "working_hours_stay_the_same_over_a_clock_change",
        ),
        *named(
            "unit/domain/test_calendar_zones",
            "every_clock_change_is_counted_as_on_the_wall",
            "leap_days_month_ends_weekends_and_holidays_are_counted",
        ),
    ),
    "Delegation and SLA": (
        *executor("silence", "the_clock_of_a_delegated_task_runs_on"),
        *executor(
            "stand_ins",
            "a_window_does_not_stop_the_clock_of_the_step",
            "a_step_gets_its_grace_once_when_it_is_delegated",
        ),
    ),
    "Approver leaves the company": (
        *executor(
            "leavers",
            "a_task_of_an_approver_who_leaves_goes_to_his_colleagues",
            "an_empty_pool_goes_to_the_next_authority",
            "nobody_left_holds_the_task_and_never_approves_it",
        ),
        *named(
            "integration/cli/test_files",
            "a_sync_shows_joiners_movers_and_leavers_and_keeps_who_left",
        ),
    ),
    "Policy changed while pending": (
        *executor("submit", "a_workflow_keeps_the_policy_it_was_started_under"),
        *executor(
            "replan",
            "preview_shows_steps_kept_added_and_removed_and_stores_nothing",
            "replan_supersedes_on_purpose_and_keeps_approvals_by_the_rule_on_facts",
            "an_approval_whose_rule_is_new_is_asked_again",
        ),
    ),
    "Ad hoc approver added by an approver": (
        *executor(
            "other_hands",
            "an_added_approver_must_approve_besides_the_rule",
            "an_approver_who_comes_after_is_asked_once_the_rule_is_met",
            "who_must_not_decide_is_not_added_and_no_policy_step_goes",
        ),
        *named(
            "integration/web/test_other_hands", "an_added_approver_is_marked_ad_hoc"
        ),
    ),
    "Admin override": (
        *executor(
            "override",
            "an_admin_override_ends_the_review_and_answers_for_nobody",
            "above_the_limit_a_second_admin_must_say_the_same",
            "only_an_admin_who_has_no_part_in_the_quote_overrides",
        ),
        *named("integration/web/test_other_hands", "an_override_is_shown_in_red"),
    ),
}
"""Rows about what happens meanwhile, and twice."""
