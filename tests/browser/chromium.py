"""A real Chromium, cut off from every host but this one; installed from Debian when that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page may try, only the machine itself has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


class NoChromiumError(Exception):
    """There is no Chromium, and it may not be installed from here."""


def chromium_path() -> str:
    """Where Chromium is; gets Debian's when there is none and this runs as root."""
    if not _found() and os.geteuid() == 0 and shutil.which("apt-get"):
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], check=False, env=environ)
        subprocess.run(["apt-get", "install", "-q", "-y", "chromium"], check=False, env=environ)
    path = _found()
    if path is None:
        raise NoChromiumError("the browser tests need Chromium: install it (Debian: apt-get install chromium)")
    return path


def _found() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), headless=True, args=list(FLAGS))
        yield browser
        browser.close()


class Watched:
    """A page, and everything about it that must not be: words on the console, errors, requests to other hosts."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", self._requested)

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium itself notes every answer of 404; asking for a node or page that is not there is part of a test.
        path = message.location["url"].split("?")[0]
        is_asked_for = path.removesuffix("/charts").removesuffix("/plan").endswith(("/nobody", "/nowhere"))
        if message.type in ("error", "warning") and not is_asked_for:
            self.complaints.append(f"{message.type}: {message.text}")

    def _requested(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != "127.0.0.1":
            self.complaints.append(f"request to another host: {request.url}")
