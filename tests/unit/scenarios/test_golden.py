from approval_engine.scenarios.golden import secret_key


def test_a_fresh_key_is_its_owners_alone(tmp_path):
    path = tmp_path / ".secret-key"

    key = secret_key(path)

    assert len(key) > 40
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_there_is_kept(tmp_path):
    path = tmp_path / ".secret-key"

    assert secret_key(path) == secret_key(path)
