"""
The golden path, byte for byte, and what it leads to.
"""

STATUS = """\
status=pending
current_tasks=[manager,finance]
margin_trigger=below_floor
"""


def test_the_golden_path(empty_desk):
    """
    A visitor seeds, submits, looks, and finance approves twice.
    """
    desk = empty_desk
    approve = "approval action --workflow WF-8821 --task T-22 --action approve"
    decided = "workflow=WF-8821 task=T-22 action=approve"

    seeded = desk.says("seed --scenario approvals")
    assert seeded.splitlines() == [
        "seeded scenario=approvals users=52 quotes=66 policies=1 workflows=12"
    ]
    submitted = desk.says("approval submit --quote Q-2026-0120")
    assert submitted == "workflow=WF-8821 status=pending steps=2\n"
    assert desk.says("approval status --workflow WF-8821") == STATUS
    assert desk.says(approve) == f"{decided} result=applied status=pending\n"
    assert desk.says(approve) == f"{decided} result=duplicate status=pending\n"


def test_the_quote_is_approved_when_both_have_approved(reviewed):
    """
    Manager and finance are asked in parallel, the order does not matter.
    """
    action = "approval action --workflow WF-8821 --action approve --task"

    reviewed.says(f"{action} T-22")
    last = reviewed.says(f"{action} T-21")

    assert last.endswith("result=applied status=approved\n")
    assert reviewed.says("approval status --workflow WF-8821") == (
        "status=approved\ncurrent_tasks=[]\nmargin_trigger=below_floor\n"
    )


def test_the_quote_is_rejected_when_one_rejects(reviewed):
    """
    One no is enough; the other is not asked any more.
    """
    reject = "approval action --workflow WF-8821 --task T-21 --action reject --comment"

    answer = reviewed.says(reject, "Not at this margin.")

    assert answer.endswith("action=reject result=applied status=rejected\n")
    assert "current_tasks=[]" in reviewed.says("approval status --workflow WF-8821")


def test_the_same_path_on_a_sunday_between_two_years(empty_desk):
    """
    Ids and states do not depend on the day of seeding.
    """
    sunday = {"CPQ_NOW": "2028-12-31T23:59:59Z"}

    empty_desk.says("seed --scenario approvals", **sunday)

    submitted = empty_desk.says("approval submit --quote Q-2026-0120", **sunday)
    assert submitted == "workflow=WF-8821 status=pending steps=2\n"
    assert empty_desk.says("approval status --workflow WF-8821", **sunday) == STATUS


def test_a_submit_with_a_key_gets_its_first_answer_again(desk):
    """
    A keyed replay is the stored answer, a plain repetition says how it stands today.
    """
    keyed = "approval submit --quote Q-2026-0120 --idempotency-key k-1"
    first = desk.says(keyed)
    action = "approval action --workflow WF-8821 --action approve --task"
    desk.says(f"{action} T-21")
    desk.says(f"{action} T-22")

    assert desk.says(keyed) == first
    assert desk.says("approval submit --quote Q-2026-0120") == (
        "workflow=WF-8821 status=approved steps=2\n"
    )


def test_the_first_worker_escalates_nothing(desk):
    """
    What is overdue in the demo is held, and nothing else is due.
    """
    assert desk.says("worker --once").split() == ["fired=0", "held=[]"]


def test_everything_that_was_seeded_can_be_proved(desk):
    assert desk.says("approval replay --all").startswith("replay=ok workflows=12 ")
    assert desk.says("approval verify --all").startswith("verify=ok workflows=12 ")
    assert desk.says("db check").startswith("check=ok ")


def test_the_demo_runs_the_golden_path_and_stops(empty_desk):
    """
    `cpq demo --no-serve` shows the real commands; a second demo changes nothing.
    """
    shown = empty_desk.says("demo --no-serve", CPQ_USER="somebody")

    assert shown.splitlines()[0] == "$ cpq seed --scenario approvals"
    assert shown.endswith(
        "$ cpq approval action --workflow WF-8821 --task T-22 --action approve\n"
        "workflow=WF-8821 task=T-22 action=approve result=duplicate status=pending\n"
    )
    assert empty_desk.says("demo --no-serve") == ""
