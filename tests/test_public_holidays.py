"""Public holidays: the same as the library's own, from fewer of its modules."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from syncd import public_holidays

ROOT = Path(__file__).parent.parent
EVERY = """
import json
from syncd import public_holidays
from holidays.registry import COUNTRIES
codes = sorted({names[1] for names in COUNTRIES.values()})
sparing = {code: sorted(map(str, public_holidays.of_country(code)["2026-01-01":"2026-12-31"])) for code in codes}
import sys
del sys.modules["holidays.countries"]
import holidays, holidays.countries
whole = {code: sorted(map(str, holidays.country_holidays(code)["2026-01-01":"2026-12-31"])) for code in codes}
known = sorted(holidays.list_supported_countries())
print(json.dumps([sparing == whole, len(codes), [c for c in known if public_holidays.is_known(c) != (len(c) == 2)]]))
"""
ONE = """
import sys
from syncd import public_holidays
assert "2026-11-30" in public_holidays.of_country("GB", "SCT") and "2026-11-30" not in public_holidays.of_country("GB")
print(sum(name.startswith("holidays.countries.") for name in sys.modules))
"""


def told(script: str) -> object:
    argv = [sys.executable, "-c", script]
    return json.loads(subprocess.run(argv, cwd=ROOT, check=True, capture_output=True).stdout)


def test_of_every_country_they_are_those_of_the_library():
    same, countries, doubtful = told(EVERY)
    assert same
    assert countries > 200
    assert doubtful == []


def test_only_the_modules_of_the_country_are_imported():
    assert told(ONE) < 5


@pytest.mark.parametrize("code", ["", "G", "XX", "GBR", "gb"])
def test_what_is_no_country(code):
    assert not public_holidays.is_known(code)
