"""The texts of what is printed or shown: PDF files and pictures."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from minelib.errors import LeakError
from minelib.gate.markup import words
from minelib.gate.trees import Text

_PNG = {
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"pHYs",
    b"sRGB",
    b"gAMA",
    b"cHRM",
    b"bKGD",
    b"sBIT",
    b"tIME",
}
# The narrow space a typesetter puts between Han and Latin letters cuts plates and case numbers.
_GAP = re.compile(r"(?<=[一-鿿）]) (?=[A-Za-z0-9])|(?<=[A-Za-z0-9]) (?=[一-鿿（])")
# Digests of the file by which its maker names it, in several places: letters by chance.
_DIGEST = re.compile(
    r"<(\w+:(?:Original)?(?:Document|Instance)ID)>(?:[a-z]+:)*[A-Za-z0-9+/]{22}==(?:_\w+)?</\1>", re.I
)


def pdf_file(path: Path) -> Iterator[Text]:
    """Yield the text of every page, and each string beside: metadata, outline, notes, descriptions of figures.

    Raises
    ------
    LeakError
        When a file is attached: it cannot be read here.
    """
    from pypdf import PdfReader

    reader = PdfReader(path)
    for name, value in (reader.metadata or {}).items():
        if "Date" not in name:
            yield f"metadata {name}", str(value)
    yield from _objects(reader)
    for n, page in enumerate(reader.pages, 1):
        # Line by line: what stands in neighbouring cells and labels of figures is no one number. A name that
        # a line break cuts is whole in the facts.
        lines = _GAP.sub("", page.extract_text()).splitlines()
        yield from ((f"page {n} line {i}", line) for i, line in enumerate(lines, 1))


def _objects(reader) -> Iterator[Text]:
    """Yield the strings of all objects but the fonts' and the dates."""
    from pypdf.generic import StreamObject

    numbers = {n for table in reader.xref.values() for n in table} | set(reader.xref_objStm)
    for n in sorted(numbers):
        node = reader.get_object(n)
        kind = node.get("/Type") if isinstance(node, dict) else None
        if kind in ("/EmbeddedFile", "/Filespec"):
            raise LeakError(f"a PDF holds an attached file (object {n}), which cannot be checked")
        if kind == "/Metadata" and isinstance(node, StreamObject):
            markup = _DIGEST.sub("", node.get_data().decode("utf-8", "replace")).replace("</", "\n</")
            told = ((where, line) for where, text in words(markup) for line in text.splitlines())
            yield from ((f"object {n} {where}", line.strip()) for where, line in told if "-" not in line[4:5])
        elif kind not in ("/Font", "/FontDescriptor", "/XRef", "/ObjStm"):
            yield from ((f"object {n}{where}", text) for where, text in _strings(node))


def _strings(node, where: str = "") -> Iterator[Text]:
    """Yield the strings of one object; what it refers to is an object of its own."""
    from pypdf.generic import TextStringObject

    if isinstance(node, dict):
        for name in node:
            if "Date" not in name and name not in ("/ID", "/CharSet"):
                yield from _strings(node.raw_get(name), f"{where}{name}")
    elif isinstance(node, list):
        for i in range(len(node)):
            yield from _strings(list.__getitem__(node, i), f"{where}[{i}]")
    elif isinstance(node, TextStringObject):
        yield where, str(node)


def png_file(path: Path) -> Iterator[Text]:
    """Yield what a picture says beside its pixels; what is drawn is checked by the table beside it."""
    yield from png_texts(path.read_bytes())


def png_texts(data: bytes) -> Iterator[Text]:
    """Yield what the chunks of a picture say beside the pixels."""
    at = 8
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind not in _PNG:
            yield f"chunk at {at}", _chunk(kind, data[at + 8 : at + 8 + size])
        at += size + 12
        if kind == b"IEND":
            break
    if at < len(data):
        yield "after its end", data[at:].decode("utf-8", "replace")


def _chunk(kind: bytes, content: bytes) -> str:
    """Return the words of a chunk, unpacked where it is packed (PNG specification, 11.3.4)."""
    parts = [content]
    if kind in (b"zTXt", b"iTXt"):
        for at in (i + 1 for i, byte in enumerate(content[:400]) if byte == 0x78):
            unpacker = zlib.decompressobj()
            try:
                parts.append(unpacker.decompress(content[at - 1 :], 1 << 20))
            except zlib.error:
                continue
    return b" ".join(parts).replace(b"\0", b" ").decode("utf-8", "replace")
