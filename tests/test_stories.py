"""Every story in ``tests/stories`` comes out as it is told."""

from pathlib import Path

import pytest

from tests.story import Story, stories


@pytest.mark.parametrize("path", stories(), ids=lambda p: p.stem)
def test_story(path: Path, tmp_path: Path) -> None:
    story = Story(path, tmp_path)
    story.play()
    assert story.told["steps"]
