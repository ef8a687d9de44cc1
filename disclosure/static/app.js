// Every page works without this file.
(() => {
  "use strict";
  const all = (selector) => document.querySelectorAll(selector);

  all("[data-focus]").forEach((element) => element.focus());

  // One click, one request; opens again for downloads and on coming back.
  const unlock = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
    setTimeout(unlock, 8000, form);
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach(unlock));

  // data-poll="/url": {"percent": 42, "text": "page 42 of 100", "done": false, "failed": false}
  const poll = async (box, wait) => {
    try {
      const answer = await fetch(box.dataset.poll, { headers: { Accept: "application/json" } });
      const job = await answer.json();
      const bar = box.querySelector("progress");
      const text = box.querySelector("[data-poll-text]");
      if (bar && job.percent != null) bar.value = job.percent;
      if (text && job.text && text.textContent !== job.text) text.textContent = job.text;
      if (job.done || job.failed) { location.reload(); return; }
      wait = Math.min(wait * 1.2, 5000);
    } catch {
      wait = Math.min(wait * 2, 30000);
    }
    setTimeout(poll, wait, box, wait);
  };
  all("[data-poll]").forEach((box) => setTimeout(poll, 800, box, 800));

  all("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  });

  // data-session on <body>: seconds until the end; the warning comes five minutes ahead.
  const warning = document.getElementById("session-warning");
  const seconds = Number(document.body.dataset.session);
  if (warning && seconds) {
    const keep = warning.querySelector("[data-keep-alive]");
    let timer;
    const arm = () => {
      clearTimeout(timer);
      timer = setTimeout(() => warning.showModal(), Math.max(seconds - 300, seconds / 2) * 1000);
    };
    keep.addEventListener("click", async () => {
      await fetch(keep.dataset.keepAlive || location.href);
      warning.close();
      arm();
    });
    arm();
  }

  // Menus close on Escape and on a click elsewhere.
  const shut = (target) => all("details.account[open]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
  document.addEventListener("click", (event) => shut(event.target));

  // data-key="/" on a control: the key focuses or follows it; "?" lists them all.
  const list = document.getElementById("shortcuts");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut(null);
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    if (localStorage.getItem("shortcuts") === "off") return;
    if (event.key === "?" && list) { list.showModal(); return; }
    const target = [...all("[data-key]")].find((element) => element.dataset.key === event.key);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input, select, textarea")) target.focus(); else target.click();
  });
  const toggle = list && list.querySelector("input");
  if (toggle) {
    toggle.checked = localStorage.getItem("shortcuts") !== "off";
    toggle.addEventListener("change", () => localStorage.setItem("shortcuts", toggle.checked ? "on" : "off"));
  }
})();
