"""
What pages draw diagrams with: fetched at set-up, so it may be missing.
"""

from pathlib import Path

from flask import Flask

VENDOR = "vendor/bpmn-js"
"""Where it lies among the static files, with its licence beside it."""


def available(app: Flask) -> bool:
    """
    Whether diagrams can be drawn; without it every page still says it in words.
    """
    return (Path(str(app.static_folder)) / VENDOR / "LICENSE").is_file()
