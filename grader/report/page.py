"""The page of a text report and its colours: the only place that writes terminal sequences."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Columns to write on, and ink; without colour every text stays as it is and still says all."""

    width: int
    colour: bool

    def narrower(self, columns: int) -> Page:
        """Give the page that is left beside an indent of that many columns."""
        return replace(self, width=self.width - columns)

    def good(self, text: str) -> str:
        """Green: what is right, or would have been."""
        return self._paint("32", text)

    def bad(self, text: str) -> str:
        """Bold red: what is wrong."""
        return self._paint("1;31", text)

    def strong(self, text: str) -> str:
        """Bold: what is read first."""
        return self._paint("1", text)

    def faint(self, text: str) -> str:
        """Dim: labels and small print."""
        return self._paint("2", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text.strip() else text
