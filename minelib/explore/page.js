// The issue map and the evidence table. Text is only ever set as text; nothing is fetched.
const DATA = JSON.parse(document.getElementById("data").textContent);
const ROWS = DATA.rows;
const N = ROWS.record_id.length;
const ISSUE = new Map(DATA.issues.map((issue, k) => [issue.id, k]));
const PAGE = 50;
const LEAST = 220; // the least width of the map, in its own units
// Okabe and Ito's colours, safe for colour-blind readers; further classes are grey.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#8c564b"];
const $ = (id) => document.getElementById(id);

function shape(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function options(select, entries, first) {
  select.replaceChildren(...[["", first], ...entries].map(([value, name]) => {
    const option = element("option", name);
    option.value = value;
    return option;
  }));
}

const className = (code) => DATA.classes[code] ?? code;
const issueName = (id) => (ISSUE.has(id) ? DATA.issues[ISSUE.get(id)].label : "");
const byName = (a, b) => a[1].localeCompare(b[1], "zh");

// ---- map ----
const drawn = DATA.issues.filter((issue) => issue.r !== undefined);
const sizes = {};
for (const issue of drawn) sizes[issue.class_code] = (sizes[issue.class_code] ?? 0) + issue.n_matters;
const commonest = Object.keys(sizes).sort((a, b) => sizes[b] - sizes[a] || (a < b ? -1 : 1));
const colour = (code) => COLOURS[commonest.indexOf(code)] ?? "#777777";
const map = $("map"), tip = $("tip");
const discs = new Map();
let view, whole, chosen = "";

function drawLegend() {
  $("legend").replaceChildren(...commonest.slice(0, COLOURS.length).map((code) => {
    const button = element("button"), dot = element("i");
    dot.style.background = colour(code);
    button.append(dot, className(code));
    button.type = "button";
    button.setAttribute("aria-pressed", $("class").value === code);
    button.addEventListener("click", () => { pick($("class").value === code ? "" : code); $("legend").querySelectorAll("button")[commonest.indexOf(code)].focus(); });
    return button;
  }));
  if (commonest.length > COLOURS.length) $("legend").append(element("span", "灰色：其他类别", "note"));
}

function pick(code) {
  $("class").value = $("mapclass").value = code;
  drawLegend();
  search();
}

function drawMap() {
  const P = DATA.points;
  for (const issue of drawn) {
    const disc = shape("g", { class: "disc", tabindex: "0", role: "button" });
    disc.setAttribute("aria-label", `第${issue.rank}位 ${issue.label}，${issue.n_matters}个事项，${issue.n_petitions}件次，${issue.n_places}个地点`);
    disc.append(shape("circle", { cx: issue.x, cy: issue.y, r: issue.r }));
    disc.addEventListener("click", () => choose(issue.id));
    disc.addEventListener("focus", () => say(issueLines(issue), issue.x, issue.y - issue.r));
    disc.addEventListener("blur", () => (tip.hidden = true));
    discs.set(issue.id, disc);
    map.append(disc);
  }
  P.matter_id.forEach((id, k) => {
    const issue = DATA.issues[P.issue[k]];
    const point = shape("circle", { cx: P.x[k], cy: P.y[k], r: Math.min(1.6 + Math.sqrt(P.n[k]) * 0.6, 4), fill: colour(issue.class_code) });
    point.dataset.k = k;
    discs.get(issue.id).append(point);
  });
  for (const issue of drawn) {
    const name = shape("text", {});
    name.append(shape("tspan", { x: issue.x }), shape("tspan", { x: issue.x }));
    discs.get(issue.id).append(name);
  }
  const edge = 8;
  const left = Math.min(0, ...drawn.map((d) => d.x - d.r)) - edge, top = Math.min(0, ...drawn.map((d) => d.y - d.r)) - edge;
  const right = Math.max(1, ...drawn.map((d) => d.x + d.r)) + edge, bottom = Math.max(1, ...drawn.map((d) => d.y + d.r)) + edge;
  const w = Math.max(right - left, LEAST), h = Math.max(bottom - top, LEAST / 2); // a few discs do not fill the window
  whole = { x: (left + right - w) / 2, y: (top + bottom - h) / 2, w, h };
  look({ ...whole });
}

function scale() {
  const box = map.getBoundingClientRect();
  return Math.min(box.width / view.w, box.height / view.h) || 1;
}

function look(next) {
  view = next;
  map.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  const s = scale();
  for (const issue of drawn) {
    const name = discs.get(issue.id).lastChild;
    const size = 13 / s, fits = Math.floor((1.3 * issue.r) / size);
    const lines = issue.label.length <= fits ? [issue.label] : cut(issue.label, fits) ?? [String(issue.rank)];
    name.setAttribute("font-size", size);
    name.setAttribute("stroke-width", 3 / s); // a halo of three pixels at any zoom
    name.childNodes.forEach((line, k) => {
      line.textContent = lines[k] ?? "";
      line.setAttribute("y", issue.y + size * (0.35 + (k - (lines.length - 1) / 2) * 1.15));
    });
  }
}

// Cut a label into two lines, at a mark between words where there is one.
function cut(label, fits) {
  if (label.length > 2 * fits) return null;
  const middle = label.length / 2;
  const marks = [...label.matchAll(/[、，（]/g)].map((m) => (m[0] === "（" ? m.index : m.index + 1));
  const at = marks.filter((k) => k <= fits && label.length - k <= fits).sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  const k = at ?? Math.ceil(middle);
  return [label.slice(0, k), label.slice(k).replace(/^[、，]/, "")];
}

function zoom(factor, x = view.x + view.w / 2, y = view.y + view.h / 2) {
  const w = Math.min(Math.max(view.w * factor, whole.w / 40), whole.w * 2);
  const f = w / view.w;
  look({ x: x - (x - view.x) * f, y: y - (y - view.y) * f, w, h: view.h * f });
}

function here(event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
  return [at.x, at.y];
}

const issueLines = (issue) => [
  `${issue.rank}　${issue.label}`, `${className(issue.class_code)}　事项 ${issue.n_matters}　件次 ${issue.n_petitions}　地点 ${issue.n_places}`,
  issue.places.map(([name, n]) => `${name} ${n}`).join("、"),
];

function matterLines(k) {
  const P = DATA.points, issue = DATA.issues[P.issue[k]];
  return [
    `事项 ${P.matter_id[k]}　${P.n[k]}件次`, [...new Set([P.place[k], P.respondent[k]])].filter(Boolean).join("　"),
    [...new Set([P.first[k], P.last[k]])].filter(Boolean).join(" 至 "), `属于：${issue.rank}　${issue.label}（${className(issue.class_code)}）`,
  ];
}

function say(lines, x, y) {
  const at = new DOMPoint(x, y).matrixTransform(map.getScreenCTM()), box = $("stage").getBoundingClientRect();
  tip.replaceChildren(...lines.filter(Boolean).map((line) => element("div", line)));
  tip.hidden = false;
  const left = Math.max(4, Math.min(at.x - box.left + 12, box.width - tip.offsetWidth - 4));
  const top = at.y - box.top + 14 + tip.offsetHeight > box.height ? at.y - box.top - tip.offsetHeight - 8 : at.y - box.top + 14;
  tip.style.left = `${left}px`;
  tip.style.top = `${Math.max(4, top)}px`;
}

map.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, ...here(event)); }, { passive: false });
let held = null;
map.addEventListener("pointerdown", (event) => { held = { at: here(event), far: 0 }; });
map.addEventListener("pointermove", (event) => {
  if (!held) {
    const k = event.target.dataset?.k, disc = event.target.closest?.(".disc");
    if (k !== undefined) say(matterLines(Number(k)), ...here(event));
    else if (disc) say(issueLines(drawn.find((issue) => discs.get(issue.id) === disc)), ...here(event));
    else tip.hidden = true;
    return;
  }
  const [x, y] = here(event);
  held.far += Math.abs(event.movementX) + Math.abs(event.movementY);
  if (held.far < 4) return;
  map.classList.add("moving");
  tip.hidden = true;
  look({ ...view, x: view.x + held.at[0] - x, y: view.y + held.at[1] - y });
});
map.addEventListener("click", (event) => { if (held?.far >= 4) event.stopPropagation(); held = null; }, true);
window.addEventListener("pointerup", () => { map.classList.remove("moving"); setTimeout(() => (held = null)); });
map.addEventListener("pointerleave", () => (tip.hidden = true));
map.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (step) look({ ...view, x: view.x + step[0] * view.w * 0.1, y: view.y + step[1] * view.h * 0.1 });
  else if (event.key === "+" || event.key === "=") zoom(1 / 1.25);
  else if (event.key === "-") zoom(1.25);
  else if (event.key === "0") look({ ...whole });
  else if (event.key === "Enter" || event.key === " ") document.activeElement.closest?.(".disc")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  else return;
  event.preventDefault();
});

// ---- the chosen issue ----
function pairs(entries) {
  const list = element("dl");
  for (const [name, value] of entries) if (value !== "" && value !== null) list.append(element("dt", name), element("dd", value));
  return list;
}

function drawCard() {
  const card = $("card"), issue = DATA.issues[ISSUE.get(chosen)];
  if (!issue) {
    card.replaceChildren(element("h2", "未选定问题"), element("p", "在图上点一个圈，或在下面的“问题”里选，这里说明它，证据表只列它的件。", "note"));
    return;
  }
  const places = issue.places.map(([name, n]) => `${name}（${n}）`).join("、");
  card.replaceChildren(
    element("h2", `${issue.rank}　${issue.label}`),
    pairs([
      ["编号", issue.id], ["类别", className(issue.class_code)], ["得分", issue.score], ["事项", issue.n_matters], ["件次", issue.n_petitions],
      ["独立反映人", issue.n_petitioners], ["地点", issue.n_places], ["被反映对象", issue.n_respondents], ["稳定性", issue.stability],
      ["时间", [...new Set([issue.first, issue.last])].filter(Boolean).join(" 至 ")], ["关键词", issue.keywords], ["事项最多的地区", places],
    ]),
  );
  for (const [title, text] of [["主要理由", issue.reasons], ["类案方式", issue.class_routes], ["个案方式", issue.person_routes], ["监督对象", issue.supervised]])
    if (text) card.append(element("h3", title), element("p", text));
  const free = element("button", "取消选定");
  free.type = "button";
  free.addEventListener("click", () => choose(""));
  card.append(element("p"), free);
}

function choose(id) {
  chosen = id === chosen ? "" : id;
  $("issue").value = chosen;
  for (const [other, disc] of discs) { disc.classList.toggle("chosen", other === chosen); disc.setAttribute("aria-pressed", other === chosen); }
  drawCard();
  search();
}

// ---- table ----
const COLUMNS = [
  ["record_id", "编号", 15], ["day", "日期", 9], ["class_code", "类别", 12], ["issue_id", "问题", 19], ["place", "地区", 10],
  ["matter_id", "事项", 11], ["groups", "群体", 8], ["title", "主题", 22],
];
const shownValue = { class_code: (i) => className(ROWS.class_code[i]), issue_id: (i) => issueName(ROWS.issue_id[i]) };
const value = (name, i) => (shownValue[name] ? shownValue[name](i) : ROWS[name][i]);
let found = [], page = 0, sort = { name: "", down: false }, open = -1, haystack;

function matching(issue) {
  haystack ??= Array.from({ length: N }, (_, i) => [ROWS.record_id[i], ROWS.matter_id[i], ROWS.place[i], ROWS.title[i], ROWS.text[i]].join("\n").toLowerCase());
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const code = $("class").value, group = $("group").value, since = $("since").value, until = $("until").value;
  const keep = [];
  for (let i = 0; i < N; i++) {
    if (code && ROWS.class_code[i] !== code) continue;
    if (issue && ROWS.issue_id[i] !== issue) continue;
    if (group && !ROWS.groups[i].split("、").includes(group)) continue;
    if (since && !(ROWS.day[i] >= since)) continue;
    if (until && !(ROWS.day[i] && ROWS.day[i] <= until)) continue;
    if (words.every((word) => haystack[i].includes(word))) keep.push(i);
  }
  return keep;
}

function search() {
  found = matching(chosen);
  fade();
  if (sort.name) {
    const key = sort.name === "issue_id" ? (i) => DATA.issues[ISSUE.get(ROWS.issue_id[i])]?.rank : (i) => value(sort.name, i);
    const keys = new Map(found.map((i) => [i, key(i)]));
    const ways = sort.down ? -1 : 1;
    // What is empty comes last either way.
    found.sort((a, b) => (!keys.get(a) - !keys.get(b)) || ways * (keys.get(a) < keys.get(b) ? -1 : keys.get(a) > keys.get(b) ? 1 : 0) || a - b);
  }
  page = 0;
  open = -1;
  drawRows();
}

// On the map only the issues stay bright that hold something of what is looked for.
function fade() {
  const words = ["search", "class", "group", "since", "until"].some((id) => $(id).value);
  const held = words && new Set((chosen ? matching("") : found).map((i) => ROWS.issue_id[i]));
  for (const [id, disc] of discs) disc.classList.toggle("away", Boolean(words) && !held.has(id));
}

function drawHeads() {
  $("heads").replaceChildren(...COLUMNS.map(([name, title, width]) => {
    const head = element("th"), button = element("button", title + (sort.name === name ? (sort.down ? " ▼" : " ▲") : ""));
    head.style.width = `${width}%`;
    head.scope = "col";
    head.setAttribute("aria-sort", sort.name === name ? (sort.down ? "descending" : "ascending") : "none");
    button.type = "button";
    button.addEventListener("click", () => {
      sort = sort.name !== name ? { name, down: false } : sort.down ? { name: "", down: false } : { name, down: true };
      drawHeads();
      search();
      $("heads").children[COLUMNS.findIndex((c) => c[0] === name)].firstChild.focus();
    });
    head.append(button);
    return head;
  }));
}

function drawRows() {
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  page = Math.min(Math.max(page, 0), pages - 1);
  const nodes = [];
  for (const i of found.slice(page * PAGE, (page + 1) * PAGE)) {
    nodes.push(rowNode(i));
    if (i === open) nodes.push(fullNode(i));
  }
  $("rows").replaceChildren(...nodes);
  const matters = new Set(found.map((i) => ROWS.matter_id[i])).size;
  $("found").textContent = `${found.length} 件次，${matters} 个事项`;
  $("at").textContent = `第 ${page + 1} / ${pages} 页`;
  $("before").disabled = page === 0;
  $("after").disabled = page === pages - 1;
}

function rowNode(i) {
  const row = element("tr", undefined, i === open ? "open" : "");
  for (const [name] of COLUMNS) {
    const cell = element("td"), text = value(name, i);
    cell.title = text;
    if (name === "record_id") {
      const button = element("button", text);
      button.type = "button";
      button.setAttribute("aria-expanded", i === open);
      button.addEventListener("click", () => { open = i === open ? -1 : i; drawRows(); [...$("rows").querySelectorAll("td button")].find((b) => b.textContent === text)?.focus(); });
      cell.append(button);
    } else cell.textContent = text;
    row.append(cell);
  }
  return row;
}

// Offsets count code points; title, line break, text make one string.
function fullNode(i) {
  const row = element("tr"), cell = element("td"), box = element("div", undefined, "full");
  cell.colSpan = COLUMNS.length;
  const points = Array.from(`${ROWS.title[i]}\n${ROWS.text[i]}`);
  let at = 0;
  for (const [start, end] of ROWS.marks[i]) {
    if (start < at) continue;
    box.append(points.slice(at, start).join(""), element("mark", points.slice(start, end).join("")));
    at = end;
  }
  box.append(points.slice(at).join(""));
  cell.append(box);
  row.append(cell);
  return row;
}

// ---- start ----
const C = DATA.counts;
$("counts").textContent = `件次 ${C.petitions}　事项 ${C.matters}　问题 ${C.issues}　候选线索 ${C.candidates}` +
  (C.shown < C.petitions ? `　本页载入 ${C.shown} 件（候选线索的件优先），其余见 petitions.parquet` : "");
options($("class"), Object.entries(DATA.classes).filter(([code]) => code).sort(byName), "全部");
options($("mapclass"), commonest.map((code) => [code, `${className(code)}（${sizes[code]}）`]), "全部");
options($("issue"), DATA.issues.map((issue) => [issue.id, `${issue.rank}　${issue.label}`]), "全部");
options($("group"), [...new Set(ROWS.groups.flatMap((g) => g.split("、")))].filter(Boolean).sort().map((g) => [g, g]), "全部");
$("issue").addEventListener("change", () => { const id = $("issue").value; chosen = ""; choose(id); });
for (const id of ["class", "mapclass"]) $(id).addEventListener("change", (event) => pick(event.target.value));
for (const id of ["group", "since", "until"]) $(id).addEventListener("change", search);
$("search").addEventListener("input", search);
$("clear").addEventListener("click", () => {
  for (const id of ["search", "class", "group", "since", "until", "mapclass"]) $(id).value = "";
  drawLegend();
  chosen = "";
  choose("");
});
$("zoomin").addEventListener("click", () => zoom(1 / 1.4));
$("zoomout").addEventListener("click", () => zoom(1.4));
$("home").addEventListener("click", () => look({ ...whole }));
$("before").addEventListener("click", () => { page -= 1; drawRows(); });
$("after").addEventListener("click", () => { page += 1; drawRows(); });
window.addEventListener("resize", () => look(view));
drawLegend();
drawMap();
drawHeads();
drawCard();
search();
