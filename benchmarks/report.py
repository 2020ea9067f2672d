"""Writes the tables of the README from the printed results, so that no figure in it is typed by hand.

    python benchmarks/report.py

reads ``results/accuracy-mot17.md``, ``trackers.md``, ``update-bytetrack.md`` and ``update-ocsort-sort.md`` and
replaces what stands in README.md after ``<!-- accuracy -->``, ``<!-- trackers -->`` or ``<!-- speed -->`` and before
``<!-- end -->``.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
README = HERE.parent / "README.md"

Row = dict[str, str]


def tables(path: Path) -> dict[str, list[Row]]:
    """The tables of a result file by the heading they stand under ("" before the first)."""
    found: dict[str, list[Row]] = {}
    heading, columns = "", []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading, columns = line[3:].strip(), []
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            columns = []
        elif not columns:
            columns = [f"{cells[k - 1]} ratio" if name == "ratio" else name for k, name in enumerate(cells)]
        elif not set(line) <= set("|-: "):
            found.setdefault(heading, []).append(dict(zip(columns, cells, strict=True)))
    return found


def render(columns: list[str], rows: list[list[str]]) -> str:
    """A markdown table, numbers to the right."""
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def accuracy() -> str:
    """Ours at our defaults, and the figures each is held to."""
    metrics = ["HOTA", "MOTA", "IDF1", "IDSW"]
    found = tables(RESULTS / "accuracy-mot17.md")
    moved = {row["run"]: row["HOTA"] for row in found["With the published camera motion"]}
    rows, ours = [], ""
    for row in found["Motion alone"]:
        if row["run"].endswith(", defaults"):
            ours = row["run"]
            values = [row[metric] for metric in metrics]
            rows.append(
                [ours.removesuffix(", defaults"), *values, moved.get(ours, "–"), row["rows equal"], "–"]
            )
        elif ours and row["rows equal"] == row["reached"] == "–":
            rows[-1][-1] = f"{row['HOTA']} ({row['run'].split(', ')[1]})"
            ours = ""
        else:
            ours = ""
    return render(
        ["tracker", *metrics, "HOTA with camera motion", "rows equal to the authors'", "HOTA of others"], rows
    )


def trackers() -> str:
    """Each tracker beside ByteTrack, without and with appearance."""
    found = [row for rows in tables(RESULTS / "trackers.md").values() for row in rows]
    plain = {row["tracker"]: row for row in found if "1,000 objects" in row}
    seen = {row["tracker"]: row for row in found if "1,000 objects" not in row}
    sizes = ["100 objects", "1,000 objects"]
    rows = [
        [name, *(plain[name][size] if name in plain else "–" for size in sizes), seen[name]["100 objects"]]
        for name in sorted(seen)
    ]
    return render(["tracker", *sizes, "100 objects, 512-dimensional embeddings"], rows)


def speed() -> str:
    """Ours at each size, and how many times longer the peers take in the same run."""
    found = {**tables(RESULTS / "update-bytetrack.md"), **tables(RESULTS / "update-ocsort-sort.md")}
    peers = ["trackforge", "trackers", "ultralytics"]
    rows = [
        [f"{tracker}, {row['objects']} objects", row["boxtrail"], *(row[f"{peer} ratio"] for peer in peers)]
        for tracker in ("bytetrack", "ocsort")
        for row in found[tracker]
        if row["objects"] in ("10", "100", "500", "1,000")
    ]
    return render(["", "boxtrail", *(f"{peer} takes" for peer in peers)], rows)


def main() -> None:
    """Rewrite the README."""
    text = README.read_text(encoding="utf-8")
    for name, table in (("accuracy", accuracy()), ("trackers", trackers()), ("speed", speed())):
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md has no place for the {name} table")
        text = pattern.sub(lambda match, table=table: match[1] + table + "\n" + match[2], text)  # type: ignore[misc]
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
