"""The table of ratios: its rows, what is asked of them, and its place in a Markdown file."""

from dataclasses import dataclass


@dataclass
class Row:
    """One line of the table: what was measured, and the ratio that is asked for."""

    shape: str
    peer: str
    # The shortest so far.
    ours_seconds: float = float("inf")
    peer_seconds: float = float("inf")
    floor: float | None = None
    # For ratios that must stay small, such as a quiet signal's time against a loud one's: ours against theirs.
    ceiling: float | None = None
    is_share: bool = False

    def take(self, times: tuple[float, float]):
        self.ours_seconds = min(self.ours_seconds, times[0])
        self.peer_seconds = min(self.peer_seconds, times[1])

    @property
    def ratio(self) -> float:
        return self.ours_seconds / self.peer_seconds if self.is_share else self.peer_seconds / self.ours_seconds

    @property
    def verdict(self) -> str:
        if self.floor is not None:
            return "PASS" if self.ratio >= self.floor else "BELOW"
        if self.ceiling is not None:
            return "PASS" if self.ratio <= self.ceiling else "ABOVE"
        return ""

    @property
    def asked(self) -> str:
        if self.floor is not None:
            return f"≥ {self.floor:g}"
        return f"≤ {self.ceiling:g}" if self.ceiling is not None else ""

    def __str__(self) -> str:
        return (
            f"{self.shape:<45} {self.peer:<12} {milliseconds(self.ours_seconds):>10} {milliseconds(self.peer_seconds):>10}"
            f" {self.ratio:>7.2f}x {self.asked:>8} {self.verdict}"
        )


def milliseconds(seconds: float) -> str:
    digits = 4 if seconds < 1e-4 else 3 if seconds < 0.1 else 0
    return f"{seconds * 1e3:.{digits}f} ms"


def update(path: str, rows: list[Row], errors: list[str], keep: bool):
    """Replaces the table between the markers of a Markdown file; with `keep` only the rows that were measured anew."""
    begin, end = "<!-- bench -->", "<!-- /bench -->"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(begin)
    old, after = rest.split(end)
    lines = [
        f"| {row.shape} | {row.peer} | {milliseconds(row.ours_seconds)} | {milliseconds(row.peer_seconds)} "
        f"| {row.ratio:.2f} | {row.asked} |"
        for row in rows
    ]
    if keep:
        lines = merged(old.split("|---|---|---:|---:|---:|---:|\n")[1].splitlines(), lines)
    head = ["| shape | against | ours | theirs | ratio | asked |", "|---|---|---:|---:|---:|---:|"]
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + begin + "\n" + "\n".join([*errors, "", *head, *lines]) + "\n" + end + after)


def merged(old: list[str], new: list[str]) -> list[str]:
    """The old lines with new ones in the places of those they replace; the others follow the new line before them."""
    lines = list(old)

    def place(line: str) -> int | None:
        key = line.split("|")[1:3]
        return next((index for index, other in enumerate(lines) if other.split("|")[1:3] == key), None)

    last = len(lines) - 1
    for line in new:
        found = place(line)
        if found is None:
            last += 1
            lines.insert(last, line)
        else:
            last = found
            lines[found] = line
    return lines
