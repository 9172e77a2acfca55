from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from approval_engine.domain.completion import (
    Completion,
    Outcome,
    Rule,
    Tally,
    at_deadline,
    decide,
    needed,
    one_seat,
    strictest,
)
from approval_engine.errors import EngineError

WORD = {
    "a": Outcome.APPROVED,
    "r": Outcome.REJECTED,
    "v": Outcome.REJECTED,
    "t": Outcome.RETURNED,
    "": None,
}
MAX_SEATS = 5


def tally(answers, seats):
    """
    One letter per answer, in order: approve, reject, return (t), veto.
    """
    return Tally(
        seats=seats,
        approvals=answers.count("a"),
        rejections=answers.count("r") + answers.count("v"),
        returns=answers.count("t"),
        vetoed="v" in answers,
        first=WORD[answers[:1]],
    )


def rules(seats):
    yield Completion(rule=Rule.ANY)
    yield Completion(rule=Rule.FIRST_RESPONSE)
    yield Completion(rule=Rule.ALL)
    yield Completion(rule=Rule.ALL_RESPOND_ANY)
    for count in range(1, seats + 1):
        yield Completion(rule=Rule.QUORUM, count=count)
    for percent in ("1", "33.3", "50", "50.1", "66.67", "100"):
        yield Completion(rule=Rule.PERCENT, percent=Decimal(percent))


def enough(completion, answers, seats):
    """
    Whether these approvals fulfil the rule, written as a person would say it.
    """
    approvals = sum(answer == "a" for answer in answers)
    if completion.rule is Rule.ALL:
        return approvals == seats
    if completion.rule is Rule.QUORUM:
        return approvals >= completion.count
    if completion.rule is Rule.PERCENT:
        return approvals > 0 and approvals * 100 >= completion.percent * seats
    return approvals > 0


def oracle(completion, answers, seats):
    """
    Tries every way the open seats could still answer instead of counting them.
    """
    if completion.rule is Rule.FIRST_RESPONSE:
        return WORD[answers[:1]]
    if completion.rule is Rule.ALL_RESPOND_ANY and len(answers) < seats:
        return None
    if enough(completion, answers, seats):
        return Outcome.APPROVED
    # An approver who returned the quote could still be won for it.
    open_seats = seats - len(answers) + answers.count("t")
    hope = any(
        enough(completion, answers + "".join(future), seats)
        for future in product("ar", repeat=open_seats)
    )
    return None if hope else Outcome.REJECTED


def deciding(answers, seats, wait_for_all):
    if wait_for_all and len(answers) < seats:
        return "wait"
    if "v" in answers:
        return "veto"
    if "t" in answers:
        return "return"
    return "rule"


@pytest.mark.parametrize("seats", range(1, MAX_SEATS + 1))
@pytest.mark.parametrize("wait_for_all", [False, True])
def test_every_order_of_every_answer_agrees_with_the_table(seats, wait_for_all):
    for rule in rules(seats):
        completion = Completion(
            rule=rule.rule,
            count=rule.count,
            percent=rule.percent,
            wait_for_all=wait_for_all,
        )
        for length in range(seats + 1):
            for letters in product("artv", repeat=length):
                answers = "".join(letters)
                verdict = oracle(completion, answers, seats)
                match deciding(answers, seats, wait_for_all):
                    case "wait":
                        verdict = None
                    case "veto":
                        verdict = Outcome.REJECTED
                    case "return" if not wait_for_all or verdict != Outcome.REJECTED:
                        verdict = Outcome.RETURNED
                got = decide(completion, tally(answers, seats))
                assert got == verdict, (completion, answers)


@pytest.mark.parametrize("seats", range(1, MAX_SEATS + 1))
def test_every_rule_ends_decided_when_everybody_answered(seats):
    for completion in rules(seats):
        for letters in product("artv", repeat=seats):
            assert decide(completion, tally("".join(letters), seats)) is not None


@pytest.mark.parametrize("seats", range(1, MAX_SEATS + 1))
def test_nothing_is_decided_before_the_first_answer(seats):
    for completion in rules(seats):
        assert decide(completion, Tally(seats=seats)) is None


@pytest.mark.parametrize("seats", range(1, MAX_SEATS + 1))
def test_no_approval_without_an_approving_answer(seats):
    for completion in rules(seats):
        for length in range(seats + 1):
            for letters in product("rtv", repeat=length):
                got = decide(completion, tally("".join(letters), seats))
                assert got is not Outcome.APPROVED


@pytest.mark.parametrize(
    ("completion", "answers", "seats", "outcome"),
    [
        (Completion(rule=Rule.ANY), "rra", 3, Outcome.APPROVED),
        (Completion(rule=Rule.ANY), "rrr", 3, Outcome.REJECTED),
        (Completion(rule=Rule.FIRST_RESPONSE), "ar", 3, Outcome.APPROVED),
        (Completion(rule=Rule.FIRST_RESPONSE), "ra", 3, Outcome.REJECTED),
        (Completion(rule=Rule.ALL), "aaa", 3, Outcome.APPROVED),
        (Completion(rule=Rule.ALL), "ar", 3, Outcome.REJECTED),
        (Completion(rule=Rule.ALL_RESPOND_ANY), "rra", 3, Outcome.APPROVED),
        (Completion(rule=Rule.ALL_RESPOND_ANY), "aa", 3, None),
        (Completion(rule=Rule.QUORUM, count=2), "ara", 3, Outcome.APPROVED),
        (Completion(rule=Rule.QUORUM, count=2), "arr", 3, Outcome.REJECTED),
        (Completion(rule=Rule.QUORUM, count=4), "a", 3, Outcome.REJECTED),
        (Completion(rule=Rule.PERCENT, percent=Decimal(50)), "aa", 3, Outcome.APPROVED),
        (Completion(rule=Rule.PERCENT, percent=Decimal(50)), "ar", 3, None),
        (Completion(rule=Rule.PERCENT, percent=Decimal(0)), "r", 3, None),
    ],
)
def test_the_table_read_aloud(completion, answers, seats, outcome):
    assert decide(completion, tally(answers, seats)) is outcome


@pytest.mark.parametrize("completion", list(rules(3)))
def test_a_return_decides_at_once(completion):
    assert decide(completion, tally("t", 3)) is Outcome.RETURNED


def test_a_return_waits_for_all_when_the_rule_does():
    completion = Completion(rule=Rule.ANY, wait_for_all=True)
    assert decide(completion, tally("ta", 3)) is None
    assert decide(completion, tally("taa", 3)) is Outcome.RETURNED


def test_a_rejection_stands_against_a_return_when_all_were_awaited():
    completion = Completion(rule=Rule.ALL, wait_for_all=True)
    assert decide(completion, tally("tra", 3)) is Outcome.REJECTED
    assert decide(completion, tally("taa", 3)) is Outcome.RETURNED


def test_a_veto_beats_enough_approvals_that_were_awaited():
    completion = Completion(rule=Rule.ANY, veto=("legal",), wait_for_all=True)
    assert decide(completion, tally("aav", 3)) is Outcome.REJECTED
    assert decide(completion, tally("aar", 3)) is Outcome.APPROVED


@pytest.mark.parametrize(
    "wrong",
    [
        Tally(seats=0),
        Tally(seats=2, approvals=3, first=Outcome.APPROVED),
        Tally(seats=2, approvals=-1, rejections=1, first=Outcome.REJECTED),
        Tally(seats=2, approvals=1),
    ],
)
def test_an_impossible_tally_is_refused(wrong):
    with pytest.raises(EngineError, match="Expected answers"):
        decide(Completion(rule=Rule.ANY), wrong)


@pytest.mark.parametrize("rule", [Rule.QUORUM, Rule.PERCENT])
def test_a_rule_without_its_number_is_refused(rule):
    with pytest.raises(EngineError, match="Expected a number"):
        decide(Completion(rule=rule), tally("a", 3))


@pytest.mark.parametrize(
    ("completion", "one"),
    [
        (Completion(rule=Rule.ANY), True),
        (Completion(rule=Rule.FIRST_RESPONSE), True),
        (Completion(rule=Rule.QUORUM, count=1), True),
        (Completion(rule=Rule.QUORUM, count=2), False),
        (Completion(rule=Rule.ALL), False),
        (Completion(rule=Rule.ALL_RESPOND_ANY), False),
        (Completion(rule=Rule.PERCENT, percent=Decimal(1)), False),
    ],
)
def test_which_rules_share_one_seat(completion, one):
    assert one_seat(completion) is one


@pytest.mark.parametrize(
    ("percent", "seats", "count"),
    [("50", 3, 2), ("66.66", 3, 2), ("66.67", 3, 3), ("0", 3, 1), ("100", 5, 5)],
)
def test_a_share_of_the_seats_is_rounded_up(percent, seats, count):
    completion = Completion(rule=Rule.PERCENT, percent=Decimal(percent))
    assert needed(completion, seats) == count


SEATS = 4
COMPLETIONS = st.builds(
    lambda rule, veto, wait: Completion(
        rule=rule.rule,
        count=rule.count,
        percent=rule.percent,
        veto=tuple(sorted(veto)),
        wait_for_all=wait,
    ),
    st.sampled_from(list(rules(SEATS))),
    st.sets(st.sampled_from(["cfo", "legal"])),
    st.booleans(),
)


@given(COMPLETIONS, COMPLETIONS, COMPLETIONS)
def test_the_strictest_does_not_depend_on_the_order_of_merging(a, b, c):
    assert strictest(a, a, SEATS) == a
    assert strictest(a, b, SEATS) == strictest(b, a, SEATS)
    left = strictest(strictest(a, b, SEATS), c, SEATS)
    assert left == strictest(a, strictest(b, c, SEATS), SEATS)


@given(COMPLETIONS, COMPLETIONS, st.lists(st.sampled_from("ar"), min_size=SEATS))
def test_what_the_strictest_approves_both_would_approve(a, b, letters):
    # Whose answer is first and how many approve cannot both be met by one rule.
    first = Rule.FIRST_RESPONSE in {a.rule, b.rule}
    assume(not first or max(needed(a, SEATS), needed(b, SEATS)) == 1)
    answers = tally("".join(letters[:SEATS]), SEATS)
    if decide(strictest(a, b, SEATS), answers) is Outcome.APPROVED:
        assert all(decide(each, answers) is Outcome.APPROVED for each in (a, b))


@pytest.mark.parametrize(
    ("lenient", "strict"),
    [
        (Completion(rule=Rule.ANY), Completion(rule=Rule.QUORUM, count=2)),
        (Completion(rule=Rule.QUORUM, count=2), Completion(rule=Rule.QUORUM, count=3)),
        (Completion(rule=Rule.QUORUM, count=3), Completion(rule=Rule.ALL)),
        (Completion(rule=Rule.ANY), Completion(rule=Rule.FIRST_RESPONSE)),
        (Completion(rule=Rule.ANY), Completion(rule=Rule.ALL_RESPOND_ANY)),
        (
            Completion(rule=Rule.ALL_RESPOND_ANY),
            Completion(rule=Rule.FIRST_RESPONSE),
        ),
    ],
)
def test_the_stricter_rule_wins(lenient, strict):
    assert strictest(lenient, strict, SEATS) == strict


def test_a_merged_rule_keeps_the_vetoes_of_both():
    a = Completion(rule=Rule.ALL, veto=("legal",))
    b = Completion(rule=Rule.ANY, veto=("cfo",), wait_for_all=True)
    merged = Completion(rule=Rule.ALL, veto=("cfo", "legal"), wait_for_all=True)
    assert strictest(a, b, SEATS) == merged


@pytest.mark.parametrize("silence", [Outcome.APPROVED, Outcome.REJECTED])
@pytest.mark.parametrize("wait_for_all", [False, True])
@pytest.mark.parametrize("seats", range(1, MAX_SEATS + 1))
def test_every_undecided_step_ends_at_its_deadline(seats, wait_for_all, silence):
    letter = "a" if silence is Outcome.APPROVED else "r"
    for rule in rules(seats):
        completion = replace(rule, wait_for_all=wait_for_all)
        for length in range(seats):
            for letters in product("artv", repeat=length):
                answers = "".join(letters)
                if decide(completion, tally(answers, seats)) is not None:
                    continue
                full = answers + letter * (seats - length)
                expected = decide(completion, tally(full, seats))
                got = at_deadline(completion, tally(answers, seats), silence)
                assert got == (expected if wait_for_all else silence)


@pytest.mark.parametrize("wait_for_all", [False, True])
def test_silence_never_approves_unless_it_stands_for_that(wait_for_all):
    for rule in rules(3):
        completion = replace(rule, wait_for_all=wait_for_all)
        got = at_deadline(completion, Tally(seats=3), Outcome.REJECTED)
        assert got is Outcome.REJECTED


def test_silence_cannot_return_a_quote():
    with pytest.raises(EngineError, match="approve or to reject"):
        at_deadline(Completion(), Tally(seats=1), Outcome.RETURNED)
