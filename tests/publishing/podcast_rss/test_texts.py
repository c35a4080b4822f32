import pytest

from core.xml import tree
from publishing.podcast_rss.texts import cut, description, plain, value
from publishing.podcast_rss.writing import attribute, cdata, finished, secure

PAGE = "https://example.org/episodes/tide/salt/"


def test_a_description_has_the_tags_that_apps_know() -> None:
    notes = (
        '<h2 id="a">Part<a class="anchor" href="#a" aria-label="x">#</a></h2><p class="x">One <code>two</code>'
        ' <a href="/articles/" rel="noopener">three</a></p><blockquote><p>four</p></blockquote>'
        '<pre tabindex="0">five</pre><figure><picture><source srcset="/a.avif 1w"><img src="/a.jpg" alt=""></picture>'
        "<figcaption>six</figcaption></figure><script>seven</script>"
    )
    assert description(notes, PAGE, "") == (
        "<p><strong>Part</strong></p><p>One two "
        '<a href="http://testserver/articles/">three</a></p><p>four</p><p>five</p><p><em>six</em></p>seven'
    )


def test_what_sums_it_up_stands_first_and_once() -> None:
    assert description("<p>The notes.</p>", PAGE, "1 < 2") == "<p>1 &lt; 2</p>\n<p>The notes.</p>"
    assert description("<p>The notes.</p>", PAGE, "The notes.") == "<p>The notes.</p>"


@pytest.mark.parametrize("letter", ["a", "ä", "𝄞"])
def test_a_description_is_cut_at_4000_bytes_where_a_tag_begins_or_ends(letter: str) -> None:
    paragraph = f"<p><b>{letter * 30}</b> &amp; <i>{letter * 30}</i></p>"
    made = description(paragraph * 200, PAGE, "")
    assert 3600 < len(made.encode()) <= 4000
    assert made.replace(paragraph, "") in (
        "",
        f"<p><b>{letter * 30}</b> &amp; </p>",
        f"<p><b>{letter * 30}</b></p>",
    )
    tree(f"<x>{made}</x>".encode())


def test_a_paragraph_that_fills_it_alone_is_cut_between_words() -> None:
    made = cut(f"<p><em>{'word &amp; ' * 1000}</em></p>", 4000)
    assert 3900 < len(made.encode()) <= 4000
    assert made.endswith(("word…</em></p>", "&amp;…</em></p>"))


def test_html_that_fits_is_left_alone() -> None:
    assert cut("<p>a<br>b</p>", 13) == "<p>a<br>b</p>"
    assert cut("<ul><li>a</li><li>b</li></ul>", 28) == "<ul><li>a</li></ul>"


def test_values_are_one_line_and_bounded() -> None:
    assert value("a\n b\t c") == "a b c"
    assert len(value("x" * 300)) == 255
    assert plain("x", 10) == "x"
    made = plain("wörter " * 1000)
    assert len(made.encode()) <= 4000
    assert made.endswith("wörter…")


@pytest.mark.parametrize(
    "hostile", ["]]>", "]\x00]>", "]]\x0b>", "]]]]>>", "\ufffe]]>\uffff", "<![CDATA[x]]>"]
)
def test_nothing_ends_a_cdata_section(hostile: str) -> None:
    document = finished(["<x>", cdata(f"a{hostile}b"), "</x>"])
    kept = "".join(letter for letter in hostile if letter not in "\x00\x0b\ufffe\uffff")
    assert tree(document).text == f"a{kept}b"


def test_what_is_no_character_is_left_out_and_an_attribute_stays_one() -> None:
    document = finished([f'<x y="{attribute('a\x01"<b>&\ud800\n c')}">\x1f</x>'])
    assert tree(document).get("y") == 'a"<b>& c'


def test_the_namespace_gets_https_alone_or_what_is_ours() -> None:
    assert secure("https://example.org/ä b") == "https://example.org/%C3%A4%20b"
    assert secure("http://testserver/a.vtt") == "http://testserver/a.vtt"
    for refused in ("http://example.org/", "javascript:alert(1)", "//example.org", ""):
        assert secure(refused) == ""
