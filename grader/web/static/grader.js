// Improves pages that are complete without it: mathematics, the editor, drafts, live progress, times.
"use strict";

const nonce = document.querySelector('meta[name="grader-nonce"]').content;

function writeTimesInOwnZone() {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  for (const element of document.querySelectorAll("time[datetime]")) {
    element.title = element.textContent;
    element.textContent = format.format(new Date(element.dateTime));
  }
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
  async function keep() {
    clearTimeout(timer);
    if (textarea.value === kept) return;
    const sending = textarea.value;
    const body = new FormData();
    body.set("code", sending);
    try {
      const headers = { "X-CSRF-Token": form.elements.token.value };
      const answer = await fetch(form.dataset.draft, { method: "POST", body, headers });
      if (!answer.ok) throw new Error(String(answer.status));
      kept = sending;
      said.textContent = "draft kept";
    } catch {
      said.textContent = "the draft could not be kept; try again with Ctrl+S";
    }
  }
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
  textarea.addEventListener("input", changed);
  if (typeof graderEditor === "undefined") return;
  const view = graderEditor.overTextarea(textarea, {
    label: "Python code",
    describedBy: "keys",
    nonce,
    run: () => form.requestSubmit(document.getElementById("check")),
    save: keep,
    changed,
  });
  document.querySelector('label[for="code"]').addEventListener("click", () => view.focus());
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

writeTimesInOwnZone();
setMathematics();
letScrollersBeReached();
openEditor();
followProgress();
