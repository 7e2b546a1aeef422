"use strict";
(() => {
  const ROW = 52; // the height of a row of the list, as in the style
  const STATUSES = ["converted", "assumed", "refused", "nothing"];
  const VIEWS = [["files", "Files"], ["diff", "Diff"], ["findings", "Findings"], ["steps", "Steps"]];

  const data = document.getElementById("data").textContent.trimEnd().split("\n");
  const index = JSON.parse(data[0]);
  const $ = (id) => document.getElementById(id);

  const state = { shown: [], at: -1, open: -1, view: "files", off: new Set(), unit: null, pinned: null, mouse: "" };

  // el makes an element. Strings among its children become text, never markup.
  function el(tag, attrs, ...children) {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(attrs || {})) {
      if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) e.setAttribute(name, value);
    }
    e.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
    return e;
  }

  // Characters that are not seen, that act, or that turn the text around.
  const UNSEEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]|[\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

  // seen is text with unseen characters as their numbers.
  function seen(text) {
    const out = document.createDocumentFragment();
    let at = 0;
    for (const m of text.matchAll(UNSEEN)) {
      out.append(text.slice(at, m.index));
      const code = m[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      out.append(el("span", { class: "unseen", title: "a character that is not seen" }, "U+" + code));
      at = m.index + m[0].length;
    }
    out.append(text.slice(at));
    return out;
  }

  const plural = (n, one) => n + " " + one + (n === 1 ? "" : "s");

  // ---- the list of units

  function listTotals() {
    const t = index.totals;
    const done = t.converted + t.assumed;
    $("totals").textContent = plural(index.units.length, "unit") + ", " + done + " convertible, " + t.refused + " refused";
  }

  function statusButtons() {
    for (const s of STATUSES) {
      const n = index.units.filter((u) => u.status === s).length;
      if (n === 0) continue;
      $("statuses").append(el("button", {
        type: "button", class: "chip " + s, "aria-pressed": "true", "data-status": s, onclick: toggleStatus,
      }, el("i", { class: "dot" }), s + " ", el("b", {}, String(n))));
    }
  }

  function toggleStatus(event) {
    const button = event.currentTarget;
    const s = button.dataset.status;
    if (!state.off.delete(s)) state.off.add(s);
    button.setAttribute("aria-pressed", String(!state.off.has(s)));
    filter();
  }

  // filter shows the units whose path has every word that is searched for.
  function filter() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    state.shown = [];
    index.units.forEach((u, i) => {
      const name = u.name.toLowerCase();
      if (!state.off.has(u.status) && words.every((w) => name.includes(w))) state.shown.push(i);
    });
    state.at = Math.max(0, state.shown.indexOf(state.open));
    $("count").textContent = state.shown.length === index.units.length ? "" :
      state.shown.length + " of " + plural(index.units.length, "unit") + " shown";
    $("rows").style.height = state.shown.length * ROW + "px";
    reveal();
    drawRows();
  }

  // drawRows makes the rows that can be seen, and some around them.
  function drawRows() {
    const list = $("list");
    const from = Math.max(0, Math.floor(list.scrollTop / ROW) - 8);
    const to = Math.min(state.shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 8);
    const rows = [];
    for (let i = from; i < to; i++) rows.push(row(i));
    $("rows").replaceChildren(...rows);
    if (state.shown.length > 0) list.setAttribute("aria-activedescendant", "row" + state.at);
    else list.removeAttribute("aria-activedescendant");
  }

  function row(i) {
    const u = index.units[state.shown[i]];
    const cut = u.name.lastIndexOf("/") + 1;
    const notes = [u.errors && plural(u.errors, "error"), u.warnings && plural(u.warnings, "warning")].filter(Boolean);
    const r = el("div", {
      id: "row" + i, role: "option", class: "row " + u.status + (i === state.at ? " at" : ""), title: u.name,
      "aria-selected": String(state.shown[i] === state.open), "aria-posinset": i + 1, "aria-setsize": state.shown.length,
      onclick: () => { state.at = i; open(state.shown[i]); },
    },
      el("i", { class: "dot" }),
      el("span", { class: "name" }, el("span", { class: "dir" }, el("bdi", {}, seen(u.name.slice(0, cut)))), el("bdi", { class: "base" }, seen(u.name.slice(cut)))),
      el("span", { class: "what" }, [u.status, ...notes].join(", ")));
    r.style.transform = "translateY(" + i * ROW + "px)";
    return r;
  }

  // reveal scrolls the list to the row at hand.
  function reveal() {
    const list = $("list");
    const top = state.at * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
  }

  // step moves in the list by some rows, and opens the unit there.
  function step(by) {
    if (state.shown.length === 0) return;
    state.at = Math.min(state.shown.length - 1, Math.max(0, state.at + by));
    reveal();
    open(state.shown[state.at], true);
  }

  function listKey(event) {
    const page = Math.max(1, Math.floor($("list").clientHeight / ROW) - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (by !== undefined) step(by);
    else if (event.key === "Enter" || event.key === "ArrowRight") enter();
    else return;
    event.preventDefault();
  }

  // enter goes from the list into the unit.
  function enter() {
    if (state.shown.length === 0) return;
    open(state.shown[state.at]);
    const line = document.querySelector(".after .ln") || document.querySelector(".before .ln");
    (line || $("detail")).focus();
  }

  // ---- one unit

  // open shows unit i. With peek a narrow screen stays at the list.
  function open(i, peek) {
    if (state.open !== i) {
      state.open = i;
      state.unit = JSON.parse(data[i + 1]);
      relate(state.unit);
    }
    if (!peek) document.body.classList.add("opened");
    drawRows();
    draw();
  }

  // relate finds for each line of an old file the new lines that came from it.
  function relate(u) {
    u.to = u.old.map((f) => f.lines.map(() => []));
    u.states = u.old.map((f) => f.lines.map(() => (u.new ? "gone" : "kept")));
    (u.new || []).forEach((f, n) => f.lines.forEach((l, i) => {
      for (const [file, first, last] of l.o || []) {
        for (let k = first; k <= last; k++) {
          u.to[file][k - 1].push([n, i]);
          if (u.states[file][k - 1] !== "kept") u.states[file][k - 1] = l.t === undefined ? "kept" : "changed";
        }
      }
    }));
    u.old.forEach((f, file) => {
      if (f.fate === "unchanged") u.states[file].fill("kept");
    });
    u.marks = {};
    for (const f of u.findings) {
      const key = f.file + ":" + f.line;
      if (f.line && u.marks[key] !== "error") u.marks[key] = f.severity;
    }
  }

  const textOf = (u, l) => (l.t !== undefined ? l.t : u.old[l.o[0][0]].lines[l.o[0][1] - 1]);

  function lineState(l) {
    if (l.t === undefined || (l.t.trim() === "" && !l.o)) return "kept";
    return l.o ? "changed" : "added";
  }

  function draw() {
    const u = state.unit;
    const entry = index.units[state.open];
    state.pinned = null;
    const panel = el("div", { id: "panel", role: "tabpanel", "aria-labelledby": "tab-" + state.view, class: "view-" + state.view });
    $("detail").replaceChildren(unitHeader(u, entry), panel);
    ({ files: drawFiles, diff: drawDiff, findings: drawFindings, steps: drawSteps })[state.view](u, panel);
    history.replaceState(null, "", "#unit=" + (state.open + 1) + "&view=" + state.view);
    document.title = entry.name + " – stagefold review";
  }

  function unitHeader(u, entry) {
    const facts = [];
    if (u.dockerfile) facts.push(el("span", {}, "becomes ", el("code", {}, seen(u.dockerfile))));
    if (u.written) facts.push(el("span", {}, "written"));
    if (u.error) facts.push(el("span", { class: "error" }, seen("not written: " + u.error)));
    if (entry.status === "refused") facts.push(el("span", {}, "no file changes"));
    return el("header", { class: "unit" },
      el("button", { type: "button", class: "back", onclick: leave, "aria-label": "Back to the units" }, "‹ Units"),
      el("div", { class: "headline" },
        el("h2", {}, el("bdi", {}, seen(entry.name))),
        el("span", { class: "badge " + entry.status }, entry.status)),
      el("p", { class: "facts" }, ...facts),
      tabs(u));
  }

  function leave() {
    document.body.classList.remove("opened");
    drawRows();
    $("list").focus();
  }

  function tabs(u) {
    const bar = el("div", { role: "tablist", "aria-label": "Views", onkeydown: tabKey });
    for (const [view, label] of VIEWS) {
      const n = view === "findings" ? u.findings.length : 0;
      bar.append(el("button", {
        type: "button", role: "tab", id: "tab-" + view, "aria-selected": String(view === state.view),
        "aria-controls": "panel", tabindex: view === state.view ? "0" : "-1", onclick: () => show(view),
      }, label, n ? el("b", {}, String(n)) : ""));
    }
    return bar;
  }

  function show(view) {
    state.view = view;
    draw();
    $("tab-" + view).focus();
  }

  function tabKey(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const at = VIEWS.findIndex(([view]) => view === state.view);
    show(VIEWS[(at + by + VIEWS.length) % VIEWS.length][0]);
    event.preventDefault();
  }

  // ---- the files side by side

  function drawFiles(u, panel) {
    const before = el("section", { class: "column before", "aria-label": "Before" }, el("h3", {}, "Before"));
    u.old.forEach((f, i) => before.append(oldFile(u, f, i)));
    const after = el("section", { class: "column after", "aria-label": "After" }, el("h3", {}, "After"));
    (u.new || []).forEach((f, i) => after.append(newFile(u, f, i)));
    if (!u.new || u.new.length === 0) after.append(noChange(u));
    const columns = el("div", {
      class: "columns", onmousemove: hover, onmouseleave: () => mark(state.pinned), onfocusin: focus, onkeydown: lineKey,
    }, before, after);
    panel.append(columns, el("output", { id: "origin", "aria-live": "polite" }, hint()));
    for (const column of [before, after]) {
      const first = column.querySelector(".ln");
      if (first) first.tabIndex = 0;
    }
  }

  function noChange(u) {
    const why = u.findings.filter((f) => f.severity === "error");
    const box = el("div", { class: "nothing" }, el("p", {}, why.length ? "Nothing changes here, because:" : "There is nothing to convert here."));
    for (const f of why) box.append(finding(u, f));
    return box;
  }

  function hint() {
    return "Point at a line, or walk with the arrow keys, to see where it comes from.";
  }

  function fileHead(f, fate, hue) {
    return el("header", { class: "file hue" + hue }, el("bdi", { class: "path", title: f.path }, ...split(f.path)), el("span", { class: "fate " + fate }, fate));
  }

  // split sets the directory of a path apart.
  function split(path) {
    const cut = path.lastIndexOf("/") + 1;
    return [cut ? el("span", {}, seen(path.slice(0, cut))) : "", seen(path.slice(cut))];
  }

  const hueOf = (i) => Math.min(i, 5);

  function oldFile(u, f, i) {
    const box = el("div", { class: "code", role: "list", "aria-label": "Before: " + f.path });
    f.lines.forEach((text, k) => {
      const sev = u.marks[f.path + ":" + (k + 1)];
      box.append(line(text, k + 1, f.role, { key: "o" + i + ":" + k, class: u.states[i][k] + " hue" + hueOf(i) + (sev ? " has-" + sev : "") }));
    });
    return el("article", {}, fileHead(f, f.fate, hueOf(i)), box);
  }

  function newFile(u, f, n) {
    const box = el("div", { class: "code", role: "list", "aria-label": "After: " + f.path });
    f.lines.forEach((l, k) => {
      const hue = l.o ? " hue" + hueOf(l.o[0][0]) : "";
      box.append(line(textOf(u, l), k + 1, f.role, { key: "n" + n + ":" + k, class: lineState(l) + hue }));
    });
    const fresh = !u.old.some((o) => o.path === f.path);
    const old = u.old.findIndex((o) => o.path === f.path);
    return el("article", {}, fileHead(f, fresh ? "new" : "changed", old < 0 ? 6 : hueOf(old)), box);
  }

  const INSTRUCTION = /^(\s*)(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)(\s)/i;
  const COMMAND = /^(\s*)(docker(?: [a-z]+)?)(\s)/;

  function line(text, number, role, o) {
    const body = el("span", { class: "tx" });
    const m = (role === "script" ? COMMAND : INSTRUCTION).exec(text);
    if (/^\s*#/.test(text)) body.append(el("span", { class: "comment" }, seen(text)));
    else if (m) body.append(seen(m[1]), el("span", { class: "word" }, seen(m[2])), seen(text.slice(m[1].length + m[2].length)));
    else body.append(seen(text));
    return el("div", { class: "ln " + o.class, role: "listitem", "data-key": o.key, "data-n": number, tabindex: "-1" }, body);
  }

  const lineAt = (key) => document.querySelector('.ln[data-key="' + key + '"]');

  // related are the keys of the lines on the other side.
  function related(key) {
    const u = state.unit;
    const [file, k] = key.slice(1).split(":").map(Number);
    if (key[0] === "o") return u.to[file][k].map(([n, i]) => "n" + n + ":" + i);
    const keys = [];
    for (const [f, first, last] of u.new[file].lines[k].o || []) {
      for (let i = first; i <= last; i++) keys.push("o" + f + ":" + (i - 1));
    }
    return keys;
  }

  // mark marks a line and those that it is related to.
  function mark(key) {
    for (const e of document.querySelectorAll(".ln.here, .ln.mark")) e.classList.remove("here", "mark");
    const out = $("origin");
    if (!key) {
      if (out) out.replaceChildren(hint());
      return;
    }
    lineAt(key).classList.add("here");
    const keys = related(key);
    for (const k of keys) lineAt(k).classList.add("mark");
    out.replaceChildren(...say(key, keys));
  }

  // say puts what is marked into words.
  function say(key, keys) {
    const place = (k) => {
      const [file, i] = k.slice(1).split(":").map(Number);
      const f = (k[0] === "o" ? state.unit.old : state.unit.new)[file];
      return el("button", { type: "button", class: "place hue" + (k[0] === "o" ? hueOf(file) : 6), onclick: () => go(k) }, seen(f.path.slice(f.path.lastIndexOf("/") + 1) + ":" + (i + 1)));
    };
    const verb = key[0] === "o" ? [" went to ", " is not needed any more"] : [" came from ", " is new"];
    if (keys.length === 0) return [place(key), verb[1]];
    const most = 8;
    const list = keys.slice(0, most).flatMap((k) => [place(k), " "]);
    return [place(key), verb[0], ...list, keys.length > most ? "and " + (keys.length - most) + " more" : ""];
  }

  function go(key) {
    const e = lineAt(key);
    e.focus();
    e.scrollIntoView({ block: "center" });
  }

  // hover marks what the mouse points at. Where the page moved below a mouse that
  // stands still, what the keyboard chose stays marked.
  function hover(event) {
    const at = event.screenX + "," + event.screenY;
    const e = event.target.closest(".ln");
    if (e && at !== state.mouse && !e.classList.contains("here")) mark(e.dataset.key);
    state.mouse = at;
  }

  function focus(event) {
    const e = event.target.closest(".ln");
    if (!e) return;
    for (const other of e.closest(".column").querySelectorAll('.ln[tabindex="0"]')) other.tabIndex = -1;
    e.tabIndex = 0;
    state.pinned = e.dataset.key;
    mark(state.pinned);
    const first = related(state.pinned)[0];
    if (first && sideBySide()) lineAt(first).scrollIntoView({ block: "nearest" });
  }

  const sideBySide = () => matchMedia("(min-width: 1000px)").matches;

  function lineKey(event) {
    const e = event.target.closest(".ln");
    if (!e || event.ctrlKey || event.metaKey || event.altKey) return;
    const lines = [...e.closest(".column").querySelectorAll(".ln")];
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -Infinity, End: Infinity }[event.key];
    let next;
    if (by !== undefined) next = lines[Math.min(lines.length - 1, Math.max(0, lines.indexOf(e) + by))];
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") next = across(e, event.key);
    else if (event.key === "Escape") { event.preventDefault(); leave(); return; }
    else return;
    event.preventDefault();
    if (next) next.focus();
  }

  // across is the line on the other side that a line is related to.
  function across(e, key) {
    const side = key === "ArrowLeft" ? "before" : "after";
    if (e.closest("." + side)) return null;
    const first = related(e.dataset.key)[0];
    return first ? lineAt(first) : document.querySelector("." + side + ' .ln[tabindex="0"]');
  }

  // ---- the diff

  function drawDiff(u, panel) {
    if (!u.diffs || u.diffs.length === 0) panel.append(noChange(u));
    for (const d of u.diffs || []) panel.append(diffOf(u, d));
  }

  function diffOf(u, d) {
    const gone = d.new < 0;
    const box = el("div", { class: "code", role: "list", "aria-label": "Diff of " + d.path });
    const old = d.old < 0 ? [] : u.old[d.old].lines;
    for (const h of d.hunks) {
      let [o, n] = [h.o, h.n];
      box.append(el("div", { class: "hunk" }, "@@ -" + o + " +" + n + " @@"));
      for (const kind of h.k) {
        const text = kind === "+" ? textOf(u, u.new[d.new].lines[n - 1]) : old[o - 1];
        const e = line(text, kind === "+" ? n : o, "", { key: "", class: { "+": "plus", "-": "minus", " ": "same" }[kind] });
        e.removeAttribute("tabindex");
        e.dataset.kind = kind;
        box.append(e);
        if (kind !== "+") o++;
        if (kind !== "-") n++;
      }
    }
    return el("article", {}, fileHead({ path: d.path }, gone ? "deleted" : d.old < 0 ? "new" : "changed", 6), box);
  }

  // ---- findings

  function drawFindings(u, panel) {
    if (u.findings.length === 0) panel.append(el("p", { class: "empty" }, "No findings: the conversion is exact, or there is nothing to convert."));
    for (const f of u.findings) panel.append(finding(u, f));
  }

  function finding(u, f) {
    const card = el("article", { class: "finding " + f.severity },
      el("p", { class: "lead" }, el("span", { class: "severity" }, f.severity), el("code", {}, f.code), placeOf(u, f.file, f.line, f.column)),
      el("p", { class: "message" }, seen(f.message)));
    const source = excerpt(u, f);
    if (source) card.append(source);
    if (f.hint) card.append(el("p", { class: "hint" }, el("b", {}, "Way out "), seen(f.hint)));
    return card;
  }

  // placeOf is a button that goes to a place of an old file.
  function placeOf(u, file, number, column) {
    if (!file) return "";
    const i = u.old.findIndex((f) => f.path === file);
    const text = [file, number, column].filter(Boolean).join(":");
    if (i < 0 || !number || number > u.old[i].lines.length) return el("span", { class: "place" }, seen(text));
    return el("button", { type: "button", class: "place hue" + hueOf(i), onclick: () => { show("files"); go("o" + i + ":" + (number - 1)); } }, seen(text));
  }

  // excerpt is the line that a finding is about, with its range marked. Columns count
  // bytes.
  function excerpt(u, f) {
    const file = u.old.find((o) => o.path === f.file);
    const text = file && f.line && file.lines[f.line - 1];
    if (!text || !f.column) return null;
    const bytes = new TextEncoder().encode(text);
    const end = f.endLine > f.line ? bytes.length : Math.max(f.column, (f.endColumn || 1) - 1);
    const part = (from, to) => seen(new TextDecoder().decode(bytes.slice(from, to)));
    return el("pre", {}, part(0, f.column - 1), el("mark", {}, part(f.column - 1, end)), part(end));
  }

  // ---- the steps of the script

  function drawSteps(u, panel) {
    const ways = u.ways || [];
    ways.forEach((way, i) => {
      if (ways.length > 1) panel.append(el("h3", {}, "Way " + (i + 1) + " of " + ways.length));
      for (const c of way.conditions || []) panel.append(condition(c));
      panel.append(el("ol", { class: "steps" }, ...(way.operations || []).map((op) => operation(u, op))));
      if (way.files) panel.append(leftOver(way.files));
    });
    if (ways.length === 0) panel.append(el("p", { class: "empty" }, "The script could not be followed."));
  }

  const condition = (c) => el("p", { class: "condition" }, c.taken ? "if " : "if not ", el("code", {}, seen(c.text)));

  function operation(u, op) {
    const [, file, number, column] = /^(.*?):(\d+)(?::(\d+))?$/.exec(op.place) || [null, op.place];
    return el("li", {},
      placeOf(u, file, Number(number), Number(column)),
      el("span", { class: "verb " + op.verb }, op.verb),
      el("div", { class: "what" }, seen(op.text),
        ...(op.calls ? [el("p", { class: "aside" }, seen("called from " + op.calls.join(", ")))] : []),
        ...(op.conditions || []).map(condition),
        ...(op.unknown || []).map((h) => el("p", { class: "aside" }, el("code", {}, seen(h.text)), seen(" is unknown: " + h.reason)))));
  }

  function leftOver(files) {
    return el("section", { class: "left" }, el("h3", {}, "Left on the host"),
      el("dl", {}, ...files.flatMap((f) => [el("dt", {}, el("code", {}, seen(f.path))), el("dd", {}, seen(f.text))])));
  }

  // ---- keys of the whole page

  function pageKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === $("search")) {
      if (event.key === "Escape" || event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); $("list").focus(); }
      return;
    }
    const view = VIEWS[Number(event.key) - 1];
    if (event.key === "/") { document.body.classList.remove("opened"); $("search").focus(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (view && state.unit) show(view[0]);
    else return;
    event.preventDefault();
  }

  // start opens the unit that the address names, or the first one.
  function start() {
    listTotals();
    statusButtons();
    $("search").addEventListener("input", filter);
    $("list").addEventListener("scroll", drawRows, { passive: true });
    $("list").addEventListener("keydown", listKey);
    document.addEventListener("keydown", pageKey);
    document.addEventListener("click", (event) => { state.mouse = event.screenX + "," + event.screenY; });
    addEventListener("resize", drawRows);
    filter();
    const asked = new URLSearchParams(location.hash.slice(1));
    const i = Number(asked.get("unit")) - 1;
    if (VIEWS.some(([view]) => view === asked.get("view"))) state.view = asked.get("view");
    if (index.units[i]) {
      state.at = Math.max(0, state.shown.indexOf(i));
      reveal();
      open(i);
    } else if (index.units.length > 0) open(state.shown[0], index.units.length > 1);
    else $("detail").append(el("p", { class: "empty" }, "There are no units."));
  }

  start();
})();
