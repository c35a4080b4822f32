"""What the policy forbids inline, as classes: hues, focal points, code colours. And the faces of the web fonts."""

from core import fonts
from core.markdown import stylesheet as code_colours


def stylesheet() -> str:
    lines = [f".hue-{hue} {{ --hue: {hue}; }}" for hue in range(360)]
    for percent in range(0, 101, 5):
        lines.append(f".focal-x-{percent} {{ --focal-x: {percent}%; }}")
        lines.append(f".focal-y-{percent} {{ --focal-y: {percent}%; }}")
    return fonts.stylesheet() + "@layer components {\n" + "\n".join(lines) + "\n}\n" + code_colours()
