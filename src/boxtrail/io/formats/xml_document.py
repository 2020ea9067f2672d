"""XML with the lines of its elements, and edits for repairs. Entities are refused, so that a file cannot explode."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from xml.etree import ElementTree
from xml.parsers import expat

from boxtrail.io.formats.problems import Edit, Report

Element = ElementTree.Element


class _EntityError(Exception):
    """The document declares an entity."""


@dataclass(eq=False)
class XmlDocument:
    """A parsed text."""

    root: Element
    lines: dict[Element, int]
    dropped: list[tuple[Element, Element]] = field(default_factory=list)

    def line(self, element: Element) -> int:
        """Line, from 1, at which an element begins."""
        return self.lines[element]

    def drop(self, parent: Element, child: Element) -> Edit:
        """The edit that takes an element out."""
        return partial(self.dropped.append, (parent, child))

    def render(self) -> str:
        """The text with the edits that were made."""
        for parent, child in self.dropped:
            parent.remove(child)
        self.dropped.clear()
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(self.root, encoding="unicode")}\n'
        )


def parse_xml(data: bytes, report: Report) -> XmlDocument:
    """The document of a file, in any encoding that it names.

    Raises:
        InvalidInputError: naming the line of what is no XML, or of an entity.
    """
    parser, builder = expat.ParserCreate(), ElementTree.TreeBuilder()
    lines: dict[Element, int] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        lines[builder.start(name, attributes)] = parser.CurrentLineNumber

    def refuse(*_: object) -> None:
        raise _EntityError

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        end = " (the file ends too early)" if error.code in _ENDS else ""
        report.fatal(error.lineno, f"no XML: {expat.ErrorString(error.code)}{end}")
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        report.fatal(1, f"no XML that can be read: {error}")
    except _EntityError:
        report.fatal(parser.CurrentLineNumber, "the XML declares an entity, which is refused")
    return XmlDocument(builder.close(), lines)


_ENDS = tuple(
    expat.errors.codes[text]
    for text in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN)
)

__all__ = ["Element", "XmlDocument", "parse_xml"]
