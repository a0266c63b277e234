import socket
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.exchange import parser
from vergabe.exchange.parser import UnreadableXml

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol0 "lol">'
    + b"".join(b'<!ENTITY lol%d "%s">' % (n, b"&lol%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><lolz>&lol9;</lolz>"
)


def refused(content: bytes) -> UnreadableXml:
    with pytest.raises(UnreadableXml) as caught:
        parser.parse(content)
    return caught.value


def outcome(content: bytes) -> UnreadableXml | None:
    """What became of it: None if it was read. Anything but a refusal comes through."""
    try:
        parser.parse(content)
    except UnreadableXml as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    "template",
    [
        LAUGHS,
        LAUGHS.decode().encode("utf-16"),
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:PORT/evil.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:PORT/x">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:PORT/p"> %p;]><a/>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "x">]><a/>',
        b"<!-- first --><?pi?><!DOCTYPE a><a/>",
        b"\xef\xbb\xbf<!DOCTYPE a><a/>",
    ],
)
def test_every_doctype_is_refused_at_once_and_nothing_is_fetched(template: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        content = template.replace(b"PORT", b"%d" % server.getsockname()[1])
        started = time.process_time()
        assert refused(content).code == "xml_doctype"
        assert time.process_time() - started < 1
        with pytest.raises(BlockingIOError):
            server.accept()


def test_doctype_in_an_encoding_that_hides_it_is_refused() -> None:
    content = b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a><a/>'
    assert refused(content).code == "xml_encoding"
    assert refused("<a/>".encode("utf-32")).code == "xml_broken"


def test_fifty_megabytes_are_refused_before_they_are_parsed() -> None:
    bomb = b"<a>" + b"x" * (50 * 1024 * 1024) + b"</a>"
    started = time.process_time()
    refusal = refused(bomb)
    assert refusal.code == "xml_too_large"
    assert "50,0 MiB" in refusal.message
    assert "10,0 MiB" in refusal.message
    assert time.process_time() - started < 1


def test_millions_of_tiny_elements_are_refused_before_they_fill_the_memory() -> None:
    bomb = b"<a>" + b"<b/>" * 2_000_000 + b"</a>"
    tracemalloc.start()
    assert refused(bomb).code == "xml_too_large"
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_an_element_with_a_hundred_thousand_attributes_is_refused() -> None:
    attributes = b"".join(b'b%d="" ' % number for number in range(100_000))
    assert refused(b"<a " + attributes + b"/>").code == "xml_too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"<a " + b"".join(b'b%d="" ' % n for n in range(200_000)) + b"/>",
        b"<a>" * 5_000 + b"</a>" * 5_000,
        b"<a>" + b"<b:c xmlns:b='u'/>" * 150_000 + b"</a>",
        b"<" + b"a" * 9_000_000 + b"/>",
        b"<a>" + b"&#65;" * 1_900_000 + b"</a>",
        b"<a>" + b"<![CDATA[]]>" * 300_000 + b"</a>",
        b"<a>" + b"]]" * 4_000_000 + b"</a>",
        b"<!--" + b"-" * 9_000_000,
        b"<?x " + b"?" * 9_000_000,
    ],
    ids=[
        "attributes",
        "depth",
        "namespaces",
        "name",
        "references",
        "cdata",
        "brackets",
        "comment",
        "pi",
    ],
)
def test_hostile_documents_within_the_limit_come_to_an_end(content: bytes) -> None:
    started = time.process_time()
    outcome(content)
    assert time.process_time() - started < 10


@given(st.binary(max_size=200))
def test_any_bytes_give_an_element_or_a_german_refusal(content: bytes) -> None:
    refusal = outcome(content)
    if refusal is not None:
        assert refusal.code in ("xml_empty", "xml_encoding", "xml_doctype", "xml_broken")
        assert "Bitte" in refusal.message


@given(st.text(max_size=80))
def test_any_text_beside_a_root_gives_an_element_or_a_refusal(text: str) -> None:
    for content in (f"<a>{text}</a>", f"{text}<a/>", f"<a {text}/>"):
        refusal = outcome(content.encode("utf-8", "surrogatepass"))
        assert refusal is None or refusal.status == 422


def test_place_of_an_error_is_told() -> None:
    refusal = refused(b"<a>\n<b>\n</a>")
    assert refusal.code == "xml_broken"
    assert refusal.line == 3
    assert "Zeile 3" in refusal.message
    assert "passen nicht zusammen" in refusal.message


def test_comments_do_not_cut_a_text_in_two() -> None:
    root = parser.parse(b"<a>Los <!-- x -->1<?y?> und <![CDATA[2 < 3]]></a>")
    assert root.text == "Los 1 und 2 < 3"
    assert len(root) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_usual_encodings_are_read(encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><a>Jülich</a>'.encode(encoding)
    assert parser.parse(content).text == "Jülich"


# The operator's own SDK is larger than what is let in from anybody else.
SDK_READERS = {
    f"exchange/eforms/official/{name}.py"
    for name in ("schema", "schematron_rules", "sdk_codes", "sdk_labels")
}


def test_nobody_else_reads_xml_by_itself_but_the_sdk() -> None:
    package = Path(parser.__file__).parents[1]
    uses = [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for call in (
            "etree.fromstring(",
            "etree.parse(",
            "etree.XML(",
            "etree.iterparse(",
            "ElementTree",
        )
        if call in path.read_text(encoding="utf-8")
    ]
    assert set(uses) == {"exchange/parser.py"} | SDK_READERS
