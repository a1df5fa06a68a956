"""Public holidays by country, from the library that knows them, of which only what is asked for is imported."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

_PACKAGE = "holidays.countries"


def is_known(code: str) -> bool:
    """Whether there are holidays for *code*, an ISO 3166-1 alpha-2 code in capitals."""
    from holidays.registry import COUNTRIES

    return len(code) == 2 and any(code in codes for _, *codes in COUNTRIES.values())


def of_country(code: str, subdivision: str = "") -> HolidayBase:
    """Those of a known country, and with those of a state or region of it; any year's are worked out when asked for."""
    # The package imports each of its 250 modules, and 8 MB stay with a daemon for as long as it runs. All that is
    # needed of it is its place, in which the one module is found: so it is there, and not executed.
    spec = find_spec(_PACKAGE)
    if _PACKAGE not in sys.modules and spec is not None:
        sys.modules[_PACKAGE] = module_from_spec(spec)
    from holidays import country_holidays

    return country_holidays(code, subdiv=subdivision or None)
