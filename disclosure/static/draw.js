// The drawing tool. Without this file pages are shown, texts found and marked, pages withheld.
(() => {
  "use strict";
  const root = document.querySelector(".draw");
  const make = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
  const pair = root && root.querySelector("[data-compare]");
  if (pair) compare(pair);
  const stage = document.getElementById("stage");
  if (!stage) return;

  const cursor = stage.querySelector(".cursor");
  const say = document.getElementById("draw-say");
  const tools = root.querySelector("form.tools");
  const may = root.dataset.marks === "yes";
  const [wide, high] = cursor.getAttribute("viewBox").split(" ").slice(2).map(Number);
  let words = [];
  let anchor = -1;
  let at = -1;
  let area = null;
  let sending = Promise.resolve();

  const tell = (text) => { say.textContent = ""; requestAnimationFrame(() => { say.textContent = text; }); };
  const range = () => (at < 0 ? [] : [Math.min(anchor, at), Math.max(anchor, at)]);
  const inArea = () => area !== null;

  // What is chosen, drawn and scrolled into view.
  const rect = (x, y, w, h, kind) => {
    const box = make("rect");
    box.setAttribute("class", kind);
    Object.entries({ x, y, width: w, height: h, rx: 1.5 }).forEach(([key, value]) => box.setAttribute(key, value));
    cursor.append(box);
    return box;
  };
  const show = () => {
    cursor.replaceChildren();
    let last = null;
    if (inArea()) last = rect(area.x, area.y, area.w, area.h, "area");
    else if (at >= 0) {
      const [first, end] = range();
      for (let i = first; i <= end; i += 1) {
        const [x, y, w, h] = words[i];
        const box = rect(x - 1.5, y - 1.5, w + 3, h + 3, i === at ? "word now" : "word");
        if (i === at) last = box;
      }
    }
    const hits = root.querySelector(".hits");
    if (hits) hits.querySelectorAll("rect").forEach((hit) => { const copy = hit.cloneNode(); copy.setAttribute("class", "hit"); cursor.append(copy); });
    if (last && document.activeElement === stage) last.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const chosen = () => {
    const [first, end] = range();
    return words.slice(first, end + 1).map((word) => word[6]).join(" ");
  };
  const isMarked = (word) => [...root.querySelectorAll(".layer .marked")].some((box) => {
    const x = word[0] + word[2] / 2 - box.getAttribute("x");
    const y = word[1] + word[3] / 2 - box.getAttribute("y");
    return x >= 0 && y >= 0 && x <= box.getAttribute("width") && y <= box.getAttribute("height");
  });
  const speak = () => {
    if (inArea()) {
      tell(`Area ${Math.round(area.w)} by ${Math.round(area.h)} points, ${Math.round(area.x)} from the left, ${Math.round(area.y)} from the top.`);
    } else if (at >= 0) {
      const [first, end] = range();
      tell(first === end ? `${words[at][6]}${isMarked(words[at]) ? ", marked" : ""}` : `${end - first + 1} words: ${chosen()}`);
    }
  };
  const go = (index, extend) => {
    if (!words.length) { tell("No words can be read on this page. Press a and mark an area."); return; }
    at = Math.max(0, Math.min(words.length - 1, index));
    if (!extend || anchor < 0) anchor = at;
    stage.dataset.word = words[at][6];
    show();
    speak();
  };

  // By line: words whose middles are level. Up and down keep the place across.
  const middle = (word) => word[1] + word[3] / 2;
  const level = (one, other) => Math.abs(middle(one) - middle(other)) < Math.min(one[3], other[3]) / 2;
  const vertical = (down) => {
    const here = words[at];
    const across = here[0] + here[2] / 2;
    let best = -1;
    let worth = Infinity;
    words.forEach((word, index) => {
      const away = (middle(word) - middle(here)) * (down ? 1 : -1);
      if (away <= 0 || level(word, here)) return;
      const cost = away * 4 + Math.abs(word[0] + word[2] / 2 - across);
      if (cost < worth) { worth = cost; best = index; }
    });
    return best < 0 ? at : best;
  };
  const edge = (end) => {
    let index = at;
    const step = end ? 1 : -1;
    while (words[index + step] && level(words[index + step], words[at])) index += step;
    return index;
  };

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const clamp = (value, low, top) => Math.max(low, Math.min(top, value));
  const moveArea = (dx, dy, event) => {
    const step = event.ctrlKey ? 1 : 8;
    if (event.shiftKey) {
      area.w = clamp(area.w + dx * step, 4, wide - area.x);
      area.h = clamp(area.h + dy * step, 4, high - area.y);
    } else {
      area.x = clamp(area.x + dx * step, 0, wide - area.w);
      area.y = clamp(area.y + dy * step, 0, high - area.h);
    }
    show();
    speak();
  };
  const moveWord = (key, extend) => {
    if (at < 0) { go(key === "End" ? words.length - 1 : 0, false); return; }
    const target = { ArrowLeft: at - 1, ArrowRight: at + 1 }[key];
    if (target !== undefined) go(target, extend);
    else if (key === "Home" || key === "End") go(edge(key === "End"), extend);
    else go(vertical(key === "ArrowDown"), extend);
  };
  stage.addEventListener("keydown", (event) => {
    if (event.metaKey || event.altKey) return;
    const key = event.key;
    if (inArea() && arrows[key]) moveArea(...arrows[key], event);
    else if (event.ctrlKey) return;
    else if (!inArea() && (arrows[key] || key === "Home" || key === "End")) moveWord(key, event.shiftKey);
    else if (key === " " || key === "Enter") mark();
    else if (key === "Escape") letGo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const letGo = () => {
    if (inArea()) setArea(null);
    else { at = -1; anchor = -1; delete stage.dataset.word; show(); }
    tell("Nothing is chosen.");
  };

  const areaButton = root.querySelector('[data-do="area"]');
  const setArea = (next) => {
    area = next;
    if (areaButton) areaButton.setAttribute("aria-pressed", String(inArea()));
    stage.classList.toggle("in-area", inArea());
    show();
  };
  const startArea = () => {
    const from = at >= 0 ? words[at] : [wide / 2 - 60, high / 2 - 20, 120, 40];
    setArea({ x: clamp(from[0] - 2, 0, wide - 8), y: clamp(from[1] - 2, 0, high - 8), w: Math.max(from[2] + 4, 24), h: Math.max(from[3] + 4, 12) });
    stage.focus({ preventScroll: true });
    tell("Area: arrows move it, with shift they size it. Space marks it, escape lets go. Or draw it on the page.");
  };

  // Sending: one after the other, so that a quick hand never overtakes itself.
  const served = {};
  const bare = (html) => html.replace(/name="csrf_token" value="[^"]*"/g, "");
  const put = (answer) => {
    Object.entries(answer.parts || {}).forEach(([name, html]) => {
      const old = root.querySelector(`[data-part="${name}"]`);
      if (!old || served[name] === bare(html)) return;
      served[name] = bare(html);
      const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
      const held = old.contains(document.activeElement) ? document.activeElement : null;
      const details = fresh.querySelector("details");
      if (details) details.open = Boolean(old.querySelector("details[open]"));
      const now = document.importNode(fresh, true);
      now.querySelectorAll("select").forEach((select) => { const before = old.querySelector(`#${select.id}`); if (before) select.value = before.value; });
      old.replaceWith(now);
      const label = held && held.getAttribute("aria-label");
      const same = label && [...now.querySelectorAll("[aria-label]")].find((element) => element.getAttribute("aria-label") === label);
      if (held) (same || now.querySelector("[tabindex]") || stage).focus();
    });
    (answer.flags || []).forEach(([flag, label], index) => {
      const place = root.querySelector(`[data-flag="${index + 1}"]`);
      if (place && place.textContent !== label) { place.textContent = label; place.className = `flag ${flag}`; }
    });
  };
  const token = () => root.querySelector('[name="csrf_token"]').value;
  const post = async (address, values) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token() },
      body: new URLSearchParams(values),
    });
    if (!(answer.headers.get("Content-Type") || "").includes("json")) {
      throw new Error(answer.status === 403 || answer.status === 400 ? "You were signed out, or this page was open for too long. Load it again." : "The page could not be reached. Nothing was changed; try again.");
    }
    return answer.json();
  };
  const send = (address, values) => {
    sending = sending.then(async () => {
      try {
        const answer = await post(address, values);
        put(answer);
        show();
        tell(answer.error ? `Not done: ${answer.error}` : answer.said || "");
        say.classList.toggle("wrong", Boolean(answer.error));
        if (answer.where === "code") root.querySelector("#draw-code").focus();
        return !answer.error;
      } catch (problem) {
        say.classList.add("wrong");
        tell(problem instanceof TypeError ? "The server did not answer. Nothing was changed; try again." : problem.message);
        return false;
      }
    });
    return sending;
  };
  const common = () => ({ page: root.dataset.page, code: root.querySelector("#draw-code").value, note: root.querySelector("#draw-note").value });
  const mark = async () => {
    if (!may) { tell("Marks are made while the case is being redacted, by people who work on it."); return; }
    let kept;
    if (inArea()) {
      kept = await send(root.dataset.markArea, { ...common(), x: area.x, y: area.y, width: area.w, height: area.h });
      if (kept) setArea(null);
    } else if (at >= 0) {
      const [first, end] = range();
      kept = await send(root.dataset.markWords, { ...common(), start: words[first][4], end: words[end][5] });
      if (kept) { anchor = at; show(); }
    } else tell("Choose words with the arrow keys or by pointing, or press a for an area.");
    if (kept) root.querySelector("#draw-note").value = "";
  };
  const note = root.querySelector("#draw-note");
  if (note) note.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); mark(); } });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    if (button.dataset.do === "mark") mark();
    else if (button.dataset.do === "area") { if (inArea()) { setArea(null); tell("Words."); } else startArea(); }
  });
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-draw]")) return;
    event.preventDefault();
    event.stopPropagation();
    const by = event.submitter;
    const values = new URLSearchParams(new FormData(form));
    if (by && by.name) values.set(by.name, by.value);
    if (!form.matches(".tools") && values.has("code") === false && may) values.set("code", common().code);
    const address = by && by.hasAttribute("formaction") ? by.formAction : form.action;
    send(address, values).then((done) => {
      if (!done) return;
      const title = root.querySelector("#found-title");
      if (form.dataset.draw === "find" && title) {
        const all = root.querySelector('[data-part="found"] .button');
        const code = root.querySelector("#found-code");
        if (code && !code.value) code.value = common().code;
        (all || title).focus();
      } else if (form.closest('[data-part="found"]')) {
        const part = root.querySelector('[data-part="found"]');
        part.replaceChildren();
        part.hidden = true;
        stage.focus({ preventScroll: true });
      }
      show();
    });
  });

  // Pointer: words by click and drag, areas by drag, by mouse, pen and touch.
  const point = (event) => {
    const box = cursor.getBoundingClientRect();
    return [(event.clientX - box.left) * wide / box.width, (event.clientY - box.top) * high / box.height];
  };
  const wordAt = (x, y) => words.findIndex((word) => x >= word[0] - 2 && x <= word[0] + word[2] + 2 && y >= word[1] - 2 && y <= word[1] + word[3] + 2);
  let start = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = point(event);
    if (inArea()) { start = [x, y]; cursor.setPointerCapture(event.pointerId); event.preventDefault(); stage.focus({ preventScroll: true }); return; }
    const index = wordAt(x, y);
    if (index < 0) return;
    if (event.pointerType !== "mouse") return;
    start = index;
    event.preventDefault();
    stage.focus({ preventScroll: true });
    go(index, event.shiftKey);
  });
  // A finger that scrolls chooses nothing; a tap does.
  stage.addEventListener("click", (event) => {
    if (event.pointerType === "mouse" || inArea()) return;
    const index = wordAt(...point(event));
    if (index >= 0) go(index, false);
  });
  stage.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const [x, y] = point(event);
    if (inArea()) {
      const [left, right] = [clamp(Math.min(start[0], x), 0, wide), clamp(Math.max(start[0], x), 0, wide)];
      const [top, bottom] = [clamp(Math.min(start[1], y), 0, high), clamp(Math.max(start[1], y), 0, high)];
      if (right - left > 3 && bottom - top > 3) { area = { x: left, y: top, w: right - left, h: bottom - top }; show(); }
    } else {
      const index = wordAt(x, y);
      if (index >= 0 && index !== at) go(index, true);
    }
  });
  const finish = () => { if (start !== null && inArea()) speak(); start = null; };
  addEventListener("pointerup", finish);
  addEventListener("pointercancel", finish);

  // What belongs to the entry of the list under hand or focus.
  const point_out = (event) => {
    const entry = event.target.closest && event.target.closest("[data-shows]");
    root.querySelectorAll(".layer .out").forEach((box) => box.classList.remove("out"));
    if (entry) root.querySelectorAll(`.layer [data-of="${entry.dataset.shows}"]`).forEach((box) => box.classList.add("out"));
  };
  root.addEventListener("mouseover", point_out);
  root.addEventListener("focusin", point_out);

  // Signs of life, while somebody is at the page: others learn of it, and their marks arrive.
  let moved = Date.now();
  ["keydown", "pointerdown", "pointermove", "scroll"].forEach((name) => addEventListener(name, () => { moved = Date.now(); }, { passive: true, capture: true }));
  const beat = async () => {
    if (document.visibilityState === "visible" && Date.now() - moved < 300000) {
      try { put(await post(root.dataset.here, { page: root.dataset.page })); } catch { /* the next one tells */ }
    }
    setTimeout(beat, 15000);
  };

  root.querySelectorAll("[data-do][hidden]").forEach((button) => { button.hidden = false; });
  fetch(root.dataset.words, { headers: { Accept: "application/json" } }).then((answer) => answer.json()).then((answer) => {
    words = answer.words;
    stage.dataset.ready = "yes";
    if (location.hash === "#stage") stage.focus({ preventScroll: true });
    if (!words.length) tell("No words can be read on this page. Areas can be marked.");
    show();
  }).catch(() => tell("The words of this page could not be read. Load the page again."));
  setTimeout(beat, 15000);

  function compare(box) {
    const frame = root.querySelector(".pair");
    const cut = document.getElementById("draw-cut");
    const beside = box.querySelector("button");
    const set = () => frame.style.setProperty("--cut", `${cut.value}%`);
    box.hidden = false;
    cut.addEventListener("input", set);
    beside.addEventListener("click", () => {
      const over = frame.classList.toggle("over");
      beside.setAttribute("aria-pressed", String(!over));
      cut.disabled = !over;
      set();
    });
  }
})();
