"""How results are printed; loads neither web nor database."""

from collections.abc import Callable
from typing import Any

import click
import orjson

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Ergebnis als JSON ausgeben."
)


def print_json(value: Any) -> None:
    """Print a value as indented JSON, UTF-8."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS, default=str)
    click.echo(text.decode())
