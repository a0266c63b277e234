"""Every command stands in docs/isolation.md with what it relies on when rivals do the same."""

from flask import Flask

from tools import isolation


def test_the_page_names_every_command_that_commits(session_app: Flask) -> None:
    page = isolation.PAGE.read_text()
    missing = [
        endpoint
        for endpoint, address, *_ in isolation.committing(session_app)
        if f"| {endpoint} | `{address}` |" not in page
    ]
    assert missing == [], "run: python tools/isolation.py"


def test_the_page_sees_the_locks_of_a_publication(session_app: Flask) -> None:
    rows = isolation.rows(session_app)
    (row,) = [row for row in rows if row.startswith("| api_notices.publish ")]
    assert row.index("Tender") < row.index("Cooperation"), row
    assert "FeedCounter" in row
    assert "If-Match" in row
