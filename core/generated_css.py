"""Classes instead of inline styles, which the content security policy forbids: hues, focal points, code colours."""

from core.markdown import stylesheet as code_colours


def stylesheet() -> str:
    lines = [f".hue-{hue} {{ --hue: {hue}; }}" for hue in range(360)]
    for percent in range(0, 101, 5):
        lines.append(f".focal-x-{percent} {{ --focal-x: {percent}%; }}")
        lines.append(f".focal-y-{percent} {{ --focal-y: {percent}%; }}")
    return "@layer components {\n" + "\n".join(lines) + "\n}\n" + code_colours()
