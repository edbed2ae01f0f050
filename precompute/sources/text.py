"""Cleans a shop's texts of invisible characters, entities and tags."""

from __future__ import annotations

import html
import re

from precompute.sources.values.simple_html import simple_text

_AT_THE_ENDS = (
    "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\ufeff\u200b\u200e\u200f\u2060\x00"
)
"""Invisible characters at the ends of copied cells."""

_BREAKS = re.compile(r"[\t\n\r\f\v]+")
_ENTITY = re.compile(r"&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML forbids, so the parser's library refuses them."""

_NUMBER = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));?", re.IGNORECASE)

_TAG = re.compile(
    r"</?(a|abbr|article|b|blockquote|br|center|code|dd|div|dl|dt|em|figure|font|h[1-6]|hr|i|iframe|img|li|"
    r"link|meta|ol|p|pre|s|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul|"
    r"video)(\s[^<>]*)?/?>|<!--",
    re.IGNORECASE,
)


def word_set(text: str, between: str | None = None) -> frozenset[str]:
    """The words of a text, separated by `between` or line ends, or by any white space without it."""
    if between is None:
        return frozenset(text.split())
    return frozenset(
        filter(None, (word.strip() for line in text.splitlines() for word in line.split(between)))
    )


def clean(text: str) -> str:
    """`text` without invisible characters at its ends and without invalid characters."""
    if text.isprintable():
        # No invisible character except the space is printable.
        return text.strip(" ")
    text = text.strip(_AT_THE_ENDS)
    if text.isascii():
        return text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        # A surrogate, such as JSON's "\ud83d", is only valid together with its other half.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "")


def line(text: str) -> str:
    """`text` as one line of plain text: a title, a brand, a tag."""
    text = plain(text)
    if text.isprintable():
        return text
    parts = _BREAKS.split(text)
    return parts[0] if len(parts) == 1 else " ".join(part for each in parts if (part := each.strip()))


def plain(text: str) -> str:
    """`text` without HTML: paragraphs become lines, and entities become characters.

    Only tags and entities that pages really use are recognised, so "5 < 6" is unchanged.
    """
    if "<" in text and _TAG.search(text):
        if (simple := simple_text(text)) is not None:
            return clean(simple)
        import html_text

        return clean(html_text.extract_text(_NUMBER.sub(_allowed, _NO_XML.sub("", text))))
    if "&" in text and _ENTITY.search(text):
        unescaped = html.unescape(text)
        # Some exports escape the page's HTML.
        return plain(unescaped) if _TAG.search(unescaped) else clean(unescaped)
    return text


def _allowed(reference: re.Match[str]) -> str:
    """A numeric entity, or nothing if XML forbids its character."""
    # A longer number is beyond Unicode, and Python would take long to parse it.
    digits = (reference[1] or reference[2]).lstrip("0")[:8]
    code = int(digits or "0", 16 if reference[1] else 10)
    is_character = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF and not _NO_XML.match(chr(code))
    return reference[0] if is_character else ""
