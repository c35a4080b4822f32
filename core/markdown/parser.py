"""The one parser: CommonMark, and on top of it what a magazine needs."""

from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin

from core.markdown import (
    admonitions,
    embeds,
    footnotes,
    headings,
    limits,
    links,
    listings,
    made,
    raw_html,
    tables,
    tasks,
    typography,
)

_PLUGINS = (
    made.plugin,
    limits.plugin,
    deflist_plugin,
    tables.plugin,
    tasks.plugin,
    footnotes.plugin,
    admonitions.plugin,
    links.plugin,
    typography.plugin,
    listings.plugin,
    headings.plugin,
    raw_html.plugin,
    embeds.plugin,
    links.resolving,
)  # in the order of their steps: headings claim ids before raw HTML does, links look for them last


@cache
def parser(extensions: bool = True) -> MarkdownIt:
    """The parser, made once. Without extensions it is plain CommonMark, raw HTML included, and nothing is safe."""
    # Deeper levels than the limit are parsed so that they can be refused: the library would drop them silently
    md = MarkdownIt("commonmark", {"maxNesting": limits.MAX_BLOCK_NESTING + 10})
    if extensions:
        md.inline = limits.BoundedInline()
        md.configure("commonmark", dict(md.options))
        md.enable("strikethrough")
        for plugin in _PLUGINS:
            md.use(plugin)
    return md
