"""How ``syncd init`` gets an answer: from a flag, from the person, or from what this machine proposes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from syncd.config.values import Place, Wrong
from syncd.errors import BadUsage

T = TypeVar("T")
NONE = "-"


@dataclass(frozen=True, slots=True)
class Answers:
    """Where answers come from. ``folder`` is the config's, ``environ`` the person's."""

    asks: bool
    folder: str
    environ: Mapping[str, str]

    @property
    def place(self) -> Place:
        """What values are read with."""
        return Place(self.folder, self.environ)

    def agrees(self, question: str) -> bool:
        """Whether the person says yes; no where nobody is asked."""
        return self.asks and self._hear(f"{question} [y/N] ").lower() in ("y", "yes")

    def wants(self, flag: bool | None, question: str) -> bool:
        """What *flag* says, else the person at a terminal, who says yes with Enter alone; no where nobody is there."""
        if flag is not None or not self.asks or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return bool(flag)
        return self._hear(f"{question} [Y/n] ").lower() in ("", "y", "yes")

    def settle(self, flag: str, given: str | None, question: str, proposed: str, read: Callable[[str], T]) -> T:
        """What *read* makes of the flag, the proposal, or an answer, which is asked for again until it can be used."""
        if given is not None or not self.asks:
            try:
                return read(proposed if given is None else given)
            except Wrong as wrong:
                raise BadUsage(f"{flag}: {wrong}") from None
        hint = f" [{proposed}]" if proposed else ""
        while True:
            answer = self._hear(f"{question}{hint}: ") or proposed
            try:
                return read("" if answer == NONE else answer)
            except Wrong as wrong:
                print(f"  {wrong}")

    def _hear(self, prompt: str) -> str:
        try:
            return input(prompt).strip()
        except EOFError:
            print()
            raise BadUsage("no answer; give flags (`syncd init --help`), and --yes for the rest") from None
