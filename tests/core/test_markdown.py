"""What authors write, and what becomes of it."""

import re
from pathlib import Path

import pytest

from core.markdown import (
    EMBED_HOSTS,
    RENDERER_VERSION,
    RESERVED_IDS,
    Heading,
    Image,
    image_references,
    render,
    render_inline,
    stylesheet,
)
from core.markdown.colours import BACKGROUND, MARKED, PALETTE
from core.markdown.listings import LANGUAGES, ROLES, _lexer

CAT = Image("https://media.example/cat.jpg", 800, 600, "A cat", "Jo Doe", "focal-x-50 focal-y-20")
ORNAMENT = Image("https://media.example/line.png", 800, 20, "Line", "", decorative=True)
IMAGES = {"asset:42": CAT, "asset:7": ORNAMENT}
IMG = (
    '<img src="https://media.example/cat.jpg" alt="{}" width="800" height="600" class="focal-x-50 focal-y-20"'
    ' loading="lazy" decoding="async">'
)


@pytest.fixture(autouse=True)
def _origins(settings):
    settings.SITE_URL = "https://magazine.example"
    settings.MEDIA_URL = "https://media.magazine.example/"


def html(source: str) -> str:
    return render(source, IMAGES).html.strip()


# Figures and pictures


def test_a_picture_alone_becomes_a_figure_with_caption_and_credit():
    assert html('![A black cat](asset:42 "Asleep, *again*")') == (
        f'<figure class="figure">{IMG.format("A black cat")}'
        '<figcaption>Asleep, <em>again</em> <span class="credit">Jo Doe</span></figcaption></figure>'
    )


def test_the_pictures_own_words_describe_it_if_the_author_does_not():
    assert 'alt="A cat"' in html("![](asset:42)")


def test_a_decorative_picture_has_empty_words_and_no_caption():
    assert html("![](asset:7)") == (
        '<figure class="figure"><img src="https://media.example/line.png" alt="" width="800" height="20"'
        ' loading="lazy" decoding="async"></figure>'
    )


@pytest.mark.parametrize("breadth", ["wide", "full"])
def test_a_figure_may_break_out_of_the_column(breadth: str):
    found = html(f'![](asset:42 "{{{breadth}}} Asleep")')
    assert found.startswith(f'<figure class="figure {breadth}">')
    assert "<figcaption>Asleep " in found


def test_a_picture_that_is_a_link_stays_a_figure():
    assert html("[![](asset:42)](https://cats.example/)").startswith(
        '<figure class="figure"><a href="https://cats.example/" rel="noopener"><img '
    )


def test_a_picture_within_a_sentence_stays_in_it():
    assert html("See ![](asset:42) here") == f"<p>See {IMG.format('A cat')} here</p>"


def test_a_picture_written_as_html_is_treated_alike():
    assert html('<img src="asset:42" title="Asleep">') == html('![](asset:42 "Asleep")')
    assert html('See <img src="asset:42"> here') == html("See ![](asset:42) here")


def test_a_missing_picture_leaves_a_note():
    assert (
        html("![A dog](asset:99)") == '<p><span class="missing-image">Image not available: A dog</span></p>'
    )
    assert html("a ![](dog.png)") == '<p>a <span class="missing-image">Image not available</span></p>'


@pytest.mark.parametrize(
    "source", ["![A dog](https://dogs.example/a.jpg)", '<img src="https://dogs.example/a.jpg" alt="A dog">']
)
def test_a_picture_of_another_host_becomes_a_link(source: str):
    link = '<a href="https://dogs.example/a.jpg" rel="noopener" class="outside-image">A dog</a>'
    assert html(source) == f"<p>{link}</p>"
    assert html(f"See {source}") == f"<p>See {link}</p>"


def test_a_picture_of_another_host_within_a_link_leaves_its_words():
    assert html("a [![Build](https://ci.example/a.svg)](https://ci.example/)") == (
        '<p>a <a href="https://ci.example/" rel="noopener"><span class="outside-image">Build</span></a></p>'
    )


@pytest.mark.parametrize(
    "source", ["/static/a.png", "https://magazine.example/a.png", "https://media.magazine.example/a.png"]
)
def test_a_picture_of_our_own_hosts_is_shown(source: str):
    assert f'<img src="{source}" alt="a"' in html(f"![a]({source})")


@pytest.mark.parametrize(
    "source", ["//evil.example/a.png", "/\\evil.example/a.png", "https://magazine.example.evil.example/a.png"]
)
def test_a_picture_that_only_looks_like_ours_is_not_shown(source: str):
    assert "<img" not in html(f'a <img src="{source}" alt="x">')


def test_the_pictures_used_are_named_once_in_order():
    source = '![](asset:9)\n\n<img src="asset:3">\n\n| a |\n|---|\n| ![](asset:5) ![](asset:9) |\n\n`![](asset:1)`\n\n[^1]\n\n[^1]: ![](asset:8)'
    assert image_references(source) == ["asset:9", "asset:3", "asset:5", "asset:8"]


# Headings


def test_headings_get_an_id_a_link_to_themselves_and_an_entry():
    rendered = render("## The `first` *one*, Ångström & co.")
    assert rendered.html.strip() == (
        '<h2 id="the-first-one-angstrom-co">The <code>first</code> <em>one</em>, Ångström &amp; co. '
        '<a class="anchor" href="#the-first-one-angstrom-co" aria-label="Link to this section"></a></h2>'
    )
    assert rendered.headings == [Heading(2, "the-first-one-angstrom-co", "The first one, Ångström & co.")]


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("# a\n## b\n### c", [2, 3, 4]),
        ("## a\n### b\n## c", [2, 3, 2]),
        ("### a\n###### b\n#### c", [2, 3, 3]),
        ("## a\n# b\n## c", [2, 2, 3]),
        ("# a\n## b\n### c\n#### d\n##### e\n###### f", [2, 3, 4, 5, 6, 6]),
    ],
)
def test_a_document_starts_below_the_pages_h1_and_skips_no_level(written: str, levels: list[int]):
    rendered = render(written)
    assert [int(level) for level in re.findall(r"<h(\d)", rendered.html)] == levels
    assert [heading.level for heading in rendered.headings] == [level for level in levels if level <= 4]


def test_equal_headings_get_different_ids():
    assert [heading.id for heading in render("# a\n# a\n# a 1\n# a").headings] == ["a", "a-1", "a-1-1", "a-2"]


def test_a_heading_never_takes_an_id_of_the_page():
    assert [heading.id for heading in render("## Search\n## Main\n## Footnote 1").headings] == [
        "section-search",
        "section-main",
        "section-footnote-1",
    ]


def test_a_heading_in_another_script_has_an_id_that_stays():
    alone, among = render("## Привет").headings, render("## Здравствуй\n## Привет").headings
    assert alone[0].id == among[1].id != among[0].id
    assert html("[a](#привет)\n\n## Привет").startswith(f'<p><a href="#{alone[0].id}">')


@pytest.mark.parametrize(
    "target", ["getting-started", "Getting_Started", "getting--started", "getting%20started"]
)
def test_a_link_finds_its_heading_however_it_was_spelled(target: str):
    assert '<a href="#getting-started">' in html(f"[a](#{target})\n\n## Getting started")


def test_a_link_to_the_top_of_the_page_is_left_alone():
    assert html("[up](#top)") == '<p><a href="#top">up</a></p>'


def test_an_empty_heading_is_none():
    assert render("##\n\n## ![](asset:42)", IMAGES).headings == []


def test_ids_of_raw_html_are_kept_apart_from_those_of_headings():
    found = html('<div id="Intro">a</div>\n\n<a name="old_name"></a>\n\n## Intro')
    assert re.findall(r'id="([^"]*)"', found) == ["intro-1", "old-name", "intro"]


def test_every_id_of_the_page_templates_is_reserved():
    templates = Path(__file__).parents[2] / "templates"
    used = {
        identity
        for path in templates.rglob("*.html")
        if "admin" not in path.relative_to(templates).parts
        for identity in re.findall(r'\sid="([a-z0-9-]+)"', path.read_text())
    }
    assert "main" in used
    assert used - RESERVED_IDS == set()


# Code


def test_code_is_coloured_by_class_and_can_be_reached_by_keyboard():
    assert html("```python\nx = 'a<b'  # why\n```") == (
        '<code-block class="code" data-language="python"><pre tabindex="0"><code>x = <span class="s">\'a&lt;b\'</span>  '
        '<span class="c"># why</span>\n</code></pre></code-block>'
    )


def test_code_of_no_known_language_is_left_plain():
    plain = '<pre tabindex="0"><code>if a &lt; b\n</code></pre></code-block>'
    assert (
        html("```brainwave\nif a < b\n```") == f'<code-block class="code" data-language="brainwave">{plain}'
    )
    assert html("    if a < b") == f'<code-block class="code">{plain}'


@pytest.mark.parametrize(
    "info", ["python", "Python", "{.python}", "python,ignore", 'python title="a.py"', "python {linenos=true}"]
)
def test_the_language_is_found_in_what_other_tools_write(info: str):
    assert 'data-language="python"' in html(f"```{info}\nx\n```")


def test_code_may_have_a_title_and_marked_lines():
    found = html('```text title="a <b>.txt" hl_lines="2 4-5"\n1\n2\n3\n4\n5\n```')
    assert '<p class="code-title">a &lt;b&gt;.txt</p><pre' in found
    assert re.findall(r'<span class="hll">(.*)\n</span>', found) == ["2", "4", "5"]


def test_marked_lines_keep_their_colours():
    assert '<span class="hll"><span class="k">return</span> x\n</span>' in html(
        '```python hl_lines="1"\nreturn x\n```'
    )


def test_every_language_on_the_list_has_a_lexer():
    assert [language for language in sorted(LANGUAGES) if not _lexer(language)] == []


# Boxes, tables, lists, footnotes


@pytest.mark.parametrize(
    "source",
    [
        '!!! warning "Mind *this*"\n    Text',
        "::: warning Mind *this*\nText\n:::",
        '::: warning "Mind *this*"\nText\n:::',
    ],
)
def test_a_box_has_a_kind_and_a_title(source: str):
    assert html(source) == (
        '<aside class="admonition warning" role="note">\n<p class="admonition-title">Mind <em>this</em></p>\n<p>Text</p>\n</aside>'
    )


@pytest.mark.parametrize("source", ["!!! tip\n    Text", "> [!TIP]\n> Text", "::: tip\nText\n:::"])
def test_a_box_without_a_title_is_called_after_its_kind(source: str):
    assert html(source) == (
        '<aside class="admonition tip" role="note">\n<p class="admonition-title">Tip</p>\n<p>Text</p>\n</aside>'
    )


def test_a_box_of_an_unknown_kind_is_a_note():
    assert html("!!! zebra\n    Text").startswith(
        '<aside class="admonition note" role="note">\n<p class="admonition-title">Zebra</p>'
    )


def test_a_box_may_be_folded():
    assert html("??? note\n    Text") == (
        '<details class="admonition note">\n<summary class="admonition-title">Note</summary>\n<p>Text</p>\n</details>'
    )
    assert html("???+ note\n    Text").startswith('<details class="admonition note" open="">')
    assert '<summary class="admonition-title">Details</summary>' in html('??? note ""\n    Text')


def test_boxes_may_hold_each_other():
    assert html('!!! note "Outer"\n    ??? tip\n        > [!WARNING]\n        > Text\n') == (
        '<aside class="admonition note" role="note">\n<p class="admonition-title">Outer</p>\n'
        '<details class="admonition tip">\n<summary class="admonition-title">Tip</summary>\n'
        '<aside class="admonition warning" role="note">\n<p class="admonition-title">Warning</p>\n<p>Text</p>\n</aside>\n'
        "</details>\n</aside>"
    )


def test_a_pull_quote_is_a_quote():
    assert (
        html("::: pullquote\nWell said.\n:::")
        == '<blockquote class="pullquote">\n<p>Well said.</p>\n</blockquote>'
    )


def test_other_colons_are_just_text():
    assert html("::: zebra\nText\n:::") == "<p>::: zebra\nText\n:::</p>"


def test_a_table_scrolls_and_aligns_without_style():
    found = html("| a | b | c | d |\n|:--|:-:|--:|---|\n| 1 | 2 | 3 | 4 |")
    assert found.startswith('<div class="table" tabindex="0" role="region" aria-label="Table"><table>')
    assert re.findall(r"<td.*", found) == [
        '<td class="ta-left">1</td>',
        '<td class="ta-center">2</td>',
        '<td class="ta-right">3</td>',
        "<td>4</td>",
    ]


def test_tables_of_both_kinds_have_different_names():
    found = html("<table><tr><td>a</td></tr></table>\n\n| a |\n|---|\n\n<table><tr><td>b</td></tr></table>")
    assert re.findall(r'aria-label="([^"]*)"', found) == ["Table", "Table 2", "Table 3"]
    assert found.count("</table></div>") == 2


def test_a_task_list_shows_boxes_that_nobody_can_tick():
    assert html("- [x] a\n- [ ] b") == (
        '<ul class="contains-task-list">\n'
        '<li class="task-list-item"><input class="task-list-item-checkbox" type="checkbox" disabled="" aria-label="Done" checked=""> a</li>\n'
        '<li class="task-list-item"><input class="task-list-item-checkbox" type="checkbox" disabled="" aria-label="Not done"> b</li>\n'
        "</ul>"
    )


def test_definition_lists_and_strikethrough():
    assert html("Term\n: ~~Old~~ new") == "<dl>\n<dt>Term</dt>\n<dd><s>Old</s> new</dd>\n</dl>"


def test_a_footnote_leads_there_and_back():
    found = html("a[^x] b[^x]\n\n[^x]: Note")
    for identity in re.findall(r'href="#([^"]*)"', found):
        assert found.count(f'id="{identity}"') == 1
    assert re.findall(r'aria-label="([^"]*)"', found) == [
        "Footnote 1",
        "Footnote 1",
        "Footnotes",
        "Back to reference 1",
        "Back to reference 1-2",
    ]


# Embeds


@pytest.mark.parametrize(
    ("url", "name", "player", "page"),
    [
        ("https://youtu.be/dQw4w9WgXcQ?si=x", "YouTube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1m5s", "YouTube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=65", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=65s"),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "YouTube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://vimeo.com/1234/abc9", "Vimeo", "https://player.vimeo.com/video/1234?dnt=1&amp;h=abc9", "https://vimeo.com/1234/abc9"),
        ("https://codepen.io/jo/pen/aBcDeF", "CodePen", "https://codepen.io/jo/embed/aBcDeF", "https://codepen.io/jo/pen/aBcDeF"),
        ("https://open.spotify.com/intl-de/episode/4rOoJ6Egrf8K2IrywzwOMk", "Spotify", "https://open.spotify.com/embed/episode/4rOoJ6Egrf8K2IrywzwOMk", "https://open.spotify.com/episode/4rOoJ6Egrf8K2IrywzwOMk"),
    ],
)  # fmt: skip
def test_an_address_alone_becomes_a_player_that_is_a_link_first(url: str, name: str, player: str, page: str):
    found = html(url)
    assert found.startswith(
        f'<figure class="embed embed-{name.lower()}"><lite-embed data-src="{player}" data-title="{name}">'
    )
    assert re.search(
        rf'<a href="{re.escape(page)}" rel="noopener">\w+ on {name}</a></lite-embed></figure>$', found
    )
    assert html(f"<{url}>") == found
    assert player.startswith(EMBED_HOSTS)


def test_a_frame_of_a_known_host_becomes_the_same():
    frame = '<iframe width="560" src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="A talk" allowfullscreen></iframe>'
    assert html(frame) == html("https://youtu.be/dQw4w9WgXcQ").replace('title="YouTube"', 'title="A talk"')


def test_other_frames_and_media_become_links():
    assert html('<iframe src="https://maps.example/x">Fallback</iframe>') == (
        '<p><a href="https://maps.example/x" rel="noopener" class="outside-image">x</a></p>'
    )
    assert '<a href="https://a.example/b.mp4" rel="noopener" class="outside-image">b.mp4</a>' in html(
        '<video controls><source src="https://a.example/b.mp4"></video>'
    )
    assert html('<iframe src="javascript:a()"></iframe>') == ""


@pytest.mark.parametrize(
    "text",
    [
        "See https://youtu.be/dQw4w9WgXcQ",
        "https://youtu.be/x",
        "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://vimeo.com/about",
    ],
)
def test_only_an_address_alone_and_understood_becomes_a_player(text: str):
    assert "lite-embed" not in html(text)
    assert "<a href=" in html(text)


# Links and type


def test_links_to_other_hosts_do_not_hand_over_the_window():
    assert html('[a](https://other.example/ "b") [c](/d) [e](https://magazine.example/f)') == (
        '<p><a href="https://other.example/" title="b" rel="noopener">a</a> <a href="/d">c</a> '
        '<a href="https://magazine.example/f">e</a></p>'
    )
    assert html('<a href="https://other.example/" target="_blank" rel="opener">a</a>') == (
        '<p><a href="https://other.example/" rel="noopener">a</a></p>'
    )


def test_links_may_be_marked_as_not_endorsed():
    found = render('[a](https://a.example/) <a href="https://b.example/">b</a> [c](/c)', nofollow=True).html
    assert re.findall(r'rel="([^"]*)"', found) == ["noopener nofollow ugc"] * 2


@pytest.mark.parametrize(
    ("text", "href", "rest"),
    [
        ("(https://a.example/b_(c))", "https://a.example/b_(c)", ")"),
        ("https://a.example/b_c_d--e.", "https://a.example/b_c_d--e", "."),
        ("https://a.example/?b=1&c=2, x", "https://a.example/?b=1&amp;c=2", ", x"),
    ],
)
def test_a_bare_address_is_a_link_without_the_sentences_punctuation(text: str, href: str, rest: str):
    assert f'<a href="{href}" rel="noopener">{href}</a>{rest}' in html(text)


@pytest.mark.parametrize(
    "text", ["`https://a.example/`", "http://localhost:8000", "<b>xhttps://a.example/</b>"]
)
def test_what_is_no_address_for_readers_is_no_link(text: str):
    assert "<a" not in html(text)


def test_type_is_set_in_prose_and_never_in_code():
    assert html('"It\'s" -- \'so\'... (c) `"--"` \\"x\\"') == (
        '<p>“It’s” – ‘so’… (c) <code>"--"</code> "x"</p>'
    )
    assert '"--"' in html('```\n"--"\n```')


# Raw HTML


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ('<details open><summary>A</summary>\n\n*b*\n\n</details>', '<details open=""><summary>A</summary>\n<p><em>b</em></p>\n</details>'),
        ("<h1 class='zebra' style='x'>A</h1>", "<h2>A</h2>"),
        ("a <kbd>Ctrl</kbd> <abbr title='b'>c</abbr> H<sub>2</sub>O<br>d", '<p>a <kbd>Ctrl</kbd> <abbr title="b">c</abbr> H<sub>2</sub>O<br>d</p>'),
        ("<div>a <!-- b --> c</div>", "<div>a  c</div>"),
        ("<div>1 < 2 & 3</div>", "<div>1 &lt; 2 &amp; 3</div>"),
        ("<script>\nalert(1)\n</script>\n\na", "<p>a</p>"),
        ("<style>p { color: red }</style>\n\na", "<p>a</p>"),
        ("<form action=/x><input name=a><button>b</button></form>", "b"),
        ("a <svg onload=b()><title>c</title></svg> d", "<p>a c d</p>"),
        ("<progress value=2 max=4></progress>", "<p>2 of 4</p>"),
        ("<code-block class=code>a</code-block>", "<p>a</p>"),
        ("</div></article>a", "a"),
    ],
)  # fmt: skip
def test_raw_html_keeps_what_is_useful(source: str, result: str):
    assert html(source) == result


# The rest of the answer


def test_text_is_what_a_reader_sees():
    rendered = render(
        "## One\n\nA [link](/x), `code` & *more*[^1].\n\n| a | b |\n|---|---|\n| c | d |\n\n```python\nx = 1\n```\n\n"
        "![Alt](asset:42 'Caption')\n\n![](asset:99)\n\nhttps://youtu.be/dQw4w9WgXcQ\n\n[^1]: The note.",
        IMAGES,
    )
    assert rendered.text == "One\nA link, code & more.\na\nb\nc\nd\nx = 1\nCaption Jo Doe\nThe note."
    assert rendered.version == RENDERER_VERSION


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", 0),
        ("It's a well-known *fact*.", 4),
        ("a\n\n```\nnot prose\n```", 1),
        ("日本語 and so", 5),
        ("1,000.50 €", 2),
        ("**bo**ld", 1),
    ],
)
def test_words_of_prose_are_counted(source: str, words: int):
    assert render(source).words == words


def test_characters_that_break_feeds_and_databases_are_replaced():
    rendered = render("a\x00b\ud800c\x01d&#1;e <b title='&#2;'>f</b>")
    assert not re.search("[\x00-\x08\ud800-\udfff]", rendered.html + rendered.text)
    rendered.html.encode()


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("Why *Rust* `2.0` isn't here", "Why <em>Rust</em> <code>2.0</code> isn’t here"),
        ("Why Vec<String> is <b>slow</b>", "Why Vec&lt;String&gt; is &lt;b&gt;slow&lt;/b&gt;"),
        ("[Link](https://a.example/) https://b.example/", "Link https://b.example/"),
        ("![Alt](asset:42) <img src=x alt=y>", "Alt &lt;img src=x alt=y&gt;"),
        ("# Not a heading", "# Not a heading"),
        ("a <script>b</script><br>c", "a &lt;script&gt;b&lt;/script&gt;&lt;br&gt;c"),
        ("AT&T < 3", "AT&amp;T &lt; 3"),
        ("", ""),
    ],
)
def test_a_headline_has_emphasis_and_keeps_every_word(source: str, result: str):
    assert render_inline(source) == result


# Colours


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_can_be_read_in_every_colour_on_both_grounds(scheme: str):
    assert set(PALETTE[scheme]) == {"ink", *ROLES}
    pairs = [(name, ground) for name in PALETTE[scheme] for ground in (BACKGROUND[scheme], MARKED[scheme])]
    assert [(name, ground) for name, ground in pairs if contrast(PALETTE[scheme][name], ground) < 4.5] == []


def test_the_stylesheet_has_a_rule_for_every_role_and_both_schemes():
    css = stylesheet()
    assert [role for role in ROLES if f".code .{role} {{ color: var(--code-{role}); }}" not in css] == []
    assert css.count(f"--code-background: {BACKGROUND['dark']}") == 2
    assert css.count(f"--code-background: {BACKGROUND['light']}") == 1
    assert css.count("{") == css.count("}")
