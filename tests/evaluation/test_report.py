"""The report: complete, well-formed, safe against names, and drawn by a browser without a word of complaint."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.errors import MissingExtraError, SinkError
from boxtrail.evaluation import Evaluation, SequenceRows, bootstrap, evaluate
from evaluation.browser import open_page
from evaluation.cases import random_rows, table

pytest.importorskip("jinja2")
pytest.importorskip("plotly")

from boxtrail.evaluation.report import render_report, save_report

VOID = {"meta", "link", "br", "img", "input", "hr", "rect", "path"}
HOSTILE = '</script><script>document.documentElement.dataset.hacked=1</script><img src=x onerror="x">&amp;'
TRUTH = table("a@0 b@50", "a@0 b@50", "a@0 b@50", "a@0 b@50")
SWAPPED = table("x@0 y@50", "x@0 y@50", "y@0 x@50", "y@0 x@50")
GAPPED = table("x@0 y@50", "y@50", "x@0 y@50", "x@0 y@50")


class Page(HTMLParser):
    """Checks that tags close in order; collects elements and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        if tag == "script":
            self.scripts.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def scored(truth: Mapping[str, SequenceRows], tracks: Mapping[str, SequenceRows]) -> Evaluation:
    return evaluate(truth, tracks, preprocess="none")


def two_trackers(names: tuple[str, str] = ("north", "south")) -> dict[str, Evaluation]:
    truth = dict.fromkeys(names, TRUTH)
    return {
        "first": scored(truth, dict(zip(names, (TRUTH, SWAPPED), strict=True))),
        "second": scored(truth, dict(zip(names, (GAPPED, GAPPED), strict=True))),
    }


def embedded(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_it_is_well_formed_and_has_every_sequence_tracker_rule_and_version() -> None:
    found = two_trackers()
    page = Page(render_report(found, bootstrap=bootstrap(found, resamples=100)))
    for word in (
        "north",
        "south",
        "first",
        "second",
        "Id switches",
        "every box counts",
        "boxtrail 0.",
        "box IoU",
    ):
        assert word in page.text
    assert "first has the best HOTA" in page.text or "beats" in page.text or "ahead of" in page.text
    assert "How sure are these numbers?" in page.text
    assert page.text.count("All together") == 2


def test_it_needs_no_network() -> None:
    text = render_report(two_trackers())
    assert all(link.startswith("#") for link in Page(text).links)
    assert not re.search(r"@import|url\(", text)
    assert len(text) < 3_000_000


def test_without_bootstrap_and_with_one_tracker_sections_are_left_out() -> None:
    page = Page(render_report({"only": two_trackers()["first"]}))
    assert "How sure" not in page.text
    assert "only reaches a HOTA of" in page.text
    assert "from 57.74 in south to 100.00 in north" in page.text
    assert "Tracker" not in page.text.split("Scores by sequence")[1].split("How exact")[0]


def test_the_timelines_in_it_have_every_switch_and_fragmentation() -> None:
    found = two_trackers()
    for tracker in embedded(render_report(found))["trackers"]:
        for sequence, by_class in tracker["timelines"].items():
            metrics = found[tracker["name"]].sequences[sequence]
            (timeline,) = by_class.values()
            assert len(timeline["switches"]) == metrics["IDSW"]
            assert len(timeline["fragmentations"]) == metrics["Frag"]
    gaps = embedded(render_report(found))["trackers"][1]["timelines"]["north"]["all"]
    assert gaps["tracks"] == [0, 0, 0, 1]
    assert gaps["ids"] == [0, None, 0, 1]
    assert (gaps["first"], gaps["last"]) == ([1, 2, 3, 1], [1, 2, 4, 4])


def test_ids_beyond_javascripts_whole_numbers_are_kept() -> None:
    far = replace(TRUTH, ids=TRUTH.ids + 2**60)
    (tracker,) = embedded(render_report({"far": scored({"s": far}, {"s": TRUTH})}))["trackers"]
    assert tracker["timelines"]["s"]["all"]["tracks"] == [str(2**60), str(2**60 + 1)]


def test_hostile_names_are_shown_and_not_run() -> None:
    text = render_report({HOSTILE: two_trackers((HOSTILE, "south"))["first"]}, title=HOSTILE)
    page, plain = Page(text), Page(render_report({"only": two_trackers()["first"]}))
    assert page.tags == plain.tags
    assert page.text.count("onerror=") >= 3
    assert HOSTILE in embedded(text)["sequences"]


@pytest.mark.parametrize("empty", ["truth", "tracks", "both"])
def test_empty_sides_have_a_report_too(empty: str) -> None:
    nothing = table("", "", "", "")
    truth, tracks = (nothing if empty in (side, "both") else TRUTH for side in ("truth", "tracks"))
    assert "one" in Page(render_report({"t": scored({"one": truth}, {"one": tracks})})).text


def test_several_classes_have_a_table_of_their_own() -> None:
    rng = np.random.default_rng(3)
    truth, tracks = (
        replace(random_rows(rng, "box", 8, 5, False), names={1: "car", 7: "bus"}) for _ in range(2)
    )
    page = Page(render_report({"t": scored({"one": truth}, {"one": tracks})}))
    assert "Scores by class" in page.text
    assert "bus" in page.text


def test_saving_is_a_method_and_all_or_nothing(tmp_path: Path) -> None:
    found = two_trackers()["first"]
    found.save_html(tmp_path / "new" / "report.html", name="mine")
    assert "mine reaches" in Page((tmp_path / "new" / "report.html").read_text(encoding="utf-8")).text
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]
    with pytest.raises(SinkError, match="a folder has that name"):
        save_report(tmp_path / "new", {"mine": found})


@pytest.mark.parametrize("module", ["jinja2", "plotly"])
def test_what_is_missing_is_named_with_its_extra(
    module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from boxtrail.evaluation.report import page

    page._drawing_library.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        MissingExtraError, match=rf"needs {module}; install it with: pip install 'boxtrail\[eval\]'"
    ):
        two_trackers()["first"].save_html(tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


READER = (Path(__file__).parent / "reader.js").read_text(encoding="utf-8")


def read_by_someone(text: str, sequence: str, tmp_path: Path) -> dict[str, Any]:
    """What a reader sees who clicks through the report; fails on any word in the console."""
    page = tmp_path / "report.html"
    text = text.replace("<html ", f'<html data-sequence="{sequence}" ', 1)
    page.write_text(text.replace("</body>", f"<script>{READER}</script></body>"), encoding="utf-8")
    opened = open_page(page, tmp_path / "profile")
    assert opened.console == []
    assert opened.data("done") == "true"
    assert opened.data("hacked") is None
    names = ("counts", "marks", "bars", "detail", "events", "falling", "rising", "themes", "drawn", "ranges")
    return {name: json.loads(unescape(opened.data(name) or "null")) for name in names}


def test_a_browser_draws_all_plots_and_a_click_tells_frames_and_ids(tmp_path: Path) -> None:
    found = two_trackers((HOSTILE, "south"))
    seen = read_by_someone(render_report(found, bootstrap=bootstrap(found, resamples=100)), "south", tmp_path)
    assert seen["drawn"] == [True] * 6
    assert (
        seen["counts"]
        == "2 true tracks · 2 predicted ids on them · 2 id switches · 0 fragmentations · 0 gaps"
    )
    assert seen["marks"] == [0, 2]
    assert seen["bars"] == 4
    assert "True track 0: frames 3–4 (2)" in seen["detail"]
    assert "id switch 0 → 1" in seen["detail"]
    assert "Id 1 also follows true track 1" in seen["detail"]
    assert [row[:2] for row in seen["events"]] == [["3", "0"], ["3", "1"]]
    assert sorted(seen["themes"]) == ["dark", "light"]
    assert seen["falling"] == sorted(seen["rising"], reverse=True) == [2, 0, 0, 0]


@pytest.mark.slow
def test_a_browser_draws_mot17(tmp_path: Path, data_dir: Path) -> None:
    tracks = data_dir / "reference-results" / "trackeval-pedes" / "MOT17"
    truth = data_dir / "MOT17" / "train"
    found = {"pedes": evaluate(truth, tracks), "truth": evaluate(truth, truth)}
    seen = read_by_someone(render_report(found), "MOT17-02-DPM", tmp_path)
    metrics = found["pedes"].sequences["MOT17-02-DPM"]
    assert seen["marks"] == [metrics["Frag"], metrics["IDSW"]]
    assert f"{metrics['IDSW']} id switches · {metrics['Frag']} fragmentations" in seen["counts"]
    whole, earlier, closer, wider, later, everything = seen["ranges"]
    assert all(shown == pytest.approx(whole, abs=0.2) for shown in (earlier, wider, later, everything))
    assert closer[1] - closer[0] == pytest.approx((whole[1] - whole[0]) / 2.0, abs=0.3)
    assert sum("switch" in row[2] for row in seen["events"]) == metrics["IDSW"]
    assert sum("fragmentation" in row[2] for row in seen["events"]) == metrics["Frag"]
    assert seen["drawn"] == [True] * 6
