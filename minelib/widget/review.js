// The review panel's page: a list with filters, a card, six actions, keys. Text is set as text, never as HTML.

const STATES = { "": "未定", accept: "采纳", reject: "不采纳" };

function element(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = String(text);
  if (className) node.className = className;
  return node;
}

function highlighted(exemplar) {
  const box = element("p", undefined, "ml-text");
  let at = 0;
  for (const [start, end] of exemplar.spans) {
    if (start < at) continue;
    box.append(exemplar.text.slice(at, start), element("mark", exemplar.text.slice(start, end)));
    at = end;
  }
  box.append(exemplar.text.slice(at));
  return box;
}

function section(card, title, text) {
  if (!text) return;
  card.append(element("h4", title));
  for (const line of text.split("\n")) card.append(element("p", line));
}

function signalBars(card, signals) {
  card.append(element("h4", "指标"));
  for (const signal of signals) {
    const row = element("div", undefined, "ml-signal");
    const track = element("span", undefined, "ml-track");
    const bar = element("span", undefined, "ml-bar");
    bar.style.width = `${Math.max(2, Math.min(100, signal.points * 4))}%`; // 25 points fill the track
    track.append(bar);
    row.append(element("span", signal.points.toFixed(1), "ml-points"), track, element("span", signal.shown));
    card.append(row);
  }
}

function render({ model, el }) {
  const root = element("div", undefined, "ml-review");
  root.tabIndex = 0;
  root.setAttribute("aria-label", "线索审查");
  const side = element("div", undefined, "ml-side");
  const search = element("input");
  search.placeholder = "筛选：词、类别、意见";
  search.setAttribute("aria-label", "筛选");
  const list = element("ul");
  const card = element("div", undefined, "ml-card");
  const status = element("p", "", "ml-status");
  status.setAttribute("role", "status");
  side.append(search, list);
  root.append(side, card);
  el.append(root);
  let chosen = model.get("candidates")[0]?.issue_id;

  const shown = () => {
    const words = search.value.trim().split(/\s+/).filter(Boolean);
    return model.get("candidates").filter((c) => {
      const text = [c.label, c.reasons, STATES[c.decision] ?? "", c.class_routes, c.supervised].join(" ");
      return words.every((word) => text.includes(word));
    });
  };
  const current = () => model.get("candidates").find((c) => c.issue_id === chosen);

  function drawList() {
    list.replaceChildren(...shown().map((c) => {
      const item = element("li", undefined, c.issue_id === chosen ? "ml-chosen" : "");
      item.append(element("b", c.rank ?? "—"), element("span", c.label), element("i", STATES[c.decision] ?? "", `ml-${c.decision}`));
      item.onclick = () => choose(c.issue_id);
      return item;
    }));
    list.querySelector(".ml-chosen")?.scrollIntoView({ block: "nearest" });
  }

  function ask(action, question, name) {
    const request = { action, issue_id: chosen };
    if (question) {
      const answer = answerBox(question);
      answer.then((value) => value && model.send({ ...request, [name]: value }));
      return;
    }
    model.send(request);
  }

  function answerBox(question) {
    return new Promise((resolve) => {
      const form = element("form", undefined, "ml-ask");
      const input = element("input");
      input.setAttribute("aria-label", question);
      input.placeholder = question;
      const ok = element("button", "确定");
      form.append(input, ok);
      form.onsubmit = (event) => { event.preventDefault(); form.remove(); resolve(input.value.trim()); root.focus(); };
      input.onkeydown = (event) => { event.stopPropagation(); if (event.key === "Escape") { form.remove(); resolve(""); root.focus(); } };
      card.prepend(form);
      input.focus();
    });
  }

  const ACTIONS = [
    ["采纳 (a)", () => ask("accept")],
    ["不采纳 (r)", () => ask("reject", "不采纳的理由", "why")],
    ["改名 (e)", () => ask("rename", "新的名称", "label")],
    ["并入 (m)", () => ask("merge", "并入哪个问题编号", "into")],
    ["备注 (n)", () => ask("note", "备注", "why")],
    ["撤销 (u)", () => ask("undo")],
  ];

  function drawCard() {
    const c = current();
    card.replaceChildren();
    if (!c) { card.append(element("p", "没有候选线索")); return; }
    card.append(element("h3", `${c.rank ?? "—"}　${c.label}`));
    card.append(element("p", `编号 ${c.issue_id}　得分 ${c.score ?? "—"}　事项 ${c.n_matters}　件次 ${c.n_petitions}　地点 ${c.n_places}　意见 ${STATES[c.decision] ?? c.decision}${c.why ? "（" + c.why + "）" : ""}`));
    const buttons = element("div", undefined, "ml-actions");
    for (const [name, run] of ACTIONS) {
      const button = element("button", name);
      button.onclick = run;
      buttons.append(button);
    }
    card.append(buttons, status);
    section(card, "备注", c.notes);
    signalBars(card, c.signals);
    card.append(element("h4", "典型件（已脱敏）"));
    for (const exemplar of c.exemplars) card.append(element("p", exemplar.record_id, "ml-id"), highlighted(exemplar));
    section(card, "需核查的监督点", c.verify);
    section(card, "法律依据", c.laws.replaceAll("；", "\n"));
    section(card, "个案方式", c.person_routes);
    section(card, "类案方式", c.class_routes);
    section(card, "监督对象", c.supervised);
  }

  function choose(issue) { chosen = issue; status.textContent = ""; drawList(); drawCard(); }

  function move(step) {
    const visible = shown();
    const at = visible.findIndex((c) => c.issue_id === chosen);
    const next = visible[Math.min(Math.max(at + step, 0), visible.length - 1)];
    if (next) choose(next.issue_id);
  }

  const KEYS = { j: () => move(1), k: () => move(-1), a: ACTIONS[0][1], r: ACTIONS[1][1], e: ACTIONS[2][1], m: ACTIONS[3][1], n: ACTIONS[4][1], u: ACTIONS[5][1] };
  root.onkeydown = (event) => {
    if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
    const run = KEYS[event.key];
    if (run) { event.preventDefault(); event.stopPropagation(); run(); }
  };
  search.oninput = drawList;
  search.onkeydown = (event) => event.stopPropagation();
  const onCandidates = () => { drawList(); drawCard(); };
  const onMessage = () => { if (model.get("message")) status.textContent = model.get("message"); };
  model.on("change:candidates", onCandidates);
  model.on("change:message", onMessage);
  drawList();
  drawCard();
  return () => { model.off("change:candidates", onCandidates); model.off("change:message", onMessage); };
}

export default { render };
