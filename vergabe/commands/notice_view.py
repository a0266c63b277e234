"""`vergabe notice view`: any eForms notice as people read it."""

from pathlib import Path

import click

from vergabe import clock
from vergabe.exchange import parser
from vergabe.exchange.eforms import view as eforms_view
from vergabe.exchange.eforms.view import blocks as view_blocks


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="HTML-Seite in diese Datei."
)
@click.option(
    "--pdf", type=click.Path(dir_okay=False, path_type=Path), help="PDF/A in diese Datei."
)
def view(file: Path, html: Path | None, pdf: Path | None) -> None:
    """Eine eForms-Bekanntmachung lesbar zeigen, auch eine fremde."""
    size = file.stat().st_size
    if size > parser.MAX_BYTES:
        raise parser.too_large(size, parser.MAX_BYTES)
    xml = file.read_bytes()
    if html is not None:
        html.write_text(eforms_view.page(xml), encoding="utf-8")
        click.echo(f"{html}: HTML geschrieben")
    if pdf is not None:
        pdf.write_bytes(view_blocks.as_pdf(xml, at=clock.now()))
        click.echo(f"{pdf}: PDF geschrieben")
    if html is None and pdf is None:
        click.echo(view_blocks.as_text(xml))
