// The review panel's page: a list with filters, a card, six actions, keys. Text is set as text, never as HTML.

const STATES = { "": "未定", accept: "采纳", reject: "不采纳" };
const REASONS = ["已由主管部门专项整治", "单一事件，不是类案", "证据不足", "不属检察职能", "所涉件不是同一类问题"];
const KEYS_HELP = "键：j k 上下　a 采纳　r 不采纳　e 改名　m 并入　n 备注　u 撤销　/ 筛选";
const PATIENCE = 8000; // milliseconds until a silent kernel is reported

function choice(label, entries) {
  const select = element("select");
  select.setAttribute("aria-label", label);
  fill(select, entries);
  return select;
}

function fill(select, entries) {
  const before = select.selectedIndex < 0 ? entries[0][0] : select.value;
  select.replaceChildren(...entries.map(([value, name]) => {
    const option = element("option", name);
    option.value = value;
    return option;
  }));
  select.value = entries.some(([value]) => value === before) ? before : entries[0][0];
}

function highlighted(parts) {
  const box = element("p", undefined, "ml-text");
  for (const [text, marked] of parts) box.append(marked ? element("mark", text) : text);
  return box;
}

function section(card, title, text) {
  if (!text) return;
  card.append(element("h4", title));
  for (const line of text.split("\n")) card.append(element("p", line));
}

function signalBars(card, signals) {
  if (!signals.length) return;
  card.append(element("h4", "指标"));
  for (const signal of signals) {
    const row = element("div", undefined, "ml-signal"), track = element("span", undefined, "ml-track"), bar = element("span", undefined, "ml-bar");
    bar.style.width = `${Math.max(2, Math.min(100, signal.points * 4))}%`; // 25 points fill the track
    track.append(bar);
    row.append(element("span", signal.points.toFixed(1), "ml-points"), track, element("span", signal.shown));
    card.append(row);
  }
}

function render({ model, el }) {
  const root = element("div", undefined, "ml-review");
  root.tabIndex = 0;
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own a, m, r … would change the notebook
  root.setAttribute("aria-label", "线索审查");
  const side = element("div", undefined, "ml-side"), filters = element("div", undefined, "ml-filters");
  const search = element("input");
  search.placeholder = "筛选：词、方式、对象";
  search.setAttribute("aria-label", "筛选");
  const state = choice("意见", [["all", "全部意见"], ["", "未定"], ["accept", "采纳"], ["reject", "不采纳"]]);
  const kind = choice("类别", [["", "全部类别"]]);
  const tally = element("p", "", "ml-tally");
  const list = element("ul");
  list.setAttribute("aria-label", "候选线索");
  const card = element("div", undefined, "ml-card");
  const status = element("p", "", "ml-status");
  status.setAttribute("role", "status");
  filters.append(search, state, kind);
  side.append(filters, tally, list, element("p", KEYS_HELP, "ml-tally"));
  root.append(side, card);
  el.append(root);
  const cards = new Map(), items = new Map();
  let order = [], chosen, waiting;

  const shown = () => {
    const words = search.value.trim().split(/\s+/).filter(Boolean);
    return order.map((id) => cards.get(id)).filter((c) => {
      if (state.value !== "all" && c.decision !== state.value) return false;
      if (kind.value && c.class_code !== kind.value) return false;
      const text = [c.label, c.reasons, c.class_name, c.class_routes, c.person_routes, c.supervised, c.notes].join(" ");
      return words.every((word) => text.includes(word));
    });
  };

  function itemOf(c) {
    const item = element("li");
    item.append(element("b", c.rank ?? "—"), element("span", c.label), element("i", STATES[c.decision] ?? c.decision, `ml-${c.decision}`));
    item.onclick = () => choose(c.issue_id);
    return item;
  }

  function drawList() {
    const visible = shown();
    list.replaceChildren(...visible.map((c) => items.get(c.issue_id)));
    for (const [id, item] of items) {
      item.classList.toggle("ml-chosen", id === chosen);
      item.setAttribute("aria-current", id === chosen);
    }
    items.get(chosen)?.scrollIntoView?.({ block: "nearest" });
    const n = (decision) => order.filter((id) => cards.get(id).decision === decision).length;
    tally.textContent = `显示 ${visible.length} / ${order.length}　采纳 ${n("accept")}　不采纳 ${n("reject")}　未定 ${n("")}`;
  }

  function send(request) {
    clearTimeout(waiting);
    status.textContent = request.action ? "正在记录…" : "";
    waiting = setTimeout(() => { status.textContent = "没有回音：内核可能已停，请重新运行这个单元格；尚未记录"; }, PATIENCE);
    model.send(request);
  }

  // Ask for the words a decision needs; Enter takes them, Esc leaves.
  function ask(action, question, name, { value = "", hints = [], read = (text) => text } = {}) {
    const issue_id = chosen;
    const form = element("form", undefined, "ml-ask"), input = element("input"), wrong = element("span", "", "ml-wrong");
    const hintList = element("datalist");
    hintList.id = `ml-${Math.random().toString(36).slice(2)}`;
    hintList.append(...hints.map((hint) => { const option = element("option"); option.value = hint; return option; }));
    input.setAttribute("list", hintList.id);
    input.setAttribute("aria-label", question);
    input.placeholder = question;
    input.value = value;
    const leave = () => { form.remove(); root.focus(); };
    form.onsubmit = (event) => {
      event.preventDefault();
      const answer = read(input.value.trim());
      if (!answer) { wrong.textContent = `请填写：${question}`; return; }
      leave();
      send({ action, issue_id, [name]: answer });
    };
    form.onkeydown = (event) => { event.stopPropagation(); if (event.key === "Escape") leave(); };
    const cancel = element("button", "取消");
    cancel.type = "button";
    cancel.onclick = leave;
    form.append(input, hintList, element("button", "确定"), cancel, wrong);
    card.querySelector(".ml-ask")?.remove();
    card.querySelector(".ml-actions").after(form);
    input.focus();
    input.select();
  }

  const named = (c) => `${c.rank ?? "—"} ${c.label}`;
  function mergeTarget(text) {
    const found = order.map((id) => cards.get(id)).find((c) => [named(c), String(c.rank), c.issue_id, c.label].includes(text));
    return found && found.issue_id !== chosen ? found.issue_id : "";
  }

  const ACTIONS = {
    a: ["采纳", () => send({ action: "accept", issue_id: chosen })],
    r: ["不采纳", () => ask("reject", "不采纳的理由", "why", { hints: REASONS })],
    e: ["改名", () => ask("rename", "新的名称", "label", { value: cards.get(chosen).label })],
    m: ["并入", () => ask("merge", "并入哪一条（排名、名称或编号）", "into", { hints: order.filter((id) => id !== chosen).map((id) => named(cards.get(id))), read: mergeTarget })],
    n: ["备注", () => ask("note", "备注", "why")],
    u: ["撤销", () => send({ action: "undo", issue_id: chosen })],
  };

  function drawCard() {
    const c = cards.get(chosen);
    card.replaceChildren();
    card.scrollTop = 0;
    if (!c) { card.append(element("p", order.length ? "没有符合条件的线索" : "没有候选线索"), status); return; }
    card.append(element("h3", named(c).replace(" ", "　")));
    const words = [`编号 ${c.issue_id}`, c.class_name, `得分 ${c.score ?? "—"}`, `事项 ${c.n_matters}`, `件次 ${c.n_petitions}`, `地点 ${c.n_places ?? "—"}`,
      `意见 ${STATES[c.decision] ?? c.decision}${c.why ? `（${c.why}）` : ""}${c.by ? ` ${c.by}` : ""}`];
    card.append(element("p", words.join("　")));
    const buttons = element("div", undefined, "ml-actions");
    for (const [key, [name, run]] of Object.entries(ACTIONS)) {
      const button = element("button", `${name} (${key})`);
      button.onclick = run;
      buttons.append(button);
    }
    card.append(buttons, status);
    section(card, "沿用的意见", c.carried);
    section(card, "备注", c.notes);
    signalBars(card, c.signals);
    section(card, "需核查的监督点", c.verify);
    card.append(element("h4", "典型件（已脱敏）"));
    for (const exemplar of c.exemplars) card.append(element("p", exemplar.record_id, "ml-id"), highlighted(exemplar.parts));
    section(card, "法律依据", c.laws.replaceAll("；", "\n"));
    section(card, "个案方式", c.person_routes);
    section(card, "类案方式", c.class_routes);
    section(card, "监督对象", c.supervised);
  }

  function choose(issue) { chosen = issue; status.textContent = ""; drawList(); drawCard(); }

  function move(step) {
    const visible = shown();
    const at = visible.findIndex((c) => c.issue_id === chosen);
    const next = visible[at < 0 ? 0 : Math.min(Math.max(at + step, 0), visible.length - 1)];
    if (next) choose(next.issue_id);
  }

  root.onkeydown = (event) => {
    if (["INPUT", "SELECT"].includes(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    const run = { j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), "/": () => search.focus() }[event.key]
      ?? (cards.has(chosen) ? ACTIONS[event.key]?.[1] : undefined);
    if (run) { event.preventDefault(); event.stopPropagation(); run(); }
  };
  for (const node of [search, state, kind]) {
    node.oninput = () => { drawList(); if (!shown().some((c) => c.issue_id === chosen)) choose(shown()[0]?.issue_id); };
    node.onkeydown = (event) => { if (event.key === "Escape") root.focus(); };
  }

  function receive(message) {
    if (!message.order) return;
    clearTimeout(waiting);
    for (const c of message.cards) { cards.set(c.issue_id, c); items.set(c.issue_id, itemOf(c)); }
    order = message.order;
    for (const id of [...items.keys()]) if (!order.includes(id)) { items.delete(id); cards.delete(id); }
    const kinds = new Map(order.map((id) => [cards.get(id).class_code, cards.get(id).class_name]));
    fill(kind, [["", "全部类别"], ...[...kinds].sort((a, b) => a[1].localeCompare(b[1], "zh"))]);
    const form = card.querySelector(".ml-ask"); // somebody is writing already: keep it
    const writing = form?.contains(document.activeElement) ? document.activeElement : null;
    if (!cards.has(chosen)) chosen = order[0];
    drawList();
    drawCard();
    if (form) card.querySelector(".ml-actions")?.after(form);
    writing?.focus();
    status.textContent = message.message;
  }
  model.on("msg:custom", receive);
  send({ ask: "cards" });
  return () => { clearTimeout(waiting); model.off("msg:custom", receive); };
}

export default { render };
