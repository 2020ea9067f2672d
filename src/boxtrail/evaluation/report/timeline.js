// The id timeline: true tracks over the frames, coloured by the id that followed them.
"use strict";
const timeline = { page: 0, picked: null, rowsPerPage: 80 };
timeline.palette = ["#3b82c4", "#e0843a", "#3f9e63", "#c2504f", "#8d6fc7", "#a3722f", "#d572b0", "#2aa5a5", "#b5a21f", "#5d6fd3", "#86a83b", "#e06767", "#4f9fd8", "#b46bd0", "#d39a2c", "#41b389"];

// Columns of numbers into pieces: each knows its mark and what came before it in its track.
timeline.read = (found) => {
  const pieces = found.tracks.map((track, i) => ({ index: i, track, first: found.first[i], last: found.last[i], id: found.ids[i], isSwitch: false, isFragmentation: false, before: null }));
  for (const i of found.switches) pieces[i].isSwitch = true;
  for (const i of found.fragmentations) pieces[i].isFragmentation = true;
  const tracks = new Map();
  for (const piece of pieces) {
    if (!tracks.has(piece.track)) tracks.set(piece.track, []);
    const mine = tracks.get(piece.track);
    piece.before = mine.findLast((other) => other.id !== null) ?? null;
    mine.push(piece);
  }
  for (const mine of tracks.values()) {
    const end = mine.findLastIndex((piece) => piece.id !== null);
    mine.forEach((piece, i) => { piece.isGap = piece.id === null && piece.before !== null && i < end; });
  }
  return { pieces, tracks, colours: timeline.paint(tracks) };
};

// A colour for each id; ids that follow one another in a track get different ones.
timeline.paint = (tracks) => {
  const beside = new Map();
  for (const mine of tracks.values()) {
    const ids = mine.map((piece) => piece.id).filter((id) => id !== null);
    ids.forEach((id, i) => {
      if (!beside.has(id)) beside.set(id, new Set());
      if (i > 0 && ids[i - 1] !== id) { beside.get(id).add(ids[i - 1]); beside.get(ids[i - 1]).add(id); }
    });
  }
  const colours = new Map();
  [...beside.keys()].forEach((id, k) => {
    const taken = new Set([...beside.get(id)].map((other) => colours.get(other)));
    const order = timeline.palette.map((_, i) => timeline.palette[(k + i) % timeline.palette.length]);
    colours.set(id, order.find((colour) => !taken.has(colour)) ?? order[0]);
  });
  return colours;
};

timeline.trouble = (mine) => mine.reduce((sum, p) => sum + 3 * p.isSwitch + 2 * p.isFragmentation + p.isGap, 0);
timeline.order = () => {
  const kind = document.getElementById("timeline-order").value;
  const rows = [...timeline.story.tracks.entries()];
  if (kind === "trouble") rows.sort((a, b) => timeline.trouble(b[1]) - timeline.trouble(a[1]));
  if (kind === "start") rows.sort((a, b) => a[1][0].first - b[1][0].first);
  return rows;
};

timeline.frames = (piece) => (piece.first === piece.last ? `frame ${piece.first}` : `frames ${piece.first}–${piece.last} (${piece.last - piece.first + 1})`);
timeline.marks = (piece) => {
  const out = [];
  if (piece.isSwitch) out.push(`id switch ${piece.before.id} → ${piece.id}`);
  if (piece.isFragmentation) out.push(`fragmentation: last found in frame ${piece.before.last}`);
  return out;
};
timeline.tell = (piece) => (piece.id === null ? (piece.isGap ? "missed: a gap" : "missed") : `followed by id ${piece.id}`);

timeline.select = () => {
  const [sequence, tracker, label] = ["sequence", "tracker", "class"].map((what) => document.getElementById(`timeline-${what}`));
  const found = report.data.trackers[Number(tracker.value)].timelines[sequence.value] ?? {};
  const classes = Object.keys(found);
  const kept = classes.includes(label.value) ? label.value : classes[0];
  report.fill(label, classes);
  if (kept !== undefined) label.value = kept;
  timeline.story = timeline.read(found[kept] ?? { tracks: [], first: [], last: [], ids: [], switches: [], fragmentations: [] });
  timeline.page = 0;
  timeline.picked = null;
  timeline.count();
  timeline.list();
};

timeline.count = () => {
  const { pieces, tracks } = timeline.story;
  const count = (what) => pieces.filter((piece) => piece[what]).length;
  const parts = [[tracks.size, "true tracks"], [timeline.story.colours.size, "predicted ids on them"], [count("isSwitch"), "id switches"], [count("isFragmentation"), "fragmentations"], [count("isGap"), "gaps"]];
  const target = document.getElementById("timeline-counts");
  target.replaceChildren(...parts.flatMap(([number, text], i) => {
    const strong = document.createElement("b");
    strong.textContent = number.toLocaleString("en");
    return [...(i ? [" · "] : []), strong, ` ${text}`];
  }));
};

timeline.traces = (rows) => {
  const places = new Map(rows.map(([track], i) => [track, i]));
  const shown = rows.flatMap(([, mine]) => mine);
  const followed = shown.filter((piece) => piece.id !== null), missed = shown.filter((piece) => piece.id === null);
  const hover = (piece) => [`<b>true track ${report.plain(piece.track)}</b>`, timeline.frames(piece), timeline.tell(piece), ...timeline.marks(piece)].join("<br>");
  const bars = (pieces, width, colours) => ({
    type: "bar", orientation: "h", width, base: pieces.map((p) => p.first - 0.5), x: pieces.map((p) => p.last - p.first + 1), y: pieces.map((p) => places.get(p.track)),
    marker: { color: colours, line: { color: report.colour("--ink"), width: pieces.map((p) => (p === timeline.picked ? 2 : 0)) }, opacity: pieces.map((p) => (timeline.picked === null || timeline.picked.id === null || p.id === null || p.id === timeline.picked.id ? 1 : 0.25)) },
    customdata: pieces.map((p) => p.index), hovertext: pieces.map(hover), hovertemplate: "%{hovertext}<extra></extra>", showlegend: false,
  });
  const marks = (what, symbol, size) => {
    const pieces = shown.filter((piece) => piece[what]);
    return {
      type: "scatter", mode: "markers", x: pieces.map((p) => p.first - 0.5), y: pieces.map((p) => places.get(p.track)), cliponaxis: false,
      marker: { symbol, size, color: report.colour("--ink"), line: { width: symbol === "x" ? 1 : 1.6, color: symbol === "x" ? report.colour("--card") : report.colour("--ink") } },
      customdata: pieces.map((p) => p.index), hovertext: pieces.map(hover), hovertemplate: "%{hovertext}<extra></extra>", showlegend: false,
    };
  };
  return [
    bars(missed, 0.22, report.colour("--missed")),
    bars(followed, 0.78, followed.map((p) => timeline.story.colours.get(p.id))),
    marks("isFragmentation", "diamond-open", report.isNarrow() ? 7 : 10),
    marks("isSwitch", "x", report.isNarrow() ? 7 : 9),
  ];
};

timeline.draw = async () => {
  const all = timeline.order(), pages = Math.max(1, Math.ceil(all.length / timeline.rowsPerPage));
  const rows = all.slice(timeline.page * timeline.rowsPerPage, (timeline.page + 1) * timeline.rowsPerPage);
  const pager = document.getElementById("timeline-pager");
  pager.hidden = pages < 2;
  pager.querySelector("span").textContent = `true tracks ${timeline.page * timeline.rowsPerPage + 1}–${timeline.page * timeline.rowsPerPage + rows.length} of ${all.length}`;
  pager.querySelectorAll("button").forEach((button) => { button.disabled = timeline.page + Number(button.dataset.step) < 0 || timeline.page + Number(button.dataset.step) >= pages; });
  const ends = timeline.story.pieces.map((piece) => piece.last), starts = timeline.story.pieces.map((piece) => piece.first);
  const bounds = ends.length ? [starts.reduce((a, b) => Math.min(a, b)), ends.reduce((a, b) => Math.max(a, b))] : [0, 1];
  timeline.whole = [bounds[0] - 0.5 - 0.005 * (bounds[1] - bounds[0]), bounds[1] + 0.5];
  const touch = matchMedia("(pointer: coarse)").matches;
  const layout = report.layout({
    height: Math.max(200, 60 + 17 * rows.length), barmode: "overlay", dragmode: touch ? false : "zoom", hovermode: "closest", uirevision: `${document.getElementById("timeline-sequence").value}`,
    margin: { l: 40, r: 12, t: 44, b: 12 },
    xaxis: { side: "top", title: { text: "frame", standoff: 6 }, range: timeline.whole, fixedrange: touch, zeroline: false, tickformat: "d" },
    yaxis: { range: [Math.max(rows.length, 1) - 0.4, -0.6], tickvals: rows.map((_, i) => i), ticktext: rows.map(([track]) => report.plain(track)), tickfont: { size: 10 }, showgrid: false, zeroline: false },
  });
  const plot = document.getElementById("timeline-plot");
  await Plotly.react(plot, timeline.traces(rows), layout, report.config);
  plot.removeAllListeners("plotly_click");
  plot.on("plotly_click", (event) => timeline.pick(timeline.story.pieces[event.points[0].customdata]));
};

// Half or twice as many frames, about the piece that was clicked if there is one; or the frames beside these.
timeline.zoom = (how) => {
  const plot = document.getElementById("timeline-plot"), [begin, end] = plot.layout.xaxis.range, width = end - begin;
  const picked = timeline.picked && timeline.picked.last >= begin && timeline.picked.first <= end ? (Math.max(begin, timeline.picked.first) + Math.min(end, timeline.picked.last)) / 2 : (begin + end) / 2;
  const wide = timeline.whole[1] - timeline.whole[0];
  const wanted = how === "all" ? wide : Math.min(wide, how === "in" ? Math.max(8, width / 2) : how === "out" ? 2 * width : width);
  const from = how === "earlier" ? begin - width / 2 : how === "later" ? begin + width / 2 : picked - wanted / 2;
  const first = Math.min(Math.max(from, timeline.whole[0]), timeline.whole[1] - wanted);
  return Plotly.relayout(plot, { "xaxis.range": [first, first + wanted] });
};

// Shows a piece: its frames and ids, what came before and after, and where else its id went.
timeline.pick = async (piece) => {
  timeline.picked = piece;
  const mine = timeline.story.tracks.get(piece.track), detail = document.getElementById("timeline-detail");
  const line = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const parts = [line("h3", `True track ${piece.track}: ${timeline.frames(piece)}`), line("p", [timeline.tell(piece), ...timeline.marks(piece)].join("; ") + ".")];
  if (piece.id !== null) {
    const elsewhere = [...new Set(timeline.story.pieces.filter((p) => p.id === piece.id && p.track !== piece.track).map((p) => p.track))];
    parts.push(line("p", elsewhere.length ? `Id ${piece.id} also follows true track ${elsewhere.join(", ")}; its bars are in full colour.` : `Id ${piece.id} follows no other true track.`));
  }
  const list = document.createElement("ol");
  for (const other of mine) {
    const button = line("button", `${other.first === other.last ? other.first : `${other.first}–${other.last}`} · ${other.id === null ? "missed" : `id ${other.id}`}${other.isSwitch ? " ✕" : ""}${other.isFragmentation ? " ◇" : ""}`);
    button.type = "button";
    button.style.setProperty("--piece", other.id === null ? "var(--missed)" : timeline.story.colours.get(other.id));
    if (other === piece) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => timeline.pick(other));
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
  const close = line("button", "Clear selection");
  close.type = "button";
  close.style.justifySelf = "start";
  close.addEventListener("click", () => { timeline.picked = null; detail.replaceChildren(); timeline.draw(); });
  detail.replaceChildren(...parts, list, close);
  await timeline.draw();
};

// Every switch, fragmentation and gap, in the order of frames.
timeline.list = () => {
  const kind = document.getElementById("event-kind").value;
  const events = timeline.story.pieces.flatMap((piece) => [
    ...(piece.isSwitch ? [{ kind: "switch", text: "✕ id switch", ids: `${piece.before.id} → ${piece.id}`, piece }] : []),
    ...(piece.isFragmentation ? [{ kind: "fragmentation", text: `◇ fragmentation, lost after frame ${piece.before.last}`, ids: `${piece.id}`, piece }] : []),
    ...(piece.isGap ? [{ kind: "gap", text: `gap up to frame ${piece.last}`, ids: `after ${piece.before.id}`, piece }] : []),
  ]).filter((event) => kind === "" || event.kind === kind).sort((a, b) => a.piece.first - b.piece.first);
  const body = document.querySelector("#timeline-events tbody");
  body.replaceChildren(...events.map(({ text, ids, piece }) => {
    const row = document.createElement("tr"), button = document.createElement("button");
    button.type = "button";
    button.textContent = piece.first;
    const cells = [button, String(piece.track), text, ids].map((content) => { const cell = document.createElement("td"); cell.append(content); return cell; });
    row.append(...cells);
    row.addEventListener("click", () => timeline.pick(piece));
    return row;
  }));
};

timeline.start = async () => {
  const names = report.data.sequences.filter((name) => report.data.trackers.some((tracker) => name in tracker.timelines));
  const section = document.getElementById("timeline");
  section.hidden = names.length === 0;
  if (section.hidden) return;
  report.fill(document.getElementById("timeline-sequence"), names);
  report.fill(document.getElementById("timeline-tracker"), report.data.trackers.map((_, i) => i), report.data.trackers.map((tracker) => tracker.name));
  for (const what of ["sequence", "tracker", "class"])
    document.getElementById(`timeline-${what}`).addEventListener("change", () => { document.getElementById("timeline-detail").replaceChildren(); timeline.select(); timeline.draw(); });
  document.getElementById("timeline-order").addEventListener("change", () => { timeline.page = 0; timeline.draw(); });
  for (const button of document.querySelectorAll("#timeline-zoom button"))
    button.addEventListener("click", () => timeline.zoom(button.dataset.zoom));
  document.getElementById("event-kind").addEventListener("change", timeline.list);
  for (const button of document.querySelectorAll("#timeline-pager button"))
    button.addEventListener("click", () => { timeline.page += Number(button.dataset.step); timeline.draw(); });
  timeline.select();
  await report.keep(timeline.draw);
};
