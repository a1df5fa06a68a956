"""Every story in ``tests/stories`` comes out the same with Google Calendar and Gmail."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.fake_google.server import FakeGoogle
from tests.sides import GoogleSide
from tests.story import Story, stories


@pytest.mark.parametrize("path", stories(), ids=lambda p: p.stem)
def test_story(path: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:

        def side(person: dict[str, Any]) -> GoogleSide:
            google = stack.enter_context(FakeGoogle(person["email"], time_zone=person["zone"]))
            return GoogleSide(google, tmp_path, person["email"])

        story = Story(path, tmp_path, side)
        story.play()
        assert story.told["steps"]
