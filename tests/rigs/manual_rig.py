"""Reads a manual as a technician does: section by section, typing each command there."""

import re
from dataclasses import dataclass, field
from pathlib import Path


def sections(text: str) -> dict[str, list[str]]:
    """Return the commands under each heading: the indented lines, without what fences show."""
    found: dict[str, list[str]] = {}
    heading, is_fenced = "", False
    for line in text.splitlines():
        if line.startswith("```"):
            is_fenced = not is_fenced
        elif not is_fenced and (title := re.match(r"#+ (.+)$", line)):
            heading = title[1]
        elif not is_fenced and re.match(r"    \S", line):
            found.setdefault(heading, []).append(line.strip())
    return found


@dataclass(slots=True)
class Manual:
    """A manual that is being followed. places: its examples, and what is here instead."""

    path: Path
    places: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)

    def commands(self, heading: str) -> list[str]:
        """Return a section's commands as they stand there."""
        return sections(self.path.read_text(encoding="utf-8"))[heading]

    def type(self, command: str) -> str:
        """Note that a command was typed; return it as it is right for this place."""
        self.typed.append(command)
        for example, real in self.places.items():
            command = command.replace(example, real)
        return command

    def left_out(self) -> list[str]:
        """Return the commands that nobody has typed."""
        known = sections(self.path.read_text(encoding="utf-8")).values()
        return [line for lines in known for line in lines if line not in self.typed]
