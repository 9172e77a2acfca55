import pytest

from approval_engine.errors import DocumentError
from tests.unit.policy.samples import codes, make_directory

MARIA = {"id": "maria", "name": "Maria", "email": "maria@example.com"}
DANA = {"id": "dana", "name": "Dana", "email": "dana@example.com"}


def problems(users, roles=None):
    with pytest.raises(DocumentError) as caught:
        make_directory({"users": users, "roles": roles or {}})
    return caught.value.problems


def test_people_and_roles_are_read_in_the_order_of_the_document():
    directory = make_directory(
        {
            "users": [
                MARIA
                | {
                    "manager": "dana",
                    "timeZone": "Europe/London",
                    "attributes": {"region": "EMEA"},
                    "limits": {"amount": "< 50000"},
                },
                DANA | {"active": False},
            ],
            "roles": {"manager": ["dana", "maria", "dana"], "vp": []},
        }
    )

    maria = directory.users["maria"]
    assert (maria.manager, maria.time_zone) == ("dana", "Europe/London")
    assert maria.attributes == {"region": "EMEA"}
    assert maria.limits == {"amount": "< 50000"}
    assert directory.roles == {"manager": ("dana", "maria"), "vp": ()}
    assert [user.id for user in directory.members("manager")] == ["maria"]


def test_a_person_at_the_top_may_be_written_as_his_own_manager():
    directory = make_directory({"users": [DANA | {"manager": "dana"}], "roles": {}})

    assert directory.users["dana"].manager is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "m a"}, ("/users/0/id", "type")),
        ({"id": None}, ("/users/0", "missing")),
        ({"name": None}, ("/users/0", "missing")),
        ({"email": None}, ("/users/0", "missing")),
        ({"email": "maria"}, ("/users/0/email", "type")),
        ({"active": "yes"}, ("/users/0/active", "type")),
        ({"timeZone": "Mars/Olympus"}, ("/users/0/timeZone", "type")),
        ({"timeZone": "../../etc/passwd"}, ("/users/0/timeZone", "type")),
        ({"manager": "nobody"}, ("/users/0/manager", "unknown_person")),
        ({"manger": "dana"}, ("/users/0/manger", "unknown_key")),
        ({"limits": {"amount": "<"}}, ("/users/0/limits/amount", "condition")),
        ({"limits": {"Amount": "< 5"}}, ("/users/0/limits/Amount", "name")),
        ({"limits": {"amount": 5}}, ("/users/0/limits/amount", "type")),
        ({"limits": []}, ("/users/0/limits", "type")),
        ({"attributes": {"region": ["EMEA"]}}, ("/users/0/attributes/region", "type")),
        ({"attributes": "x"}, ("/users/0/attributes", "type")),
    ],
)
def test_a_wrong_field_of_a_person_is_refused(change, expected):
    assert expected in codes(problems([MARIA | change]))


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({"manager": ["maria", "nobody"]}, ("/roles/manager/1", "unknown_person")),
        ({"manager": "maria"}, ("/roles/manager", "type")),
        ({"manager": [1]}, ("/roles/manager/0", "type")),
        ({"Manager": ["maria"]}, ("/roles/Manager", "name")),
        (["manager"], ("/roles", "type")),
    ],
)
def test_a_wrong_role_is_refused(roles, expected):
    assert expected in codes(problems([MARIA], roles))


def test_a_person_who_comes_twice_is_refused():
    assert codes(problems([MARIA, DANA, MARIA])) == [("/users/2", "duplicate")]


def test_a_circle_of_managers_is_refused_once_and_named():
    users = [
        {"id": name, "name": name, "email": f"{name}@example.com", "manager": manager}
        for name, manager in (("b", "c"), ("c", "a"), ("a", "b"), ("d", "a"))
    ]
    (problem,) = problems(users)

    assert (problem.element, problem.code) == ("/users/2/manager", "manager_circle")
    assert "a → b → c" in problem.sentence


def test_all_problems_are_reported_at_once():
    users = [MARIA | {"manager": "x"}, DANA | {"email": "y"}]
    found = problems(users, {"vp": ["z"]})

    assert codes(found) == [
        ("/users/0/manager", "unknown_person"),
        ("/users/1/email", "type"),
        ("/roles/vp/0", "unknown_person"),
    ]


def test_what_is_no_directory_is_refused():
    for value in ([], "x", {"people": []}):
        with pytest.raises(DocumentError):
            make_directory(value)
