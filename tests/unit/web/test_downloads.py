"""Names of downloads: whatever they hold, the head stays one line of Latin letters."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.web.downloads import content_disposition


def name_in(header: str) -> str:
    encoded = re.search(r"filename\*=UTF-8''(\S+)$", header)
    return unquote(encoded[1]) if encoded else header.split('"')[1]


@pytest.mark.parametrize(
    "name", ["Plan.pdf", "Großer Plan.pdf", "Łódź – Straße (2) [x].pdf", 'a"b;c\\d.pdf', "計画.pdf"]
)
def test_the_name_comes_through(name: str) -> None:
    assert name_in(content_disposition(name)) == name


@given(st.text(min_size=1, max_size=80))
def test_whatever_the_name_the_head_can_be_sent(name: str) -> None:
    header = content_disposition(name)
    header.encode("ascii")
    assert "\n" not in header
    assert "\r" not in header
    assert header.startswith("attachment; ")


def test_inline() -> None:
    assert content_disposition("a.pdf", inline=True) == 'inline; filename="a.pdf"'
