// Curves, bars and radar. `report` is what the scripts share.
"use strict";
const report = {
  data: JSON.parse(document.getElementById("data").textContent),
  drawers: [], // functions that draw a plot anew, for a change of theme
};

// Plotly reads some tags in texts; names are shown as they are.
report.plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
report.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
report.trackerColour = (index) => report.colour(`--tracker-${index % 8}`);
report.isNarrow = () => window.innerWidth < 700;
report.shown = (metric, value) => {
  const unit = report.data.columns[metric].unit;
  if (unit === "count") return value.toLocaleString("en");
  return (unit === "share" ? 100 * value : value).toFixed(2);
};

report.layout = (changes) => {
  const axis = { gridcolor: report.colour("--grid"), zerolinecolor: report.colour("--grid"), linecolor: report.colour("--line"), automargin: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 12, color: report.colour("--ink") },
    margin: { l: 44, r: 12, t: 12, b: 40 },
    hoverlabel: { bgcolor: report.colour("--card"), bordercolor: report.colour("--line"), font: { color: report.colour("--ink") }, align: "left", namelength: -1 },
    dragmode: false,
    ...changes,
    xaxis: { ...axis, fixedrange: true, ...changes.xaxis },
    yaxis: { ...axis, fixedrange: true, ...changes.yaxis },
  };
};
report.config = { displayModeBar: false, responsive: true, doubleClick: "reset", showTips: false };

report.fill = (select, values, texts) => {
  select.replaceChildren(...values.map((value, i) => new Option(texts ? texts[i] : value, value)));
  select.closest("label").hidden = values.length < 2;
};

// Draws now, and again whenever the theme changes.
report.keep = async (draw) => {
  report.drawers.push(draw);
  await draw();
};

report.unpack = async () => {
  const packed = Uint8Array.from(atob(document.getElementById("drawing").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  document.getElementById("drawing").remove();
};

report.curves = async () => {
  const { data } = report;
  const select = document.getElementById("curve-sequence");
  report.fill(select, ["", ...data.sequences], ["all sequences", ...data.sequences]);
  if (data.sequences.length < 2) select.closest("label").hidden = true;
  const draw = (metric) => {
    const traces = data.trackers.flatMap((tracker, i) => {
      const found = select.value === "" ? tracker.overall : tracker.sequences[select.value];
      if (!found) return [];
      const name = report.plain(tracker.name);
      return [{
        type: "scatter", mode: "lines+markers", name, x: data.alphas, y: found.curves[metric].map((v) => 100 * v),
        line: { color: report.trackerColour(i), width: 2.5 }, marker: { size: 5 },
        hovertemplate: `α = %{x:.2f}<br>${metric} %{y:.2f}<extra>${name}</extra>`,
      }];
    });
    const layout = report.layout({
      height: 260, showlegend: false,
      xaxis: { title: { text: "overlap needed (α)", standoff: 6 }, range: [0.02, 0.98], dtick: 0.2, tick0: 0.1 },
      yaxis: { range: [0, 102], dtick: 25 },
    });
    return Plotly.react(`curve-${metric}`, traces, layout, report.config);
  };
  const all = () => Promise.all(["HOTA", "DetA", "AssA"].map(draw));
  select.addEventListener("change", all);
  await report.keep(all);
};

report.bars = async () => {
  const { data } = report;
  const select = document.getElementById("bar-metric");
  report.fill(select, data.bars, data.bars.map((name) => data.columns[name].title));
  const draw = () => {
    const metric = select.value, column = data.columns[metric];
    document.getElementById("bar-meaning").textContent = column.meaning;
    const names = data.sequences;
    const traces = data.trackers.map((tracker, i) => {
      const name = report.plain(tracker.name);
      const values = names.map((s) => tracker.sequences[s]?.values[metric] ?? null);
      return {
        type: "bar", orientation: "h", name, y: names.map(report.plain), x: values.map((v) => (v !== null && column.unit === "share" ? 100 * v : v)),
        marker: { color: report.trackerColour(i), cornerradius: 3 },
        text: values.map((v) => (v === null ? "" : report.shown(metric, v))), textposition: "outside", cliponaxis: false, textfont: { size: 11 },
        hovertemplate: `%{y}<br>${column.title} %{text}<extra>${name}</extra>`,
      };
    });
    const rows = names.length * Math.max(1, data.trackers.length);
    const layout = report.layout({
      height: Math.max(200, 44 + 17 * rows + 12 * names.length), barmode: "group", bargap: 0.25, bargroupgap: 0.06,
      showlegend: false, margin: { l: 44, r: 52, t: 8, b: 30 },
      xaxis: { rangemode: "tozero" }, yaxis: { type: "category", autorange: "reversed", gridcolor: "rgba(0,0,0,0)", ticksuffix: " " },
    });
    return Plotly.react("bars", traces, layout, report.config);
  };
  select.addEventListener("change", draw);
  await report.keep(draw);
};

report.radar = () => report.keep(() => {
  const { data } = report;
  const names = data.radar.map((name) => data.columns[name].title);
  const traces = data.trackers.map((tracker, i) => {
    const values = data.radar.map((name) => Math.max(0, 100 * tracker.overall.values[name]));
    const name = report.plain(tracker.name);
    return {
      type: "scatterpolar", name, r: [...values, values[0]], theta: [...names, names[0]],
      fill: data.trackers.length > 2 ? "none" : "toself", opacity: 0.85, fillcolor: `${report.trackerColour(i)}22`, line: { color: report.trackerColour(i), width: 2.5 }, marker: { size: 6 },
      hovertemplate: `%{theta} %{r:.2f}<extra>${name}</extra>`,
    };
  });
  const axis = { gridcolor: report.colour("--grid"), linecolor: report.colour("--line") };
  const layout = report.layout({
    height: 400, showlegend: false, margin: { l: 56, r: 56, t: 34, b: 30 },
    polar: { bgcolor: "rgba(0,0,0,0)", angularaxis: { ...axis, rotation: 90, direction: "clockwise" }, radialaxis: { ...axis, range: [0, 100], dtick: 25, angle: 90, tickangle: 90, tickfont: { size: 10, color: report.colour("--quiet") } } },
  });
  return Plotly.react("radar", traces, layout, report.config);
});
