"""What PDF/A-2 (ISO 19005-2) and PDF/UA-1 (ISO 14289-1) ask of a file, checked over every object of a briefing."""

import io
import re

import pytest
from fake_run import CONFIG, make_run
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from minelib.briefing import brief

# XMP namespaces PDF/A-2 knows; another one has to be described in the file (6.6.2.3).
KNOWN = {
    "dc", "xmp", "xmpMM", "xmpTPg", "pdf", "pdfaid", "rdf", "x", "stEvt", "pdfaExtension", "pdfaSchema",
    "pdfaProperty", "xml",
}  # fmt: skip


@pytest.fixture(scope="module")
def content():
    return brief(make_run(400), config=CONFIG)


@pytest.fixture(scope="module")
def pdf(content):
    return PdfReader(io.BytesIO(content))


@pytest.fixture(scope="module")
def objects(pdf):
    """Every dictionary of the file, streams among them."""
    found, seen, waiting = [], set(), [pdf.trailer["/Root"], pdf.trailer.get("/Info", {})]
    while waiting:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            if item.idnum in seen:
                continue
            seen.add(item.idnum)
            item = item.get_object()
        if isinstance(item, DictionaryObject):
            found.append(item)
            waiting += [item.raw_get(key) for key in item]
        elif isinstance(item, ArrayObject):
            waiting += list(item)
    assert len(found) > 500
    return found


@pytest.fixture(scope="module")
def root(pdf):
    return pdf.trailer["/Root"]


@pytest.fixture(scope="module")
def xmp(root):
    return root["/Metadata"].get_data().decode()


def test_the_file_begins_and_ends_as_an_archive_file_does(content, pdf):
    head, comment = content.split(b"\n")[:2]
    assert re.fullmatch(rb"%PDF-1\.[0-7]", head.strip())
    assert comment[:1] == b"%" and sum(byte > 127 for byte in comment) >= 4  # 6.1.2
    assert content.rstrip().endswith(b"%%EOF")
    assert len(pdf.trailer["/ID"]) == 2 and "/Encrypt" not in pdf.trailer  # 6.1.3


def test_nothing_in_it_acts_or_lies_outside_it(objects, root):
    for item in objects:
        assert item.get("/S") not in (
            "/JavaScript", "/Launch", "/Sound", "/Movie", "/SubmitForm", "/ImportData", "/ResetForm", "/Hide",
        )  # fmt: skip
        assert not {"/JS", "/AA", "/OpenAction"} & item.keys()  # 6.5
        assert item.get("/Type") not in ("/EmbeddedFile", "/Filespec")
        assert item.get("/S") != "/URI"
    assert not {"/AcroForm", "/OCProperties", "/Requirements"} & root.keys()


def test_streams_are_whole_and_packed_by_filters_that_last(objects):
    for item in objects:
        if isinstance(item, StreamObject):
            assert not {"/F", "/FFilter", "/FDecodeParms"} & item.keys()  # 6.1.7
            assert "LZW" not in str(item.get("/Filter", "")) and "Crypt" not in str(item.get("/Filter", ""))


def test_every_font_is_inside_and_says_its_characters(objects):
    fonts = [item for item in objects if item.get("/Type") == "/Font"]
    assert fonts
    for font in fonts:
        if font["/Subtype"] == "/Type0":
            assert "/ToUnicode" in font and font["/Encoding"] in (
                "/Identity-H",
                "/Identity-V",
            )  # 6.2.11.3, .7
            continue
        assert re.fullmatch(r"/[A-Z]{6}\+.+", font["/BaseFont"])  # a subset
        descriptor = font["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.keys()  # 6.2.11.4
        if font["/Subtype"] == "/CIDFontType2":
            assert "/CIDToGIDMap" in font


def test_colours_images_and_states_are_device_independent_of_the_machine(objects, root):
    (intent,) = root["/OutputIntents"]
    intent = intent.get_object()
    profile = intent["/DestOutputProfile"].get_object()
    assert intent["/S"] == "/GTS_PDFA1" and profile["/N"] == 3  # 6.2.3
    assert profile.get_data()[36:40] == b"acsp" and profile.get_data()[16:20] == b"RGB "
    for item in objects:
        if item.get("/Subtype") == "/Image":
            assert not item.get("/Interpolate") and not {"/Alternates", "/OPI"} & item.keys()  # 6.2.8
            assert "CMYK" not in str(item.get("/ColorSpace"))
        if item.get("/Type") == "/ExtGState":
            assert not {"/TR", "/HTP"} & item.keys() and item.get("/TR2", "/Default") == "/Default"  # 6.2.5
        assert item.get("/Subtype") not in ("/PS", "/Movie", "/3D", "/Sound", "/FileAttachment")


def test_the_metadata_name_the_standard_and_nothing_of_the_machine(pdf, root, xmp):
    assert "/Filter" not in root["/Metadata"]  # 6.6.2.1: readable without unpacking
    assert "<pdfaid:part>2<" in xmp and re.search("<pdfaid:conformance>[AB]<", xmp)
    assert "<pdfuaid:part>1<" in xmp
    described = set(re.findall(r"<pdfaSchema:prefix>(\w+)<", xmp))
    assert set(re.findall(r"</?(\w+):", xmp)) <= KNOWN | described
    assert pdf.metadata.title in xmp
    for name in ("/Author", "/Company", "/Keywords", "/Subject"):
        assert name not in pdf.metadata
    assert "dc:creator" not in xmp and "/tmp" not in xmp and "/home" not in xmp


def test_a_reader_by_ear_finds_language_title_marks_and_every_picture_told(objects, root):
    assert root["/Lang"] == "zh-CN" and root["/MarkInfo"]["/Marked"].value
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    kinds = [item.get("/S") for item in objects if "/S" in item and ("/P" in item or "/K" in item)]
    for kind in ("/Document", "/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Figure"):
        assert kind in kinds, kind
    for item in objects:
        if item.get("/S") == "/Figure" and "/P" in item:
            assert item.get("/Alt")


def test_every_mark_on_a_page_belongs_to_the_tree_or_to_its_trimmings(pdf):
    for page in pdf.pages:
        assert "/StructParents" in page and page.get("/Tabs", "/S") == "/S"
        data = page.get_contents().get_data()
        assert data.count(b"BDC") + data.count(b"BMC") == data.count(b"EMC")
        outside = re.sub(rb"\b(?:BDC|BMC)\b.*?\bEMC\b", b"", data, flags=re.S)
        assert not re.search(rb"\b(?:Tj|TJ)\b", outside)
