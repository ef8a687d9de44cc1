"""Open a demonstration: its own folder, marked as such, filled once with made-up people and cases.

Owns the folder and its mark. Filling plays whole cases through the operations, see ``stories.py``;
a folder whose filling was cut short is emptied and filled again.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flask import Flask

from disclosure.config import Settings
from disclosure.demonstration.marketplace import MAPPING_NAME, install_marketplace
from disclosure.demonstration.stories import fill

MARK = "this-is-a-demonstration"
FILLED = "filled"

PLATFORM = "Qinghe Market 清河集市"
ENTITY = "Qinghe Market Technology Co., Ltd."


@dataclass
class SettableClock:
    """The clock that the stories move; afterwards the machine's clock takes over."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the instant that was set."""
        return self.now


Build = Callable[[Settings, SettableClock], Flask]


def is_demonstration(folder: Path) -> bool:
    """Tell whether a folder was made for a demonstration."""
    return (folder / MARK).exists()


def fill_once(
    settings: Settings, *, now: datetime, build: Build, say: Callable[[str], None]
) -> Settings:
    """Fill the demonstration unless it is filled, and return its settings.

    Args:
        settings: Of the demonstration's folder.
        now: Where the stories end.
        build: Sets up the folder and builds the application on a settable clock.
        say: Tells the person who waits.
    """
    folder = settings.instance
    settings = replace(
        settings,
        sources=folder / MAPPING_NAME,
        smtp_url=None,
        platform_name=PLATFORM,
        legal_entity=ENTITY,
        mail_from="disclosure@qinghe-market.example",
    )
    mark = folder / MARK
    if mark.exists() and mark.read_text("utf-8").strip() == FILLED:
        return settings
    if mark.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.write_text("being filled\n", "utf-8")
    say("filling the demonstration with made-up people and cases; this takes a minute or two")
    install_marketplace(folder, now)
    clock = SettableClock(now)
    fill(build(settings, clock), clock, now)
    mark.write_text(FILLED + "\n", "utf-8")
    return settings
