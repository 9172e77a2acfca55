from tests.factories import make_directory, make_roster, make_user


def above(person, *users):
    line = make_roster(make_directory(*users)).line_above(person)
    return [user.id for user in line]


def test_the_line_goes_up_to_the_top():
    assert above("sam") == ["maria", "dana", "vera", "chris"]
    assert above("chris") == []


def test_managers_who_left_are_passed_over():
    assert above("sam", make_user("maria", active=False))[0] == "dana"


def test_a_circle_of_managers_ends():
    assert above("sam", make_user("dana", manager="maria")) == ["maria", "dana"]
    assert above("sam", make_user("maria", manager="sam")) == ["maria"]


def test_the_least_loaded_has_the_fewest_open_tasks():
    roster = make_roster(load={"fred": 2, "fiona": 1})
    assert roster.least_loaded(("fred", "fiona")) == "fiona"
    assert roster.least_loaded(("fred", "fiona", "carl")) == "carl"


def test_at_a_tie_the_first_of_the_directory_is_taken():
    roster = make_roster(turns={"fred": 1, "fiona": 1})
    assert roster.least_loaded(("fred", "fiona")) == "fred"
    assert roster.next_in_turn(("fiona", "fred")) == "fiona"


def test_turns_are_counted_apart_from_open_tasks():
    roster = make_roster(load={"fred": 5}, turns={"fiona": 9, "fred": 8})
    assert roster.next_in_turn(("fiona", "fred")) == "fred"
    assert roster.least_loaded(("fiona", "fred")) == "fiona"
