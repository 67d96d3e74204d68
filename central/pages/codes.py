"""QR codes as drawings within a page: no second address, so that nothing of them is kept."""

from markupsafe import Markup


def code_picture(content: str) -> Markup:
    """Return a QR code (level M) as an SVG element without styles, for the content policy's sake.

    Who cannot scan it finds the same in words beside it: to a screen reader it is hidden.
    """
    import segno  # noqa: PLC0415  slow to load, and few pages have a code

    code = segno.make(content, error="m", micro=False, boost_error=False)
    drawn = code.svg_inline(scale=4, border=4, omitsize=True, svgclass="code", lineclass=None)
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S704  drawn by us, of modules alone
