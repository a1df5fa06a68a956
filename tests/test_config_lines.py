"""The lines on which keys stand, in whatever way TOML lets one write them."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from syncd.config.lines import line_of, lines

TEXT = '''\
# a comment with [brackets] and = signs
top = 1

[account]   # whose
email = "a = [b]"  # "quotes" in a comment
  aliases = [   # over several lines
    "x]y",      # ] here
    'z"',
    """three
not_a_key = 1
""",
  ]
"working_hours" = \'\'\'
also_no_key = 2
it's\'\'\'\'
[rules.follow_up]
every = "7d"
[ rules . "thank_you" ]
after = { one = 1, two = [2,
 3] }
pointless_after = "5d"
[daemon]
log . deep = """a\\"""
b = 3"""
[[array]]
of = true
'''


def test_each_key_has_its_line():
    tomllib.loads(TEXT)
    found = lines(TEXT)
    whole = {".".join(name): line for name, line in found.items()}
    assert whole == {
        "top": 2,
        "account": 4,
        "account.email": 5,
        "account.aliases": 6,
        "account.working_hours": 13,
        "rules": 16,
        "rules.follow_up": 16,
        "rules.follow_up.every": 17,
        "rules.thank_you": 18,
        "rules.thank_you.after": 19,
        "rules.thank_you.pointless_after": 21,
        "daemon": 22,
        "daemon.log": 23,
        "daemon.log.deep": 23,
        "array": 25,
        "array.of": 26,
    }


def test_windows_line_ends_count_like_others():
    assert lines('[a]\r\nb = 1\r\n\r\nc = "x"\r\n') == {("a",): 1, ("a", "b"): 2, ("a", "c"): 4}


def test_what_has_no_line_falls_back_to_the_table_around_it():
    found = lines("\n[rules]\nfollow_up = { every = 3 }\n")
    assert line_of(found, ("rules", "follow_up", "every")) == 3
    assert line_of(found, ("rules", "thank")) == 2
    assert line_of(found, ("account", "email")) is None


KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
STRINGS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@given(st.dictionaries(KEYS, STRINGS | st.integers() | st.lists(STRINGS, max_size=3), min_size=1, max_size=6))
def test_every_line_found_holds_its_key(values):
    written = "[table]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
    tomllib.loads(written)
    found = lines(written)
    for key in values:
        assert written.split("\n")[found["table", key] - 1].startswith(f"{key} = ")


def _toml(value):
    if isinstance(value, list):
        return "[\n" + ",\n".join(_toml(item) for item in value) + "\n]"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.text())
def test_no_text_raises(text):
    assert all(line >= 1 for line in lines(text).values())
