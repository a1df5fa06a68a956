"""HTML of a mail -> plain text in which quotes are marked as in plain mail, so that ``own_words`` reads both alike.

What the clients put quotes, signatures and hidden previews in is known by class, id or style; lxml (through html-text)
does the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncd.formats.own_words import CUT, SIGNATURE

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml ships no types

HTML_LIMIT = 1_000_000

# Containers that hold a quote and nothing of the author's.
_QUOTES = """
    //blockquote[@type='cite'] | //blockquote[contains(@class, 'quote')] | //blockquote[contains(@style, 'border-left')]
    | //*[contains(@class, 'gmail_attr')] | //*[contains(@class, 'moz-cite-prefix')]
    | //*[contains(@class, 'moz-forward-container')] | //*[contains(@class, 'yahoo_quoted')]
    | //*[contains(@class, 'zmail_extra')] | //*[contains(@class, 'tutanota_quote')]
    | //div[@name='quote'] | //*[@id='mail-editor-reference-message-container']
    | //*[@id='x_mail-editor-reference-message-container']
    | //*[contains(@class, 'OutlookMessageHeader')]
"""
# Containers that hold a forward, unless there are blockquotes in them: then it may be answered between those.
_FORWARDS = """
    //div[contains(concat(' ', @class, ' '), ' gmail_quote ') or contains(@class,
    'protonmail_quote')][not(.//blockquote)]
"""
# From here to the end everything is quoted (Outlook on the web, for Windows, for phones).
_CUTS = """
    //*[@id='appendonsend' or @id='x_appendonsend'] | //*[@id='divRplyFwdMsg' or @id='x_divRplyFwdMsg']
    | //*[@id='ms-outlook-mobile-reference-message'] | //*[contains(@class, 'ms-outlook-mobile-reference-message')]
"""
_ATTRIBUTIONS = "//*[contains(@class, 'gmail_attr')]"
_BORDERS = "//div[contains(@style, 'border-top')]"
_BORDER = re.compile(r"border-top:\s*solid\s+#[0-9a-f]{6}\s+1(\.0)?pt", re.IGNORECASE)
_SIGNATURES = """
    //*[contains(@class, 'gmail_signature')] | //*[contains(@class, 'moz-signature')]
    | //*[contains(@class, 'protonmail_signature')] | //*[contains(@class, 'mobile-signature')]
    | //*[@id='Signature' or @id='signature' or @id='x_Signature' or @id='AppleMailSignature']
    | //*[@id='ms-outlook-mobile-signature' or @id='ms-outlook-mobile-body-separator-line']
"""
_NEVER_SHOWN = "//head | //style | //script | //title | //*[@hidden] | //*[@style]"
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*[01](?:px|pt)?\s*(?:;|$|!)|max-height\s*:\s*0"
    r"|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
# Our own marks, written as character references.
_OUR_MARKS = re.compile(r"&#(?:[xX]0*[eE]00[0-9a-fA-F]|0*573(?:4[4-9]|5[0-9]));?")


def html_words(html: str) -> str:
    """The text of *html* as it is seen, with ``> `` before quoted lines and the marks of ``own_words``."""
    import html_text  # lxml costs a tenth of a second, and most mail is never opened

    tree = html_text.parse_html(_OUR_MARKS.sub("", html[:HTML_LIMIT]))
    _drop_hidden(tree)
    borders = [e for e in _found(tree, _BORDERS) if _BORDER.search(e.get("style", "")) and _names_sender(e)]
    forwards = [e for e in _found(tree, _ATTRIBUTIONS) if "".join(e.itertext()).lstrip().startswith("--")]
    for element in [*_found(tree, _CUTS), *borders, *forwards]:
        _cut_before(element)
    for element in [*_found(tree, _QUOTES), *_found(tree, _FORWARDS)]:
        _mark(element, "> ")
    for element in _found(tree, _SIGNATURES):
        _mark(element, SIGNATURE)
    return html_text.extract_text(tree)


def _found(tree: HtmlElement, path: str) -> list[HtmlElement]:
    found = tree.xpath(path)
    return [element for element in found if element.getparent() is not None] if isinstance(found, list) else []


def _drop_hidden(tree: HtmlElement) -> None:
    for element in _found(tree, _NEVER_SHOWN):
        style = element.get("style", "")
        if element.tag in {"head", "style", "script", "title"} or "hidden" in element.attrib or _HIDDEN.search(style):
            if element.tag in {"body", "html"}:
                continue
            _take_out(element)


def _take_out(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is None:
        return
    _keep_tail(element)
    parent.remove(element)


def _keep_tail(element: HtmlElement) -> None:
    tail, before, parent = element.tail, element.getprevious(), element.getparent()
    if not tail:
        return
    if before is not None:
        before.tail = (before.tail or "") + tail
    elif parent is not None:
        parent.text = (parent.text or "") + tail
    element.tail = None


def _mark(element: HtmlElement, mark: str) -> None:
    """Put *mark* before each line of the text in *element*."""
    import html_text

    tail, element.tail = element.tail, None
    lines = html_text.etree_to_text(element).splitlines()
    element.clear()
    element.tag = "div"
    element.tail = tail
    for line in lines:
        if line.strip():
            _line(element, mark + line.strip())


def _line(parent: HtmlElement, text: str) -> None:
    child = parent.makeelement("div")
    child.text = text
    parent.append(child)


def _names_sender(element: HtmlElement) -> bool:
    text = "".join(element.itertext()).strip()[:200]
    return bool(re.match(r"\W*(?:From|Von|De|Da|Van)\s?:", text))


def _cut_before(element: HtmlElement) -> None:
    mark = element.makeelement("div")
    mark.text = CUT
    element.addprevious(mark)
