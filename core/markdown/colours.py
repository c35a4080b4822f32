"""Colours of code, light and dark, as custom properties over the few roles that `listings` writes."""

from core.markdown.listings import ROLES

BACKGROUND = {"light": "#f6f4ef", "dark": "#1c1b19"}
MARKED = {"light": "#ece5d3", "dark": "#2e2a22"}
PALETTE: dict[str, dict[str, str]] = {
    "light": {
        "ink": "#2b2a27", "c": "#6a655b", "k": "#8a2b52", "s": "#3c6320", "m": "#8a4b00", "nf": "#1d5286", "nc": "#6b3fa0",
        "na": "#7a4a12", "nb": "#0b6066", "se": "#9a3412", "gh": "#1d5286", "gd": "#a3231f", "gi": "#2f6a1f", "err": "#a3231f",
    },
    "dark": {
        "ink": "#e8e4da", "c": "#a39c8d", "k": "#f29bb8", "s": "#b4d58a", "m": "#f0b676", "nf": "#8cc4f5", "nc": "#cdb0f7",
        "na": "#e3bd88", "nb": "#7fd3d6", "se": "#f7a985", "gh": "#8cc4f5", "gd": "#ff9d94", "gi": "#a5d986", "err": "#ff9d94",
    },
}  # fmt: skip


def stylesheet() -> str:
    """CSS for rendered code: the `--code-*` properties for both schemes and one rule a role."""
    dark = _properties("dark")
    rules = "\n".join(f".code .{role} {{ color: var(--code-{role}); }}" for role in ROLES)
    return f"""\
:root {{
{_properties("light")}
}}
@media (prefers-color-scheme: dark) {{
:root:not([data-theme="light"]) {{
{dark}
}}
}}
[data-theme="dark"] {{
{dark}
}}
.code {{ background: var(--code-background); color: var(--code-ink); }}
.code .hll {{ background: var(--code-marked); }}
.code .c {{ font-style: italic; }}
.code .gh {{ font-weight: 600; }}
{rules}
"""


def _properties(scheme: str) -> str:
    colours = {"background": BACKGROUND[scheme], "marked": MARKED[scheme]} | PALETTE[scheme]
    return "\n".join(f"  --code-{name}: {colour};" for name, colour in colours.items())
