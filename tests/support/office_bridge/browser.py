"""A headless Chromium with Microsoft's own office.js, and the server that it is loaded and answered from."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hrworkbook
from hrworkbook.hosts.json_form import changes_to_json, snapshot_from_json
from hrworkbook.plan import errors
from hrworkbook.plan.snapshot import ChangeSet, Snapshot
from office_bridge.answers import Answers

OFFICE_JS_VARIABLE = "HRWORKBOOK_OFFICE_JS"
"""The environment variable that names the folder of npm's @microsoft/office-js."""
STATIC = Path(hrworkbook.__file__).parent / "page" / "static"
CHROMIUM, CHROMEDRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
HOST_INFO = "_host_Info=Excel$Win32$16.01$en-US"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}

STUB = """
;(() => { // What Excel's window would answer, and this Chromium has not: that the page is ready, what is supported, what is opened.
  window.opened = [];
  const ready = new Promise((done) => {
    const wait = () => (window.Excel && window.OfficeExtension ? done({ host: "Excel", platform: "PC" }) : setTimeout(wait, 10));
    wait();
  }).then((found) => {
    OfficeExtension.ClientRequestContext.defaultRequestUrlAndHeaders = { url: "BRIDGE", headers: {} };
    const context = {
      requirements: { isSetSupported: () => true },
      platform: "PC",
      ui: { openBrowserWindow: (address) => window.opened.push(address) },
      document: {
        getFileAsync: (type, options, done) =>
          fetch("BRIDGE/document").then((r) => r.arrayBuffer()).then((data) => done({ status: "succeeded", value: {
            size: data.byteLength, sliceCount: 1, closeAsync: () => {},
            getSliceAsync: (n, then) => then({ status: "succeeded", value: { data: [...new Uint8Array(data)] } }),
          } })),
      },
    };
    OSF._OfficeAppFactory.setContext(context);
    return found;
  });
  Office.onReady = (then) => (then ? ready.then((found) => (then(found), found)) : ready);
  window.actions = {};
  Office.actions = { associate: (name, then) => { window.actions[name] = then; } };
  Office.addin = { showAsTaskpane: () => Promise.resolve(), setStartupBehavior: () => Promise.resolve() };
})();
"""
BLANK = """<!doctype html><html lang="en"><title>host</title><link rel="icon" href="data:,">
<script src="/office.js"></script><script type="module">
import { ExcelHost } from "/static/excel-host.js";
await Office.onReady();
window.host = new ExcelHost();
</script></html>"""


class Server(ThreadingHTTPServer):
    """Serves office.js and our page's modules, and answers what office.js asks."""

    daemon_threads = True

    def __init__(self, office_js: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.office_js = office_js
        self.answers: Answers | None = None
        self.document = b""
        """The file of the workbook in front, for who asks for it whole."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def file_at(self, path: str) -> Path | None:
        for prefix, folder in (("/static/", STATIC), ("/dist/", self.office_js / "dist")):
            if path.startswith(prefix) and ".." not in path:
                return folder / path.removeprefix(prefix)
        return None


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: Any) -> None:
        return None

    def _send(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind), ("Content-Length", str(len(body))), ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Headers", "*"),
        ):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_OPTIONS(self) -> None:
        self._send(b"", "text/plain")

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/":
            return self._send(BLANK.encode(), _TYPES[".html"])
        if path == "/office.js":
            # Under this name it finds its other parts beside itself, as from Microsoft's address.
            return self._send(
                (self.server.office_js / "dist/office.js").read_bytes()
                + STUB.replace("BRIDGE", self.server.address).encode(),
                _TYPES[".js"],
            )
        if path == "/document":
            return self._send(self.server.document, "application/octet-stream")
        found = self.server.file_at(path) or self.server.office_js / "dist" / path.removeprefix("/")
        if ".." not in path and found.is_file():
            return self._send(found.read_bytes(), _TYPES.get(found.suffix, "application/octet-stream"))
        return self._send(b"", "text/plain", 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.server.answers is not None
        self._send(self.server.answers.process(body), "application/json")


@contextmanager
def serving(office_js: Path) -> Iterator[Server]:
    """A running server."""
    server = Server(office_js)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Any]:
    """A Chromium without a window, through its driver."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(CHROMEDRIVER)))
    driver.set_script_timeout(60)
    try:
        yield driver
    finally:
        driver.quit()


def missing_parts() -> str:
    """What is not here that a page in Excel is tested with; '' where all of it is."""
    for program in (CHROMIUM, CHROMEDRIVER):
        if not program.exists():
            return f"{program} is not here"
    folder = os.environ.get(OFFICE_JS_VARIABLE, "")
    if not folder or not (Path(folder) / "dist/office.js").is_file():
        return f"{OFFICE_JS_VARIABLE} does not name the folder of npm's @microsoft/office-js"
    return ""


_RUN = """
const [done, code, given] = [arguments[arguments.length - 1], arguments[0], arguments[1]];
new Function("given", `return (async () => { ${code} })()`)(given).then(
  (found) => done({ found: found === undefined ? null : found }),
  (error) => done({ kind: error.kind || error.name, place: error.place || "", fault: error.fault || String(error), remedy: error.remedy || "" }),
);
"""


class PaneHost:
    """The page's host in a browser, as a host: what it throws is raised as what it says it is."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def run(self, code: str, given: Any = None) -> Any:
        """Return what some JavaScript comes to, `host` being the page's."""
        told = self.driver.execute_async_script(_RUN, code, given)
        if "found" in told:
            return told["found"]
        kind = getattr(errors, told["kind"], None)
        if kind is None:
            raise AssertionError(told)
        raise kind(told["place"], told["fault"], told["remedy"])

    def snapshot(self) -> Snapshot:
        return snapshot_from_json(self.run("return JSON.stringify(await host.snapshot())"))

    def apply(self, changes: ChangeSet) -> None:
        names = self.run(
            "return Excel.run(async (c) => { const s = c.workbook.worksheets.load('items/name'); await c.sync(); return s.items.map((x) => x.name); })"
        )
        sent = changes_to_json(changes, names)
        self.run("await host.apply(JSON.parse(given))", sent)
