import pytest

from approval_engine.errors import InvalidState
from approval_engine.planner.admission import check
from tests.factories import (
    make_attachment,
    make_evaluation,
    make_fired,
    make_policy,
    make_quote,
)


def submit(*triggers, quote=None, policy=None):
    check(policy or make_policy(), make_evaluation(*triggers), quote or make_quote())


def not_fired(trigger_id, **changes):
    return make_fired(trigger_id, fired=False, **changes)


def test_a_trigger_that_refuses_is_named_with_its_reason():
    embargo = make_fired("embargo", reason="not_permitted", effect="refuse")
    with pytest.raises(InvalidState) as refusal:
        submit(embargo)
    assert str(refusal.value) == (
        "Expected to submit quote 'Q-1' revision 1, but trigger 'embargo' refuses it:"
        " not_permitted."
    )


def test_every_trigger_that_refuses_is_named():
    first = make_fired("embargo", reason="not_permitted", effect="refuse")
    second = make_fired("sanction", reason="listed", effect="refuse")
    with pytest.raises(InvalidState, match=r"'embargo' .* 'sanction'"):
        submit(first, make_fired("margin", "finance"), second)


def test_a_refusing_trigger_that_did_not_fire_lets_pass():
    submit(not_fired("embargo", effect="refuse"), make_fired("margin", "finance"))


def test_a_quote_that_no_trigger_covers_is_refused_if_the_policy_says_so():
    with pytest.raises(InvalidState, match="no trigger of policy 'deal-desk' version"):
        submit(not_fired("margin"), policy=make_policy(no_trigger="refuse"))


def test_a_quote_that_no_trigger_covers_passes_if_the_policy_approves_it():
    submit(not_fired("margin"))


def test_a_covered_quote_passes_a_policy_that_refuses_others():
    submit(make_fired("margin", "finance"), policy=make_policy(no_trigger="refuse"))


def test_everything_missing_is_named_in_one_sentence():
    clause = make_fired("clause", needs=("justification", "attachment:redline"))
    band = make_fired("band", needs=("attachment:redline", "attachment:price-list"))
    with pytest.raises(InvalidState) as refusal:
        submit(clause, band)
    assert str(refusal.value) == (
        "Expected to submit quote 'Q-1' revision 1, but it lacks"
        " a justification (trigger 'clause'),"
        " attachment 'redline' (trigger 'clause' and 'band'),"
        " attachment 'price-list' (trigger 'band')."
    )


@pytest.mark.parametrize("justification", [None, "", "  \n"])
def test_a_blank_justification_is_missing(justification):
    with pytest.raises(InvalidState, match="a justification"):
        submit(
            make_fired("clause", needs=("justification",)),
            quote=make_quote(justification=justification),
        )


def test_a_given_justification_suffices():
    submit(
        make_fired("clause", needs=("justification",)),
        quote=make_quote(justification="Strategic account"),
    )


@pytest.mark.parametrize("name", ["redline", "redline.docx", "Redline.PDF"])
def test_an_attachment_is_found_whatever_its_format(name):
    submit(
        make_fired("clause", needs=("attachment:redline",)),
        quote=make_quote(attachments=(make_attachment(name),)),
    )


@pytest.mark.parametrize(
    "name", ["redlines.docx", "my redline.docx", "docx", ".redline"]
)
def test_another_attachment_does_not_do(name):
    with pytest.raises(InvalidState, match="attachment 'redline'"):
        submit(
            make_fired("clause", needs=("attachment:redline",)),
            quote=make_quote(attachments=(make_attachment(name),)),
        )


def test_needs_of_a_trigger_that_did_not_fire_are_not_asked():
    submit(not_fired("clause", needs=("justification",)))


def test_an_unknown_need_is_never_met():
    with pytest.raises(InvalidState, match="signature"):
        submit(make_fired("clause", needs=("signature",)))
