"""The committed examples are what the code writes, and each is valid."""

from pathlib import Path

import pytest

from tests.factories import exchange_messages as more
from vergabe.exchange import binding, xsd
from vergabe.exchange.validate import validate_bytes, validate_file
from vergabe.exchange.xvergabe.codes import MessageType
from vergabe.exchange.xvergabe.datatypes import SCHEMA
from vergabe.exchange.xvergabe.operations import REQUESTS, RESPONSES
from vergabe.exchange.xvergabe.service import PREFIXES
from vergabe.resources import folder

HOME = folder("xml") / "xvergabe" / "1"
FILES = sorted(HOME.rglob("*.xml"))


def test_committed_examples_are_what_the_code_writes() -> None:
    committed = {str(file.relative_to(HOME)): file.read_bytes() for file in FILES}
    assert committed == more.examples()


def test_there_is_an_example_of_every_message_document_and_operation() -> None:
    names = {str(file.relative_to(HOME)).removesuffix(".xml") for file in FILES}
    carried = {one.header.details.message_type for one in more.messages().values()}
    assert carried == set(MessageType)
    assert {f"service/{kind.TAG}" for kind in (*REQUESTS, *RESPONSES)} <= names
    sealed = {"documents/Manifest", "documents/OfferContent", "documents/ParticipationContent"}
    notices = {"documents/Notice", "documents/ChangeNotice", "documents/CancellationNotice"}
    assert sealed | notices <= names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_example_is_valid(file: Path) -> None:
    assert validate_file(file) == []


@pytest.mark.parametrize("name", [*more.documents(), *more.messages(), *more.calls()])
def test_without_any_one_element_schema_and_classes_agree(name: str) -> None:
    """Each element is taken out once: what the schema lets pass, the classes can hold."""
    part = ({**more.messages(), **more.documents(), **more.calls()})[name]
    root, _ = binding.write(part, nsmap=PREFIXES)
    refused = 0
    for element in list(root.iter()):
        parent = element.getparent()
        if parent is None:
            continue
        place = parent.index(element)
        parent.remove(element)
        if xsd.schema(SCHEMA).findings(root):
            refused += 1
        else:
            assert binding.read(root, type(part)) != part
        parent.insert(place, element)
    assert refused > 0 or part.TAG in ("msgGetTenderIDsRequest", "msgGetOSCITransferIDRequest")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_example_with_a_strange_element_anywhere_is_not_valid(file: Path) -> None:
    content = file.read_bytes()
    for ending in (b"</doc:", b"</msg:", b"</svc:"):
        at = content.rfind(ending)
        if at < 0:
            continue
        spoiled = content[:at] + b"<doc:x xmlns:doc='urn:x'/>" + content[at:]
        assert validate_bytes(spoiled) != []
