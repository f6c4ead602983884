"""A real browser without a window, led by its driver."""

import re
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from selenium import webdriver

from tests.harness.artefact import REPOSITORY
from tests.harness.polling import wait_until
from tests.harness.process import Process
from tests.harness.service import Service

UNPACKED = REPOSITORY / "target" / "chromium" / "root"
START_SECONDS = 60.0
ANSWER_SECONDS = 30.0

IN_THE_PAGE = """
const done = arguments[arguments.length - 1];
(async () => { %s })().then(value => done({value}), error => done({error: String(error)}));
"""


class Browser(Service):
    """Chromium with a profile of its own in `directory`.

    `ports` maps `host:port` as URLs have it to ports of this machine; every other host is unknown. The browser takes the
    certificates of `authority` (the hash of its public key) for good. Whether it takes cookies of other sites than that of
    the page is a setting, and vendors have different defaults for it.
    """

    def __init__(self, directory: Path, ports: Mapping[str, int], authority: str, takes_third_party_cookies: bool = True) -> None:
        self._directory = directory
        self._takes_third_party_cookies = takes_third_party_cookies
        self._rules = [*(f"MAP {host} 127.0.0.1:{port}" for host, port in ports.items()), "MAP * ~NOTFOUND"]
        self._authority = authority
        libraries = ":".join(sorted({str(file.parent) for file in UNPACKED.rglob("lib*.so*")}))
        environment = {"LD_LIBRARY_PATH": libraries} if libraries else {}
        self._driver = Process(
            [_program("chromedriver", UNPACKED / "usr/bin/chromedriver"), "--port=0"],
            output=directory / "chromedriver.log",
            environment={"HOME": str(directory), **environment},
        )

    def _start(self, running: ExitStack) -> None:
        running.callback(self._driver.stop)
        port = self._driver.start(self._driver_port, START_SECONDS, "chromedriver to start")
        self._address = f"http://127.0.0.1:{port}"
        self._open()
        running.callback(lambda: self._session.quit())

    def restart(self) -> None:
        """Ends the browser as its user does, and starts it again with the same profile."""
        self._session.quit()
        self._open()

    def open(self, url: str) -> None:
        """Goes to a page as a user does who types its address."""
        self._session.get(url)

    def follow(self, url: str) -> None:
        """Goes to a page by a link in the page that it is on."""
        self._session.execute_script(
            "const link = document.createElement('a'); link.href = arguments[0]; link.textContent = 'link'; document.body.replaceChildren(link)", url
        )
        self._session.find_element("tag name", "a").click()
        wait_until(lambda: self._session.current_url == url, ANSWER_SECONDS, url)

    def text(self) -> str:
        """The text of the page."""
        return str(self.run("return document.body.innerText"))

    def run(self, script: str, *arguments: Any) -> Any:
        """Runs the body of an async function in the page; it finds `arguments` under the names a, b, c. Returns what it returns."""
        names = "".join(f"const {name} = arguments[{number}];" for number, name in enumerate("abc"[: len(arguments)]))
        answer = self._session.execute_async_script(names + IN_THE_PAGE % script, *arguments)
        if "error" in answer:
            raise RuntimeError(f"{answer['error']} in: {script}")
        return answer.get("value")

    def fetch(self, url: str, **options: Any) -> dict[str, Any]:
        """What a script in the page gets for `fetch`: `status`, `headers` that it may see, and `body` read as JSON."""
        return self.run(
            "const answer = await fetch(a, b); const text = await answer.text();"
            "return {status: answer.status, headers: Object.fromEntries(answer.headers), body: text ? JSON.parse(text) : null}",
            url,
            options,
        )

    def cookies(self) -> list[dict[str, Any]]:
        """All that the browser keeps, of whatever site, with their attributes."""
        return list(self._devtools("Storage.getCookies")["cookies"])

    def clear_cookies(self) -> None:
        self._devtools("Storage.clearCookies")

    def _devtools(self, command: str, **parameters: Any) -> Any:
        return self._session.execute("executeCdpCommand", {"cmd": command, "params": parameters})["value"]

    def _open(self) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = str(_program("chromium", UNPACKED / "usr/lib/chromium/chromium"))
        for argument in (
            "--headless",
            # Root, and containers, have none.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            # It ends with its driver.
            "--remote-debugging-pipe",
            f"--user-data-dir={self._directory / 'profile'}",
            f"--host-resolver-rules={','.join(self._rules)}",
            f"--ignore-certificate-errors-spki-list={self._authority}",
        ):
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"profile.cookie_controls_mode": 0 if self._takes_third_party_cookies else 1})
        self._session = webdriver.Remote(self._address, options=options)
        self._session.set_script_timeout(ANSWER_SECONDS)
        self._session.set_page_load_timeout(ANSWER_SECONDS)

    def _driver_port(self) -> int | None:
        found = re.search(r"started successfully on port (\d+)", self._driver.output.read_text())
        return int(found[1]) if found else None


def _program(name: str, unpacked: Path) -> Path:
    """What `make test-browser` has unpacked, or else the system's."""
    found = unpacked if unpacked.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: run `make test-browser`")
    return Path(found)
