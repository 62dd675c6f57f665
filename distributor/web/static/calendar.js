// Moves posts of the calendar by drag and by keyboard; both send the page's own form, and the desk decides.
"use strict";
if (!window.kjcCalendar) {
  window.kjcCalendar = true;
  let held = null, target = null, asked = 0;
  const by = (id) => document.getElementById(id);
  const say = (text) => { by("ansage").textContent = text; };
  const word = (name) => by("ansage").dataset[name];
  const clock = () => `T${held.querySelector("b").textContent}`;
  const timeOf = (spot) => spot.dataset.ziel || spot.dataset.tag + clock();
  const home = () => held.closest("[data-tag]");
  const spots = (which) => [...document.querySelectorAll(which)].filter(
    (spot) => spot.offsetParent && (!spot.dataset.ziel || spot.dataset.konto === held.dataset.konto));

  async function explain(time) {
    const turn = ++asked;
    let text = word("failed");
    try {
      const answer = await fetch(`/kalender/pruefen/${held.dataset.post}?zeit=${encodeURIComponent(time)}`);
      if (answer.headers.get("Content-Type").startsWith("text/plain")) text = await answer.text();
    } catch { /* what could not be asked is said above */ }
    if (turn === asked && held) say(text);
  }

  function aim(spot) {
    target?.classList.remove("target");
    target = spot;
    spot.classList.add("target");
    spot.scrollIntoView({ block: "nearest" });
    explain(timeOf(spot));
  }

  function take(post) {
    held = post;
    post.classList.add("held");
    target = home();
    say(word("up").replace("§", post.querySelector("a").textContent));
  }

  function leave(text) {
    held.classList.remove("held");
    target?.classList.remove("target");
    held = target = null;
    asked += 1;
    say(text);
  }

  function drop() {
    if (target === home()) return leave(word("left"));
    const fields = by("verschieben").elements;
    fields.post.value = held.dataset.post;
    fields.stand.value = held.dataset.stand;
    fields.zeit.value = timeOf(target);
    leave(word("down"));
    by("verschieben").requestSubmit();
  }

  function step(which, count) {
    const all = spots(which);
    const from = all.indexOf(which === "[data-tag]" ? target.closest("[data-tag]") : target);
    const next = all[from + count];
    if (next) aim(next); else say(word("end"));
  }

  document.addEventListener("keydown", (event) => {
    const post = event.target.closest?.("[data-post]");
    if (!held) {
      const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
      if (post && plain && event.key.toLowerCase() === "v") { event.preventDefault(); take(post); }
      return;
    }
    const downwards = held.closest("table") ? ["[data-tag]", 7] : ["[data-tag], [data-ziel]", 1];
    const act = {
      ArrowLeft: () => step("[data-tag]", -1),
      ArrowRight: () => step("[data-tag]", 1),
      ArrowUp: () => step(downwards[0], -downwards[1]),
      ArrowDown: () => step(...downwards),
      Enter: drop,
      Escape: () => leave(word("left")),
    }[event.key];
    if (event.key === "Tab") leave(word("left"));
    else if (act) { event.preventDefault(); act(); }
  });

  document.addEventListener("pointerdown", (event) => {
    const post = event.target.closest?.("[data-post]");
    if (post) post.draggable = true;
  });
  document.addEventListener("dragstart", (event) => {
    const post = event.target.closest?.("[data-post]");
    if (!post) return;
    if (held) leave("");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", post.dataset.post);
    take(post);
  });
  document.addEventListener("dragover", (event) => {
    if (!held) return;
    let spot = event.target.closest?.("[data-ziel], [data-tag]");
    if (spot?.dataset.ziel && spot.dataset.konto !== held.dataset.konto) spot = spot.closest("[data-tag]");
    if (!spot) return;
    event.preventDefault();
    if (spot !== target) aim(spot);
  });
  document.addEventListener("drop", (event) => {
    if (!held || !event.target.closest("[data-tag]")) return;
    event.preventDefault();
    drop();
  });
  document.addEventListener("dragend", () => { if (held) leave(word("left")); });
}
