"""
A directory document → the people, their managers, roles, attributes and limits.

Who is asked is decided by `planner`, who may act by `actions`; this only looks up.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_TEXT: Mapping[str, str] = MappingProxyType({})
NO_LIMITS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """
    One person. `limits` are unary tests by input name, such as `{"amount": "< 50000"}`.

    A person who left is `active=False`, never deleted.
    """

    id: str
    name: str
    email: str
    manager: str | None = None
    active: bool = True
    time_zone: str = "UTC"
    attributes: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    limits: Mapping[str, str] = field(default_factory=lambda: NO_LIMITS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """
    Everybody, as of one import. Role members keep the order of the document.

    Two indexes are computed: user ids by e-mail address and by their own spelling.
    """

    users: Mapping[str, User]
    roles: Mapping[str, tuple[str, ...]]
    addresses: Mapping[str, tuple[str, ...]] = field(
        init=False, repr=False, compare=False
    )
    spellings: Mapping[str, tuple[str, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        # Once per directory, because every decision asks who has a second account.
        users = self.users.values()
        addresses = _grouped((_folded(user.email), user.id) for user in users)
        spellings = _grouped((_folded(user.id), user.id) for user in users)
        object.__setattr__(self, "addresses", addresses)
        object.__setattr__(self, "spellings", spellings)

    def user(self, user_id: str) -> User | None:
        """
        The person of that id, active or not.
        """
        return self.users.get(user_id)

    def accounts_of(self, user_id: str) -> tuple[str, ...]:
        """
        The accounts of the same person, this one among them: they share an address.

        Another spelling of an id, as other systems may write it, is the same person.
        """
        alike = self.spellings.get(_folded(user_id), ())
        emails = (_folded(self.users[each].email) for each in alike)
        shared = (each for email in emails if email for each in self.addresses[email])
        return tuple(dict.fromkeys((*shared, *alike, user_id)))

    def members(self, role: str) -> tuple[User, ...]:
        """
        The active members of a role, in the order of the document; may be empty.
        """
        ids = self.roles.get(role, ())
        found = (self.users[user_id] for user_id in ids if user_id in self.users)
        return tuple(user for user in found if user.active)

    def behind(self, name: str) -> tuple[str, ...]:
        """
        The active people behind the name of a role or of a person; perhaps nobody.
        """
        user = self.users.get(name)
        alone = (name,) if user is not None and user.active else ()
        return tuple(each.id for each in self.members(name)) or alone

    def roles_of(self, user_id: str) -> tuple[str, ...]:
        """
        The roles a person holds, sorted.
        """
        return tuple(sorted(r for r, ids in self.roles.items() if user_id in ids))

    def manager_of(self, user_id: str) -> User | None:
        """
        The nearest active manager above a person; cycles end the walk.
        """
        seen = {user_id}
        user = self.users.get(user_id)
        while user and user.manager and user.manager not in seen:
            seen.add(user.manager)
            user = self.users.get(user.manager)
            if user and user.active:
                return user
        return None


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, user_id in pairs:
        found[key] = (*found.get(key, ()), user_id)
    return MappingProxyType(found)


def _folded(text: str) -> str:
    """
    What a reader takes for the same text: capitals and composed letters do not count.
    """
    return unicodedata.normalize("NFKC", text.strip()).casefold()
