"""
What a browser calls itself → what its owner would call it.
"""

UNKNOWN = "Unknown browser"

# The order matters: most browsers name others too, so that old sites let them in.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST = 60


def browser_of(agent: str) -> str:
    """
    Browser and system in two words; what is none that we know is quoted, but shortly.
    """
    browser = next((name for mark, name in _BROWSERS if mark in agent), None)
    if browser is None:
        short = agent[:_LONGEST].strip()
        return f"{short}…" if len(agent) > _LONGEST else short or UNKNOWN
    system = next((name for mark, name in _SYSTEMS if mark in agent), None)
    return f"{browser} on {system}" if system else browser
