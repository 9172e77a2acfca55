"""
Camunda Modeler without its window: its editors in a real browser, from npm.

A page is served from this machine, loads an editor and does what it is told.
"""

import functools
import http.server
import threading
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
DOINGS = Path(__file__).with_suffix(".js")
EDITORS = {
    "platform": "camunda-bpmn-js/dist/camunda-platform-modeler.production.min.js",
    "cloud": "camunda-bpmn-js/dist/camunda-cloud-modeler.production.min.js",
    "dmn": "dmn-js/dist/dmn-modeler.production.min.js",
}
PAGE = b"""<!doctype html><meta charset="utf-8"><title>Modeler</title>
<link rel="icon" href="data:,">
<style>#canvas { width: 1400px; height: 900px }</style>
<div id="canvas"></div><div id="panel"></div>"""


class _Files(http.server.SimpleHTTPRequestHandler):
    """
    What npm installed, and one empty page.
    """

    def do_GET(self):
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


@contextmanager
def served():
    """
    The address at which the page is, for as long as it is needed.
    """
    files = functools.partial(_Files, directory=str(MODULES))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), files) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Modeler:
    """
    One editor: `platform` and `cloud` are for processes, `dmn` is for decisions.
    """

    def __init__(self, page, address, kind):
        self.page = page
        page.goto(address)
        page.add_script_tag(url=f"{address}/{EDITORS[kind]}")
        page.add_script_tag(content=DOINGS.read_text())
        self.do("start", kind)

    def do(self, what, *how):
        """
        One of the doings in `modeler.js`.
        """
        return self.page.evaluate("([what, how]) => desk[what](...how)", [what, how])

    def open(self, xml):
        """
        What the editor has to remark on a file.
        """
        return self.do("open", xml.decode())

    def save(self):
        """
        The file as the editor writes it.
        """
        return self.do("save").encode()
