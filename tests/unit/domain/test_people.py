import pytest

from tests.factories import make_directory, make_user


def test_a_person_with_one_account_has_only_that():
    assert make_directory().accounts_of("sam") == ("sam",)


def test_accounts_with_one_address_are_one_person():
    directory = make_directory(make_user("sam.admin", email=" SAM@Example.com"))
    assert directory.accounts_of("sam") == ("sam", "sam.admin")
    assert directory.accounts_of("sam.admin") == ("sam", "sam.admin")


@pytest.mark.parametrize("email", ["jose\u0301@x.org", "JOS\u00c9@x.org"])
def test_an_address_is_the_same_however_its_letters_are_composed(email):
    directory = make_directory(
        make_user("jose", email="jos\u00e9@x.org"), make_user("j2", email=email)
    )
    assert directory.accounts_of("j2") == ("jose", "j2")


@pytest.mark.parametrize("spelling", ["SAM", "Sam", "\uff53\uff41\uff4d"])
def test_another_spelling_of_an_id_is_the_same_person(spelling):
    directory = make_directory(make_user("sam.admin", email="sam@example.com"))
    assert directory.accounts_of(spelling) == ("sam", "sam.admin", spelling)


@pytest.mark.parametrize("email", ["", "  "])
def test_no_address_is_nobodys(email):
    directory = make_directory(make_user("sam", email=email), make_user("x", email=""))
    assert directory.accounts_of("sam") == ("sam",)


def test_an_unknown_person_has_his_own_id():
    assert make_directory().accounts_of("ghost") == ("ghost",)


def test_members_are_active_and_in_order():
    directory = make_directory(
        make_user("fred", active=False), finance=("fiona", "ghost", "fred", "carl")
    )
    assert [user.id for user in directory.members("finance")] == ["fiona", "carl"]
    assert directory.members("nobody") == ()


def test_the_roles_of_a_person_are_sorted():
    directory = make_directory(vp=("sam",), cfo=("sam", "carl"))
    assert directory.roles_of("sam") == ("cfo", "vp")
    assert directory.roles_of("ghost") == ()


def test_the_manager_is_the_nearest_who_is_active():
    assert make_directory().manager_of("sam").id == "maria"
    gone = make_directory(make_user("maria", active=False))
    assert gone.manager_of("sam").id == "dana"
    assert make_directory().manager_of("chris") is None
    assert make_directory().manager_of("ghost") is None
    circle = make_directory(
        make_user("sam", manager="maria"),
        make_user("maria", manager="sam", active=False),
    )
    assert circle.manager_of("sam") is None
