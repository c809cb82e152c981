// Improves pages that are complete without it: mathematics, the editor, drafts, live progress, times.
"use strict";

const nonce = document.querySelector('meta[name="grader-nonce"]').content;

function writeTimesInOwnZone() {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  for (const element of document.querySelectorAll("time[datetime]")) {
    const own = format.format(new Date(element.dateTime));
    if ("zoned" in element.dataset) {
      element.title = own; // written by the author in the zone of the course: kept, with one's own beside it
      if (new Date(element.dateTime).getTimezoneOffset() !== -offsetMinutes(element.textContent)) {
        element.textContent += ` (for you ${own})`;
      }
    } else {
      element.title = element.textContent;
      element.textContent = own;
    }
  }
}

function offsetMinutes(written) {
  const [, sign, hours, minutes] = written.match(/UTC([+-])(\d\d):(\d\d)$/);
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function setMathematics() {
  if (typeof katex === "undefined") return;
  for (const element of document.querySelectorAll(".math")) {
    const isDisplay = element.textContent.startsWith("$$");
    const tex = element.textContent.replace(/^\$\$?|\$\$?$/g, "");
    katex.render(tex, element, { displayMode: isDisplay, throwOnError: false, strict: false });
    if (isDisplay) element.classList.add("display");
  }
}

// What scrolls can be reached by the keyboard in every browser, not only in those that see to it.
function letScrollersBeReached() {
  for (const element of document.querySelectorAll("pre, figure, .statement, .report, .math.display")) {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
  }
}

// A draft is kept two seconds after the last key, and on Ctrl+S; what was kept is said, not shown off.
function keepDrafts(form, textarea) {
  const said = document.getElementById("saved");
  let timer = 0;
  let kept = textarea.value;
  function send(text, keepalive) {
    const body = new FormData();
    body.set("code", text);
    const headers = { "X-CSRF-Token": form.elements.token.value };
    return fetch(form.dataset.draft, { method: "POST", body, headers, keepalive });
  }
  async function keep() {
    clearTimeout(timer);
    if (textarea.value === kept) return;
    const sending = textarea.value;
    try {
      const answer = await send(sending, false);
      if (!answer.ok) throw new Error(String(answer.status));
      kept = sending;
      said.textContent = "draft kept";
    } catch {
      said.textContent = "the draft could not be kept; try again with Ctrl+S";
    }
  }
  // who leaves within these two seconds loses nothing; what a form sends is kept by the server anyway
  let isSent = false;
  form.addEventListener("submit", () => (isSent = true));
  window.addEventListener("pagehide", () => {
    if (!isSent && textarea.value !== kept) send(textarea.value, true).catch(() => {});
  });
  function changed() {
    said.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(keep, 2000);
  }
  return { keep, changed };
}

function openEditor() {
  const form = document.querySelector("form.answer");
  if (!form) return;
  const textarea = form.elements.code;
  const { keep, changed } = keepDrafts(form, textarea);
  document.addEventListener("grader:ending", keep);
  textarea.addEventListener("input", changed);
  if (typeof graderEditor === "undefined") return;
  const view = graderEditor.overTextarea(textarea, {
    label: "Python code",
    describedBy: "keys",
    nonce,
    run: () => {
      const check = document.getElementById("check");
      if (check) form.requestSubmit(check);
    },
    save: keep,
    changed,
  });
  document.querySelector('label[for="code"]').addEventListener("click", () => view.focus());
}

// The server tells how much time is left; between its answers a clock that no one can set runs here.
function runClock() {
  const line = document.querySelector("[data-clock]");
  if (!line) return;
  const shown = line.querySelector(".left");
  const told = line.querySelector("[role=status]");
  let left = Number(line.dataset.left);
  let asked = performance.now();
  let isEnding = false;
  let said = Infinity;
  async function ask() {
    try {
      const answer = await fetch(line.dataset.clock, { cache: "no-store" });
      if (!answer.ok) return;
      const now = await answer.json();
      asked = performance.now();
      left = now.left_ms ?? Infinity;
      if (now.phase === "over") location.assign(line.dataset.clock.replace(/\/clock$/, ""));
    } catch {
      // without an answer the clock runs on by itself
    }
  }
  function tick() {
    const ms = Math.max(left - (performance.now() - asked), 0);
    const seconds = Math.floor(ms / 1000);
    const pad = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor(seconds / 60) % 60;
    shown.textContent = hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
    line.classList.toggle("soon", ms < 300000);
    const mark = [60, 300, 600].find((limit) => seconds <= limit);
    if (mark < said && seconds > 0) {
      said = mark;
      told.textContent = `${Math.ceil(seconds / 60)} minutes or less are left.`;
    }
    if (ms < 4000 && !isEnding) {
      isEnding = true;
      document.dispatchEvent(new Event("grader:ending"));
    } else if (ms > 10000) {
      isEnding = false;
    }
    if (ms === 0) told.textContent = "Time is over. What is saved is handed in.";
  }
  setInterval(tick, 500);
  setInterval(ask, 20000);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  tick();
}

function followProgress() {
  const section = document.querySelector("[data-events]");
  if (!section) return;
  const told = document.getElementById("told");
  const events = new EventSource(section.dataset.events);
  events.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    if (now.state === "done") {
      events.close();
      location.reload();
    } else if (now.state === "running") {
      told.textContent = "It is being graded.";
    } else {
      told.textContent = now.ahead ? `${now.ahead} before it, about ${now.seconds} s.` : "It is next.";
    }
  });
  // where events do not come through, ask again as a page without scripts does
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
  };
}

// What is shown once can be kept as a file, without being sent again.
function letTextsBeSaved() {
  for (const button of document.querySelectorAll("[data-save]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      const text = document.getElementById(button.dataset.save).value;
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.download = button.dataset.name;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }
}

function lookAgainWhileItRuns() {
  const running = document.querySelector("[data-reload]");
  if (running) setTimeout(() => location.reload(), Number(running.dataset.reload) * 1000);
}

writeTimesInOwnZone();
setMathematics();
letScrollersBeReached();
openEditor();
runClock();
followProgress();
letTextsBeSaved();
lookAgainWhileItRuns();
