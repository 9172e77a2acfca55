"""
The table of threats is whole: every threat of the design, each with its requirements.

What is named as a test exists; see `test_security_page.py`. Run as a script, it prints
what the table of what is claimed must be.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
DESIGN = ROOT.parent / "shared" / "docs" / "reliability.md"

ID = re.compile(r"[1-9]\d?\.[1-9]\d?\.[1-9]\d?")
RANGE = re.compile(r"(\d+\.\d+)\.(\d+)(?:–\d+\.\d+\.(\d+))?")

# What the design calls it, and the row that answers it here.
ANSWERED = {
    "Code in definitions": "code in definitions",
    "Engine forgotten on load": "an engine that forgets what it may not do",
    "XXE / entities / bombs": "entities and bombs in XML",
    "Huge/deep definitions": "huge or deep files",
    "Wrong semantics": "what runs is not what was drawn",
    "Ambiguous routing": "routing by accident",
    "Path/Content-Disposition": "names of files",
    "XSS by label": "markup in names",
    "Template injection": "templates from what people write",
    "Process-id takeover": "taking over the id of a process",
    "Brute force": "guessing a password",
    "Password storage": "stolen password table",
    "Session theft/fixation": "session fixation",
    "CSRF": "forged forms",
    "API token theft": "stolen API token",
    "OIDC": "answer for another client, issuer, time or log-in",
    "Header spoofing": "spoofed headers",
    "Step-up for large sums": "an unwatched screen",
    "Another's task (IDOR)": "acting on another's task",
    "Self-approval": "approving one's own quote",
    "One person, two seats": "one person, two seats",
    "Delegation abuse": "misused delegation",
    "Escalation to self": "escalation to oneself",
    "Skipping steps": "skipping a step",
    "Mass assignment": "more in a body than belongs there",
    "Stale view (approve other than what was seen)": "deciding what one has not seen",
    "Admin override": "a hidden override",
    "Revoked rights": "a right that was taken away",
    "CLI/worker as a bypass": "the command line as a way round",
    "Audit log changed": "a changed log",
    "Evidence packet forged": "a forged evidence packet",
    "PII and retention": "what is known of a person for ever",
    "Backups": "a lost or torn database",
    "CSV/Excel injection in exports": "formulas in a table for a spreadsheet",
    "Log injection": "lines that pretend to be of the log",
    '"I never approved"': '"I never approved"',
    "Scanner prefetch": "links in mails that scanners follow",
    "Replay, forwarding": "links in mails that scanners follow",
    "Leak by Referer/log": "a link that leaks",
    "Header injection": "names that become mail headers",
    "SSRF": "webhooks that reach inside",
    "Forged delivery": "forged webhooks",
    "Slow or hostile receiver": "a receiver that never answers",
    "JSON tricks": "tricks in JSON",
    "SQL injection": "SQL in filters",
    "Money precision": "rounded money",
    "Timing of secrets": "secrets compared letter by letter",
    "Rate limits": "floods",
    "Headers": "missing headers",
    "Errors": "talkative errors",
    "Secrets": "a default key",
    "Supply chain": "a library that was exchanged",
}


def tables(text, columns):
    """
    The rows of the tables that have so many columns, without those of their heads.
    """
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    heads = {"threat", "requirement", "what"}
    return [each for each in cells if len(each) == columns and each[0] not in heads]


def section(title):
    return re.split(r"(?m)^## ", PAGE.partition(f"## {title}")[2])[0]


THREATS = {name: row for name, *row in tables(section("Threats"), 4)}
CLAIMED = dict(tables(section("ASVS level 2: what is claimed"), 2))


@pytest.mark.parametrize("name", THREATS)
def test_a_threat_has_a_control_requirements_and_a_test(name):
    control, requirements, tests = THREATS[name]

    assert control
    assert all(ID.fullmatch(each) for each in requirements.split(", ")), requirements
    assert re.fullmatch(r"`test_\w+\.py(::test_\w+)?`(, `.*`)?", tests), tests


def test_every_threat_of_the_design_is_answered():
    assert set(ANSWERED.values()) - THREATS.keys() == set()


def shown():
    """
    The requirements that the threats name, with the threats, in their order.
    """
    found = {}
    for name, (_, requirements, _) in THREATS.items():
        for each in requirements.split(", "):
            found.setdefault(each, []).append(name)
    in_order = sorted(found, key=lambda each: [int(part) for part in each.split(".")])
    return {each: found[each] for each in in_order}


def test_what_is_claimed_is_what_the_table_shows():
    claimed = [(each, names.split("; ")) for each, names in CLAIMED.items()]

    assert claimed == list(shown().items())


def named(cell):
    """
    The requirements in a cell of the design, where some stand as from–to.
    """
    for chapter, first, last in RANGE.findall(cell):
        for number in range(int(first), int(last or first) + 1):
            yield f"{chapter}.{number}"


@pytest.mark.skipif(
    not DESIGN.exists(), reason="the founding documents are not beside the checkout"
)
def test_the_list_is_that_of_the_design():
    text = DESIGN.read_text(encoding="utf-8")
    part = text.partition("### 2.3 ")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split("|") for line in part.splitlines() if "|" in line]
    threats = {cells[0].strip(): cells[2] for cells in rows if len(cells) > 3}
    threats = {n: c for n, c in threats.items() if n != "Threat" and "---" not in n}
    wanted = {each for cell in threats.values() for each in named(cell)}

    assert set(threats) == ANSWERED.keys()
    assert wanted - CLAIMED.keys() == set()


if __name__ == "__main__":
    for requirement, names in shown().items():
        print(f"| {requirement} | {'; '.join(names)} |")  # noqa: T201
