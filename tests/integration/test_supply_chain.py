"""
What others made is installed as it was locked, or not at all, and a release lists it.
"""

import json
import os
import re
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)

METADATA = "Metadata-Version: 2.1\nName: parcel\nVersion: 1.0\n"
WHEEL = (
    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
)


def pack(folder, code):
    """
    A wheel of one module, and its hash.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "parcel-1.0-py3-none-any.whl"
    files = {"parcel.py": code}
    files["parcel-1.0.dist-info/METADATA"] = METADATA
    files["parcel-1.0.dist-info/WHEEL"] = WHEEL
    record = "".join(f"{name},,\n" for name in files)
    files["parcel-1.0.dist-info/RECORD"] = record + "parcel-1.0.dist-info/RECORD,,\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def install(tmp_path):
    """
    Installs what a lock says, from a folder of wheels and from nowhere else.
    """

    def install(folder, lock):
        (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
        target = tmp_path / "installed"
        pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps"]
        options = ["--require-hashes", "--only-binary", ":all:", "--target", target]
        where = ["--find-links", folder, "-r", tmp_path / "requirements.lock"]
        ended = subprocess.run(
            [*pip, *options, *where],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull},
        )
        return ended, target

    return install


def test_a_wheel_is_installed_as_it_was_locked(tmp_path, install):
    digest = pack(tmp_path / "wheels", "honest = True\n")
    lock = f"parcel==1.0 --hash=sha256:{digest}\n"
    ended, target = install(tmp_path / "wheels", lock)

    assert ended.returncode == 0, ended.stderr
    assert (target / "parcel.py").read_text() == "honest = True\n"


def test_a_tampered_wheel_is_not_installed(tmp_path, install):
    digest = pack(tmp_path / "wheels", "honest = True\n")
    pack(tmp_path / "wheels", "honest = None\n")
    lock = f"parcel==1.0 --hash=sha256:{digest}\n"
    ended, target = install(tmp_path / "wheels", lock)

    assert ended.returncode != 0
    assert "DO NOT MATCH THE HASHES" in ended.stderr
    assert not (target / "parcel.py").exists()


def test_a_wheel_without_a_hash_is_not_installed(tmp_path, install):
    pack(tmp_path / "wheels", "honest = True\n")
    ended, target = install(tmp_path / "wheels", "parcel==1.0\n")

    assert ended.returncode != 0
    assert not (target / "parcel.py").exists()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_locked_with_its_hashes(lock):
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]

    assert len(entries) > 20
    for entry in entries:
        assert PINNED.match(entry), entry
        assert "--hash=sha256:" in entry, entry


def test_every_package_of_npm_is_locked_with_its_hash_and_runs_no_script():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {path: each for path, each in lock["packages"].items() if path}

    assert len(packages) > 20
    assert [path for path, each in packages.items() if not each.get("integrity")] == []
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text(encoding="utf-8")


def test_whatever_is_installed_from_a_lock_must_have_its_hash():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = re.findall(r"\$\(PIP\).*--requirement.*", makefile)

    assert len(installs) == 3
    assert all("--require-hashes --only-binary :all:" in line for line in installs)


@pytest.fixture(scope="module")
def bills(tmp_path_factory):
    """
    The two bills of materials of a release.
    """
    folder = tmp_path_factory.mktemp("bills")
    command = ["make", "--silent", "--assume-old=dev", "sbom", f"BILLS={folder}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return [
        json.loads((folder / f"sbom-{name}.cdx.json").read_text(encoding="utf-8"))
        for name in ("python", "npm")
    ]


def pinned(name):
    """
    Name and version of all that this lock names.
    """
    return set(PINNED.findall((ROOT / name).read_text(encoding="utf-8")))


def test_what_is_listed_is_installed_and_tested():
    listed = pinned("requirements-extras.lock")

    assert pinned("requirements.lock") < listed < pinned("requirements-dev.lock")


def test_a_release_lists_every_locked_requirement_and_those_of_its_extras(bills):
    bill, _ = bills
    locked = pinned("requirements-extras.lock")

    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "approval-engine"
    found = {(each["name"], each["version"]) for each in bill["components"]}
    assert {(name.split("[")[0], version) for name, version in locked} == found


def test_a_release_lists_what_its_pages_draw_with(bills):
    _, bill = bills
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    found = {each["name"]: each for each in bill["components"]}

    assert bill["bomFormat"] == "CycloneDX"
    for name, version in package["dependencies"].items():
        assert found[name]["version"] == version
        assert found[name]["hashes"]
    assert not set(package["devDependencies"]) & set(found)
