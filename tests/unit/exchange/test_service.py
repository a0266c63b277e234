"""SOAP envelopes there and back, as data."""

import pytest
from lxml import etree

from tests.factories import exchange_messages as more
from vergabe.errors import InvalidInput
from vergabe.exchange import parser
from vergabe.exchange.xvergabe import service
from vergabe.exchange.xvergabe.codec import BrokenDocument
from vergabe.exchange.xvergabe.operations import REQUESTS, RESPONSES, BaseResponse, Request
from vergabe.exchange.xvergabe.service import Credentials, Fault, FaultCode, SoapVersion
from vergabe.resources import folder

REQUEST = more.calls()["msgGetMessagesRequest"]
RESPONSE = more.calls()["msgGetMessagesResponse"]
assert isinstance(REQUEST, Request)
assert isinstance(RESPONSE, BaseResponse)


def code_of(content: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        service.parse_request(content)
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("version", SoapVersion)
@pytest.mark.parametrize("name", more.calls())
def test_every_call_survives_the_envelope(name: str, version: SoapVersion) -> None:
    part = more.calls()[name]
    if isinstance(part, Request):
        call = service.parse_request(service.build_request(part, version=version))
        assert (call.request, call.version, call.credentials) == (part, version, None)
    else:
        assert service.parse_response(service.build_response(part, version=version)) == part


def test_credentials_arrive_and_are_never_shown() -> None:
    sent = Credentials(user="firm-4711", password=" geheim & <sicher> ")
    call = service.parse_request(service.build_request(REQUEST, credentials=sent))
    assert call.credentials == sent
    assert "geheim" not in repr(call)


def test_password_digest_is_refused() -> None:
    content = service.build_request(REQUEST, credentials=Credentials("a", "b"))
    assert code_of(content.replace(b"#PasswordText", b"#PasswordDigest")) == "AUTHENTICATION_FAILED"


@pytest.mark.parametrize("version", SoapVersion)
@pytest.mark.parametrize("code", FaultCode)
def test_every_fault_survives_the_envelope(version: SoapVersion, code: FaultCode) -> None:
    for detail in (more.fault().detail, None):
        fault = Fault(code, "Wartung bis 12 Uhr <bald>.", detail)
        assert service.parse_response(service.build_fault(fault, version=version)) == fault


def test_envelope_that_is_none_is_refused() -> None:
    good = service.build_request(REQUEST)
    soap = SoapVersion.V11.value.encode()
    assert code_of(b"<a/>") == "soap_envelope"
    assert code_of(good.replace(soap, b"urn:soap:9")) == "soap_version"
    assert code_of(b"<e:Envelope xmlns:e='%s'/>" % soap) == "soap_envelope"
    assert code_of(b"<e:Envelope xmlns:e='%s'><e:Body/></e:Envelope>" % soap) == "soap_envelope"
    assert code_of(b"<!DOCTYPE a><a/>") == "xml_doctype"


def test_unknown_operation_and_a_response_as_request_are_refused() -> None:
    good = service.build_request(REQUEST)
    assert code_of(good.replace(b"msgGetMessages", b"msgNothing")) == "OPERATION_NOT_SUPPORTED"
    assert code_of(service.build_response(RESPONSE)) == "OPERATION_NOT_SUPPORTED"


def test_request_against_the_schema_says_where() -> None:
    content = service.build_request(REQUEST).replace(b"<svc:limit>50<", b"<svc:limit>201<")
    with pytest.raises(InvalidInput) as caught:
        service.parse_request(content)
    assert caught.value.code == "SCHEMA_INVALID"
    assert caught.value.violations[0].field == "msgGetMessagesRequest/selector/limit"


def with_header(header: bytes) -> bytes:
    content = service.build_request(REQUEST)
    return content.replace(b"<soap:Body>", b"<soap:Header>" + header + b"</soap:Header><soap:Body>")


def test_header_that_must_be_understood_and_is_not_is_refused() -> None:
    needed = b"<x:A xmlns:x='urn:x' soap:mustUnderstand='1'%s/>"
    assert code_of(with_header(needed % b"")) == "soap_must_understand"
    nearest = b" soap:actor='http://schemas.xmlsoap.org/soap/actor/next'"
    assert code_of(with_header(needed % nearest)) == "soap_must_understand"


def test_header_for_others_or_without_need_is_left_alone() -> None:
    for header in (
        b"<x:A xmlns:x='urn:x'/>",
        b"<x:A xmlns:x='urn:x' soap:mustUnderstand='0'/>",
        b"<x:A xmlns:x='urn:x' soap:mustUnderstand='1' soap:actor='urn:somebody'/>",
    ):
        assert service.parse_request(with_header(header)).request == REQUEST


def test_response_that_is_neither_answer_nor_error_never_leaves() -> None:
    empty = more.calls()["msgSendMessageResponse"]
    assert isinstance(empty, BaseResponse)
    with pytest.raises(BrokenDocument):
        service.build_response(more.changed(empty, message_id=None, received_at=None, status=None))


def test_limit_of_the_caller_counts_for_envelopes() -> None:
    with pytest.raises(InvalidInput) as caught:
        service.parse_request(service.build_request(REQUEST), max_bytes=100)
    assert caught.value.code == "xml_too_large"


def test_wsdl_names_every_operation_and_the_address_it_is_served_at() -> None:
    root = parser.parse(service.wsdl("https://platform.example/xvergabe/1?a=b&c=d"))
    wsdl = "{http://schemas.xmlsoap.org/wsdl/}"
    parts = {str(part.get("element")) for part in root.iter(f"{wsdl}part")}
    assert parts == {f"svc:{kind.TAG}" for kind in (*REQUESTS, *RESPONSES)} | {"svc:faultDetail"}
    operations = [str(one.get("name")) for one in root.iterfind(f"{wsdl}portType/{wsdl}operation")]
    assert operations == [kind.TAG.removesuffix("Request") for kind in REQUESTS]
    addresses = {
        one.get("location") for one in root.iter() if etree.QName(one).localname == "address"
    }
    assert addresses == {"https://platform.example/xvergabe/1?a=b&c=d"}
    told = root.findtext(f"{wsdl}documentation", "")
    assert told.startswith(
        "Modelled on XVergabe 4.x; not the official interface, not conformant, not certified."
    )


def test_wsdl_imports_lie_beside_it() -> None:
    home = folder("schemas") / "xvergabe" / "1"
    for file in home.iterdir():
        root = parser.parse(file.read_bytes())
        for node in root.iter("{http://www.w3.org/2001/XMLSchema}import"):
            assert (home / str(node.get("schemaLocation"))).is_file()


def test_wsdl_at_no_address_is_a_programming_error() -> None:
    for address in ("/xvergabe/1", "javascript:alert(1)", "https:", ""):
        with pytest.raises(ValueError, match="address"):
            service.wsdl(address)
