"""Listings of a terminal: a prompt tells what was typed from what was answered, and nothing else should carry one."""

import re
from collections.abc import Iterator

from core.markdown.reading import Listing
from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule

_SESSIONS = frozenset({"console", "shell-session", "sh-session", "shellsession"})
_SCRIPTS = frozenset({"bash", "sh", "shell", "zsh", "fish"})
# user@host:~$, (venv) $, C:\>, PS>, mysql>, %, ❯
_PROMPT = re.compile(
    r"^\s*(?:\([\w.-]{1,40}\)\s*)?(?:[\w.-]{1,40}@[\w.-]{1,60}[^\n$#%>]{0,80}|~?[\w./~-]{0,60}\s?|PS [^\n>]{0,80}|[A-Z]:[^\n>]{0,80})?[$#%>❯➜»](?:\s|$)",
    re.MULTILINE,
)
_DOLLAR = re.compile(r"\s*\$ \S")
_CONTINUED = re.compile(r"\\\s*$")


@rule("console-prompt", Level.WARNING)
def session_without_prompt(text: Checked) -> Iterator[Problem]:
    """A terminal session in which nothing was typed at a prompt."""
    for listing in text.listings:
        if listing.language in _SESSIONS and listing.code.strip() and not _PROMPT.search(listing.code):
            yield _problem(
                listing,
                f"A “{listing.language}” listing has no prompt: nobody can tell what to type from what is answered.",
                "Begin each line that is typed with “$ ”; if there is no answer to show, call the listing “bash”; "
                "if nothing is typed, “text”.",
            )
        if (
            listing.language == "pycon"
            and listing.code.strip()
            and not re.search(r"^\s*(?:>>>|In \[)", listing.code, re.M)
        ):
            yield _problem(
                listing,
                "A “pycon” listing has no “>>>”: nobody can tell what to type from what is answered.",
                "Begin each line that is typed with “>>> ”, or call the listing “python”.",
            )


@rule("shell-prompt", Level.WARNING)
def script_with_prompts(text: Checked) -> Iterator[Problem]:
    """A script in which every command carries a “$ ” that would be copied with it."""
    for listing in text.listings:
        commands = _commands(listing) if listing.language in _SCRIPTS else []
        if commands and _DOLLAR.match(commands[0]):
            alone = all(_DOLLAR.match(command) for command in commands)
            yield _problem(
                listing,
                f"A “{listing.language}” listing has prompts: whoever copies it copies the “$” too.",
                "Take the “$ ” away."
                if alone
                else "Call it “console”: it shows a session, with its answers.",
            )


def _commands(listing: Listing) -> list[str]:
    """Its lines without comments, empty ones and those that go on with the one before."""
    lines = listing.code.splitlines()
    goes_on = [False] + [bool(_CONTINUED.search(line)) for line in lines[:-1]]
    return [
        line
        for line, continued in zip(lines, goes_on, strict=False)
        if line.strip() and not continued and not line.lstrip().startswith("#")
    ]


def _problem(listing: Listing, message: str, fix: str) -> Problem:
    first = next((line.strip() for line in listing.code.splitlines() if line.strip()), "")
    return Problem(message, fix, excerpt=first[:120], line=listing.line)
