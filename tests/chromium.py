"""A real Chromium, driven by Playwright from a thread of its own.

Playwright leaves its event loop running in the thread that uses it, where ``asyncio.run`` then
fails for everybody else. So the browser lives in one other thread, and tests hold stand-ins whose
calls run there. Use ``expect`` from here, which understands the stand-ins.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from playwright import sync_api

from tests.services import require_program

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip

_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chromium")


def _there(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the function in the browser's thread; give stand-ins for what belongs there."""
    __tracebackhide__ = True
    real_args, real_kwargs = _real(args), _real(kwargs)
    return _stand_in(_THREAD.submit(function, *real_args, **real_kwargs).result())


class StandIn:
    """Stands for a Playwright object: every use of it runs in the browser's thread."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return _there(getattr, self._target, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return _there(self._target, *args, **kwargs)

    def __enter__(self) -> Any:
        return _there(self._target.__enter__)

    def __exit__(self, *failure: object) -> Any:
        return _there(self._target.__exit__, *failure)

    def __repr__(self) -> str:
        return f"<in the browser's thread: {self._target!r}>"


def _stand_in(value: Any) -> Any:
    if isinstance(value, list):
        return [_stand_in(item) for item in value]
    if isinstance(value, BaseException):
        return value
    if callable(value) or type(value).__module__.startswith("playwright."):
        return StandIn(value)
    return value


def _real(value: Any) -> Any:
    if isinstance(value, StandIn):
        return value._target
    if isinstance(value, dict):
        return {key: _real(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_real(item) for item in value)
    return value


expect = StandIn(sync_api.expect)


@dataclass(slots=True)
class Chromium:
    """Opens pages, each in a profile of its own, and keeps what went wrong in them.

    Attributes:
        broken: Uncaught script errors and refusals by the Content-Security-Policy.
    """

    browser: StandIn
    contexts: list[StandIn] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def open_page(
        self, *, width: int = 1280, height: int = 800, locale: str = "en-GB", **options: Any
    ) -> Any:
        """Open an empty page as a person who has never been here.

        Args:
            width: Of the window, in CSS pixels.
            height: Of the window, in CSS pixels.
            locale: Language that the browser asks for.
            options: Passed on to Playwright's ``new_context``.
        """
        viewport = {"width": width, "height": height}
        context = self.browser.new_context(viewport=viewport, locale=locale, **options)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        context.on("console", lambda message: self._note(message.type, message.text))
        context.on("weberror", lambda error: self.broken.append(str(error.error)))
        return context.new_page()

    def _note(self, level: str, text: str) -> None:
        if level == "error" and "Content Security Policy" in text:
            self.broken.append(text)

    def close(self) -> None:
        """Close every page that was opened."""
        for context in self.contexts:
            context.close()


@contextlib.contextmanager
def running_browser() -> Iterator[StandIn]:
    """Run Chromium until the block ends."""
    program = require_program("chromium", "chromium-browser", "google-chrome")
    playwright = _there(sync_api.sync_playwright().start)
    try:
        with tempfile.TemporaryDirectory(prefix="chromium-") as folder:
            browser = playwright.chromium.launch(
                executable_path=program, args=list(FLAGS), downloads_path=folder
            )
            try:
                yield browser
            finally:
                browser.close()
    finally:
        playwright.stop()
