"""
Desks for users' stories: empty, seeded, or with a review under way.
"""

import shutil

import pytest

from tests.acceptance.desk import Desk, QuickDesk


@pytest.fixture(scope="session")
def seeded(tmp_path_factory):
    """
    A folder that was seeded once; tests get copies of it.
    """
    desk = Desk(tmp_path_factory.mktemp("seeded"))
    desk.says("seed --scenario approvals")
    return desk


@pytest.fixture(scope="session")
def under_review(seeded, tmp_path_factory):
    """
    A folder where the review of Q-2026-0120 is under way: manager T-21, finance T-22.
    """
    desk = Desk(tmp_path_factory.mktemp("reviewed"))
    shutil.copyfile(seeded.database, desk.database)
    desk.says("approval submit --quote Q-2026-0120")
    return desk


@pytest.fixture
def empty_desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def desk(seeded, tmp_path):
    shutil.copyfile(seeded.database, tmp_path / "cpq.db")
    return Desk(tmp_path)


@pytest.fixture
def reviewed(under_review, tmp_path):
    shutil.copyfile(under_review.database, tmp_path / "cpq.db")
    return Desk(tmp_path)


@pytest.fixture
def quick_desk(seeded, tmp_path, monkeypatch, capsys):
    shutil.copyfile(seeded.database, tmp_path / "cpq.db")
    return QuickDesk(tmp_path, monkeypatch, capsys)


@pytest.fixture
def quick_reviewed(under_review, tmp_path, monkeypatch, capsys):
    shutil.copyfile(under_review.database, tmp_path / "cpq.db")
    return QuickDesk(tmp_path, monkeypatch, capsys)
