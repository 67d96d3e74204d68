"""Pages that are filled without a template engine: nothing that is put in gets out of its place."""

import json
import re

from terminal.web.plain_pages import entered_page, locked_page, screen_page

EVIL = "</script><b x='1' y=\"2\">&$name"


def test_what_a_script_is_told_ends_no_script_and_comes_out_as_it_went_in() -> None:
    page = screen_page("till", {"name": EVIL}, language="fr", notice=EVIL)
    (told,) = re.findall(r'<script type="application/json" id="told">(.*)</script>\n', page)
    assert json.loads(told) == {"name": EVIL}
    assert not set("<>&'") & set(told)
    assert page.count("</script>") == 2, "ours"
    assert "<b " not in page
    assert "kiosk.css" not in page
    assert "kiosk.css" in screen_page("kiosk", {}, language="fr", notice="")


def test_words_and_addresses_stay_text() -> None:
    assert "<b " not in entered_page(language=EVIL, target=EVIL)
    page = locked_page({"fr": (EVIL, EVIL), "nl": ("Dicht", "Vraag het")})
    assert "<b " not in page
    assert re.findall(r"<(h\d)>", page) == ["h1", "h2"]
    assert '<section lang="nl">\n<h2>Dicht</h2>\n<p>Vraag het</p>' in page
