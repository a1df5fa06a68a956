"""One account as the daemon works on it: its config, its connections, its store, and the daemon's lock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from syncd.config import Reading
    from syncd.cycle import Outcome
    from syncd.headline import Known
    from syncd.journal import Journal
    from syncd.ports import Clock
    from syncd.settings import Settings

log = logging.getLogger(__name__)


class Account:
    """``daemon.Work`` for real, once it is ``hold``-ing its store. Raises ``BadConfig``."""

    def __init__(self, path: Path | None, environ: Mapping[str, str], clock: Clock, journal: Journal) -> None:
        from syncd import config
        from syncd.back_ends import Connections

        self._path, self._environ, self._clock, self._journal = path, environ, clock, journal
        self._lock = ExitStack()
        self._stands: Callable[[], bool] = lambda: True
        self._held: Path | None = None
        self._connections = Connections(clock)
        reading = config.read(path, environ)
        self._take_over(reading)

    @property
    def poll(self) -> timedelta:
        return self.settings.daemon.poll

    def now(self) -> datetime:
        from datetime import datetime

        return datetime.now(self.settings.user.zone)

    def cycle(self, now: datetime, warn: Callable[[str], None], progress: Callable[[str], None]) -> Outcome:
        from syncd.app import Manner, run_cycle

        self._keep_out_others()
        manner = Manner(warn=warn, progress=progress, clock=self._clock)
        return run_cycle(self.settings, now, manner, self._connections)

    def known(self) -> Known:
        return _known(self.settings)

    def sign_in(self) -> object:
        from syncd.sign_in.places import paths

        try:
            found = paths(self.settings).token.stat()
        except OSError as problem:
            return problem.errno
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode, found.st_uid

    def travelled(self) -> str:
        from syncd import config

        zone = config.system_zone(self._environ) if self._follows_machine else None
        if zone is None or zone == self.settings.user.zone:
            return ""
        self._use(replace(self.settings, user=replace(self.settings.user, zone=zone)))
        return zone.key

    def reload(self) -> None:
        from syncd import config

        reading = config.read(self._path, self._environ)
        if self._held != reading.settings.state:
            self._hold(reading.settings)
        self._take_over(reading)

    def reread(self) -> None:
        """Take over the config while nothing is held. Raises, and keeps the old one, where it can't be used."""
        from syncd import config

        self._take_over(config.read(self._path, self._environ))

    def hold(self) -> None:
        """Take the lock of the store, and see that it can be used. Raises as ``cycle`` does, ``Locked`` among it."""
        self._hold(self.settings)

    def close(self) -> None:
        """Give up the lock."""
        self._lock.close()

    def _hold(self, settings: Settings) -> None:
        """Hold the store of *settings* in the place of the one before. Where that fails, nothing is changed."""
        from syncd.lock import running
        from syncd.store import Damaged

        with ExitStack() as lock:
            stands = lock.enter_context(running(settings.state))
            with suppress(Damaged):  # which the first cycle moves aside, and builds anew
                _known(settings)
            self._lock.close()
            self._lock, self._held, self._stands = lock.pop_all(), settings.state, stands

    def _keep_out_others(self) -> None:
        """Take the lock again where its file was taken away. Raises ``StartAnew`` where another has it by now."""
        from syncd.errors import Locked, StartAnew

        if self._stands():
            return
        try:
            self._hold(self.settings)
        except Locked as other:
            raise StartAnew(f"{other}, since the folder of its store was put in place anew; this one ends") from other
        log.warning("%s was put in place anew; took the lock in it", self.settings.state.parent)

    def _take_over(self, reading: Reading) -> None:
        for line in reading.warnings:
            log.warning("%s", line)
        self._follows_machine = _zone_unsaid(reading)
        self._use(reading.settings)

    def _use(self, settings: Settings) -> None:
        self.settings = settings
        self._journal.zone = settings.user.zone
        self._journal.as_json = settings.daemon.log == "json"


def _known(settings: Settings) -> Known:
    from datetime import datetime

    from syncd.app import opened
    from syncd.headline import Known
    from syncd.plan.business import BusinessCalendar
    from syncd.standing import standing
    from syncd.store import LAST_RUN

    with opened(settings, log.debug) as app:
        last, user = app.store.get(LAST_RUN), app.settings.user
        synced = datetime.fromisoformat(last) if last else None
        paused = BusinessCalendar(user).away_until(datetime.now(user.zone).date())
        return Known(standing(app.store.entries()), synced, paused)


def _zone_unsaid(reading: Reading) -> bool:
    return ("account", "timezone") not in reading.lines
