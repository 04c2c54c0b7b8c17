// The charts of the page: zoom, smoothing, axes, search, runs over each other. Without it the page shows the same
// findings over drawings that do not move. Words of the log are only ever set as text.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("curves").textContent);
  const state = { log: null, smooth: 0, axis: "", overlay: false };
  const charts = []; // all that are open: {run, group, box, plot}
  const INKS = 6, HEIGHT = 240;
  const WHOLE = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat(); // there is no step 1.5
  const width = (chart) => Math.max(200, chart.box.clientWidth - 2);
  const ink = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const make = (tag, words, attributes = {}) => {
    const node = document.createElement(tag);
    if (words !== undefined) node.textContent = words;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const short = (value, digits = 5) => (value == null ? "–" : String(Number(value.toPrecision(digits))));

  // 200k and not 200,000, where no digit is lost by it: the last one has no room beyond the chart.
  function brief(values) {
    const most = Math.max(...values.map(Math.abs));
    const [unit, name] = [[1e6, "M"], [1e3, "k"]].find(([unit]) => most >= unit && values.every((v) => v % (unit / 10) === 0)) ?? [1, ""];
    return values.map((v) => (v === 0 ? "0" : short(v / unit, 12) + name));
  }

  // ---------- what is drawn

  function members(run, group) {
    const partner = data.runs[run].partners[group];
    const of = (number) =>
      data.runs[number].curves
        .filter((curve) => curve.group === group || (partner && curve.group === partner))
        .map((curve) => ({ run: number, curve, partner: curve.group !== group }));
    const others = state.overlay ? data.runs.map((_, number) => number).filter((number) => number !== run) : [];
    return [...of(run), ...others.flatMap(of)];
  }

  function axisOf(run, curve) {
    const axes = data.runs[run].xs[curve.x];
    return state.axis in axes ? state.axis : Object.keys(axes)[0];
  }

  // The mean of the points so far with exponentially less weight on old ones, as TensorBoard draws it. A thinned curve
  // says how many points each of its own stands for.
  function smoothed(curve) {
    let total = 0, share = 0;
    return curve.y.map((y, i) => {
      const value = curve.mean ? curve.mean[i] : y;
      const count = curve.count ? curve.count[i] : 1;
      if (y === null || value === null || !count) return null;
      const kept = state.smooth ** count;
      total = kept * total + (1 - kept) * value;
      share = kept * share + (1 - kept);
      return total / share;
    });
  }

  function wantsLog(series) {
    if (state.log !== null) return state.log;
    const values = series.flatMap((y) => y.filter((value) => value !== null)).sort((a, b) => a - b);
    if (!values.length || values[0] <= 0) return false;
    const middle = values[Math.floor(values.length / 2)];
    return values[values.length - 1] / 100 > middle || values[0] < middle / 1000;
  }

  function draw(chart) {
    const keep = chart.plot && chart.zoomed ? { min: chart.plot.scales.x.min, max: chart.plot.scales.x.max } : null;
    const drawn = members(chart.run, chart.group);
    const axis = axisOf(drawn[0].run, drawn[0].curve);
    const shown = drawn.filter((entry) => axisOf(entry.run, entry.curve) === axis);
    const log = wantsLog(shown.map((entry) => entry.curve.y));
    const up = (y) => (log ? y.map((value) => (value !== null && value > 0 ? value : null)) : y);
    const tables = [], series = [{ label: axis, value: (_, value) => short(value) }];
    shown.forEach((entry, rank) => {
      const colour = ink(`--c${rank % INKS}`);
      const x = data.runs[entry.run].xs[entry.curve.x][axis];
      const own = state.overlay ? `${data.runs[entry.run].name} ` : "";
      const label = own + (entry.partner ? entry.curve.name : entry.curve.split);
      const few = entry.curve.y.length <= 60;
      const line = { label, stroke: colour, width: 1.5, points: { show: few, size: 5 }, value: (_, v) => short(v) };
      if (state.smooth) {
        tables.push([x, up(entry.curve.y)]);
        series.push({ ...line, label: `${label}, as logged`, stroke: colour + "55", width: 1, points: { show: false } });
      }
      tables.push([x, up(state.smooth ? smoothed(entry.curve) : entry.curve.y)]);
      series.push(state.smooth ? { ...line, width: 2, points: { show: false } } : line);
    });
    const whole = tables.every(([x]) => x.every((value) => value === null || Number.isInteger(value)));
    const options = {
      width: width(chart),
      height: HEIGHT,
      series,
      scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
      axes: [{ ...look(), values: (_, values) => brief(values), ...(whole ? { incrs: WHOLE } : {}) }, { ...look(), size: 64, values: (_, values) => values.map((v) => (v === null ? "" : short(v))) }],
      cursor: { drag: { x: true, y: false }, sync: { key: `run${chart.run}` } },
      hooks: {
        draw: [(plot) => marks(plot, chart, shown, axis)],
        setScale: [(plot, name) => { if (name === "x") chart.zoomed = plot.scales.x.min > plot.data[0][0] || plot.scales.x.max < plot.data[0][plot.data[0].length - 1]; }],
      },
    };
    if (chart.plot) chart.plot.destroy();
    chart.plot = new uPlot(options, joined(tables), chart.box);
    if (keep) chart.plot.setScale("x", keep);
    chart.scale.textContent = log ? "log scale" : "";
  }

  // Two rows at one place of the axis: a line goes through both, so each table keeps its own order.
  function joined(tables) {
    const apart = tables.map(([x, y]) => {
      const kept = x.map((_, i) => i).filter((i) => x[i] !== null);
      const xs = kept.map((i) => x[i]);
      for (let i = 1; i < xs.length; i++)
        if (xs[i] <= xs[i - 1]) xs[i] = xs[i - 1] + Math.abs(xs[i - 1]) * 1e-12 + 1e-12;
      return [xs, kept.map((i) => y[i])];
    });
    return uPlot.join(apart);
  }

  const look = () => ({ stroke: ink("--dim"), grid: { stroke: ink("--edge"), width: 1 }, ticks: { stroke: ink("--edge"), width: 1 } });

  // Where findings begin, and what is no number: crosses at the upper edge for inf, at the lower for NaN and -inf.
  function marks(plot, chart, shown, axis) {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top - 14 * ratio, bbox.width, bbox.height + 14 * ratio);
    ctx.clip();
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    const begins = new Map(); // findings that begin at one place share a line: 1,1b
    for (const finding of findings(chart)) begins.set(finding.from, [...(begins.get(finding.from) || []), finding]);
    for (const [from, found] of begins) {
      const x = plot.valToPos(along(chart.run, shown[0].curve, from, axis), "x", true);
      ctx.strokeStyle = ctx.fillStyle = ink(`--${found[0].severity}`);
      ctx.setLineDash([4 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillText(found.map((finding) => finding.number).join(","), x, bbox.top - 3 * ratio);
    }
    ctx.fillStyle = ink("--error");
    for (const { run, curve } of shown)
      for (const [word, places] of Object.entries(curve.holes))
        for (const place of places) {
          const x = plot.valToPos(data.runs[run].xs[curve.x][axis][place], "x", true);
          ctx.fillText("×", x, word === "inf" ? bbox.top + 10 * ratio : bbox.top + bbox.height - 2 * ratio);
        }
    ctx.restore();
  }

  const findings = (chart) =>
    data.runs[chart.run].findings.filter(
      (finding) => finding.from !== null && [chart.group, data.runs[chart.run].partners[chart.group]].includes(finding.group));

  // A place on the axis of the log, in what the reader chose: between the two nearest points.
  function along(run, curve, place, axis) {
    const axes = data.runs[run].xs[curve.x];
    const own = Object.values(axes)[0], wanted = axes[axis];
    let i = own.findIndex((value) => value >= place);
    if (i < 0) return wanted[wanted.length - 1];
    if (i === 0 || own[i] === own[i - 1]) return wanted[i];
    return wanted[i - 1] + ((place - own[i - 1]) / (own[i] - own[i - 1])) * (wanted[i] - wanted[i - 1]);
  }

  // ---------- what the reader does

  function open(run, group, first) {
    const known = charts.find((chart) => chart.run === run && chart.group === group);
    if (known) return known;
    const figure = make("figure", undefined, { class: "live" });
    const caption = make("figcaption");
    caption.append(make("b", group));
    const scale = make("span", "", { class: "dim" });
    caption.append(" ", scale);
    const chart = { run, group, figure, scale, plot: null, zoomed: false };
    for (const finding of findings(chart)) {
      caption.append(" ", make("a", `┊${finding.number} ${finding.check}`, { href: `#run${run}-finding${finding.number}`, class: finding.severity }));
    }
    const close = make("button", "×", { type: "button", title: "Close this chart", "aria-label": `Close ${group}`, class: "close" });
    close.addEventListener("click", () => shut(chart));
    caption.append(close);
    chart.box = make("div", undefined, {
      class: "plot", tabindex: "0", role: "group",
      "aria-label": `Chart of ${group}. Drag to zoom, double click for all; keys: + and - zoom, arrows move, 0 shows all, l changes the axis.`,
    });
    chart.box.addEventListener("keydown", (event) => key(event, chart));
    figure.append(caption, chart.box);
    const grid = document.getElementById(`run${run}-live`);
    if (first) grid.prepend(figure);
    else grid.append(figure);
    charts.push(chart);
    draw(chart);
    listed(run);
    fit();
    return chart;
  }

  function shut(chart) {
    chart.plot.destroy();
    chart.figure.remove();
    charts.splice(charts.indexOf(chart), 1);
    listed(chart.run);
    fit();
  }

  // Charts side by side have the more room the fewer they are.
  function fit() {
    for (const chart of charts) if (chart.plot.width !== width(chart)) chart.plot.setSize({ width: width(chart), height: HEIGHT });
  }

  function key(event, chart) {
    const { min, max } = chart.plot.scales.x;
    const all = chart.plot.data[0];
    const to = (low, high) =>
      chart.plot.setScale("x", { min: Math.max(low, all[0]), max: Math.min(high, all[all.length - 1]) });
    const width = max - min;
    const moves = {
      "+": () => to(min + width / 4, max - width / 4),
      "=": () => to(min + width / 4, max - width / 4),
      "-": () => to(min - width / 2, max + width / 2),
      ArrowLeft: () => to(Math.max(all[0], min - width / 4), Math.max(all[0], min - width / 4) + width),
      ArrowRight: () => to(Math.min(all[all.length - 1], max + width / 4) - width, max + width / 4),
      0: () => to(all[0], all[all.length - 1]),
      l: () => { const on = chart.scale.textContent === ""; set("log", on); },
    };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moves[event.key]();
  }

  const controls = {};
  function set(name, value) {
    state[name] = value;
    if (name === "log") controls.log.value = value === null ? "" : String(value);
    charts.forEach(draw);
  }

  function toolbar() {
    const bar = make("div", undefined, { class: "toolbar", role: "toolbar", "aria-label": "All charts" });
    const control = (label, node) => {
      const box = make("label", `${label} `);
      box.append(node);
      bar.append(box);
      return node;
    };
    const choice = (options) => {
      const node = make("select");
      for (const [value, words] of options) node.append(make("option", words, { value }));
      return node;
    };
    controls.log = control("vertical axis", choice([["", "as fits"], ["false", "linear"], ["true", "log"]]));
    controls.log.addEventListener("change", () => set("log", controls.log.value ? controls.log.value === "true" : null));
    const axes = [...new Set(data.runs.flatMap((run) => run.xs.flatMap((x) => Object.keys(x))))];
    if (axes.length > 1) {
      const axis = control("along", choice([["", "as logged"], ...axes.map((name) => [name, name])]));
      axis.addEventListener("change", () => { charts.forEach((chart) => { chart.zoomed = false; }); set("axis", axis.value); });
    }
    const smooth = control("smoothing", make("input", undefined, { type: "range", min: "0", max: "0.99", step: "0.01", value: "0" }));
    const said = make("output", "0");
    smooth.after(" ", said);
    smooth.addEventListener("input", () => { said.textContent = smooth.value; set("smooth", Number(smooth.value)); });
    if (data.runs.length > 1) {
      const overlay = control("runs over each other", make("input", undefined, { type: "checkbox" }));
      overlay.addEventListener("change", () => set("overlay", overlay.checked));
    }
    const all = make("button", "show all of it", { type: "button" });
    all.addEventListener("click", () =>
      charts.forEach((chart) => { const x = chart.plot.data[0]; chart.plot.setScale("x", { min: x[0], max: x[x.length - 1] }); }));
    bar.append(all);
    return bar;
  }

  // Every curve of a run, found by our name or by the log's, which stands beside it; ticked = its chart is open.
  function finder(run) {
    const place = document.getElementById(`run${run}-finder`);
    const groups = new Map();
    for (const curve of data.runs[run].curves) groups.set(curve.group, [...(groups.get(curve.group) || []), curve]);
    const search = make("input", undefined, { type: "search", placeholder: `search ${groups.size} ${groups.size === 1 ? "metric" : "metrics"} by name`, "aria-label": "Search metrics by our name or the log's" });
    const list = make("div", undefined, { class: "names" });
    const rows = [...groups].map(([group, curves]) => {
      const keys = [...new Set(curves.map((curve) => curve.key))];
      const label = make("label");
      const box = make("input", undefined, { type: "checkbox" });
      box.dataset.group = group;
      box.addEventListener("change", () => {
        if (box.checked) open(run, group, true);
        else shut(charts.find((chart) => chart.run === run && chart.group === group));
      });
      label.append(box, ` ${group}`);
      if (keys.some((key) => key && key !== group)) label.append(" ", make("span", keys.join(", "), { class: "dim" }));
      list.append(label);
      return { label, words: [group, ...keys, ...curves.map((curve) => curve.name)].join(" ").toLowerCase() };
    });
    search.addEventListener("input", () => {
      const parts = search.value.toLowerCase().split(/\s+/);
      for (const row of rows) row.label.hidden = !parts.every((part) => row.words.includes(part));
    });
    place.append(search, list);
    if (data.runs[run].left_out) place.append(make("p", `${data.runs[run].left_out} further curves are not in this page`, { class: "dim" }));
  }

  function listed(run) {
    const there = new Set(charts.filter((chart) => chart.run === run).map((chart) => chart.group));
    for (const box of document.querySelectorAll(`#run${run}-finder input[type=checkbox]`)) box.checked = there.has(box.dataset.group);
  }

  // From a finding to its place: its chart is opened, brought into view and zoomed to it.
  function links(run) {
    for (const finding of data.runs[run].findings) {
      const heading = document.getElementById(`run${run}-finding${finding.number}`);
      if (!heading || finding.from === null || !data.runs[run].curves.some((curve) => curve.group === finding.group)) continue;
      const button = make("button", "show in the chart", { type: "button", class: "show" });
      button.addEventListener("click", () => {
        const chart = open(run, finding.group, true);
        const x = chart.plot.data[0];
        const shown = members(run, finding.group)[0].curve;
        const axis = axisOf(run, shown);
        const from = along(run, shown, finding.from, axis), to = along(run, shown, finding.to ?? finding.from, axis);
        const margin = Math.max((x[x.length - 1] - x[0]) / 20, (to - from) / 4);
        chart.plot.setScale("x", { min: Math.max(x[0], from - margin), max: Math.min(x[x.length - 1], to + margin) });
        chart.figure.scrollIntoView({ block: "center" });
        chart.box.focus({ preventScroll: true });
      });
      heading.append(" ", button);
    }
  }

  // ---------- beginning

  document.documentElement.classList.add("scripted");
  const first = document.querySelector(".explorer");
  if (first) first.before(toolbar());
  data.runs.forEach((run, number) => {
    if (!document.getElementById(`run${number}-live`)) return;
    finder(number);
    run.charts.forEach((group) => open(number, group, false));
    links(number);
  });
  let waiting = 0;
  const again = () => { clearTimeout(waiting); waiting = setTimeout(() => charts.forEach(draw), 100); };
  addEventListener("resize", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
})();
