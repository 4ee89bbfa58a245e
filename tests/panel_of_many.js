// Draws the review panel with two hundred made-up candidates, presses keys, filters; tells what it showed and how long it took.
() => {
  const card = (k) => ({
    issue_id: `I${k}`, rank: k, label: "问题".repeat(6) + k, class_code: `C0${k % 9}`, class_name: `类${k % 9}`,
    decision: "", why: "", by: "", notes: "", reasons: "理由".repeat(60), laws: "法；".repeat(8), verify: "查\n".repeat(6),
    person_routes: "甲", class_routes: "乙", supervised: "丙", score: 50, n_matters: 9, n_petitions: 12, n_places: 4,
    signals: [{ shown: "件".repeat(40), points: 9 }],
    exemplars: [1, 2, 3].map((r) => ({ record_id: `R${r}`, parts: [["文字".repeat(100), false], ["依据", true]] })),
  });
  const all = Array.from({ length: 200 }, (_, k) => card(k + 1)), order = all.map((c) => c.issue_id);
  const asked = [], chosen = [], found = [], times = [];
  let tell;
  const send = ({ ask, action, issue_id }) => {
    if (ask) return tell({ cards: all, order, message: "" });
    asked.push([action, issue_id]);
    const decision = action === "accept" ? "accept" : "";
    return tell({ cards: [{ ...all.find((c) => c.issue_id === issue_id), decision }], order, message: "已记录" });
  };
  window.render({ model: { on: (_, f) => (tell = f), off() {}, send }, el: document.getElementById("here") });
  const root = document.querySelector(".ml-review"), search = root.querySelector("input");
  const items = root.querySelectorAll("li").length;
  const look = () => chosen.push(root.querySelector(".ml-chosen b").textContent);
  const timed = (act) => {
    const began = performance.now();
    act();
    root.getBoundingClientRect(); // lay out now, so that it is counted
    times.push(performance.now() - began);
  };
  look();
  for (const key of "jjjjjjkjauj") {
    timed(() => root.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
    look();
  }
  for (const words of ["问题", "类3", ""]) {
    timed(() => { search.value = words; search.dispatchEvent(new Event("input")); });
    found.push(root.querySelectorAll("li").length);
  }
  return { items, asked, chosen, found, times };
}
