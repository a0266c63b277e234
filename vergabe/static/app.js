// What scripts add to pages that work without them.
"use strict";

// After a refused entry the summary of errors has the focus, after an htmx answer too.
function focusErrorSummary(root) {
  const summary = root.querySelector("[data-error-summary]");
  if (summary) {
    summary.focus();
  }
}

// A second click while the first is under way sends nothing. The button itself stays enabled: a disabled one
// would not be sent. After ten seconds without an answer, or on coming back, the form can be sent again.
const PAUSE_MS = 10_000;

function guardDoubleSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  setTimeout(() => releaseForm(form), PAUSE_MS);
}

// A lost connection must lose no text. Where somebody has typed something, the server is asked for a sign of life
// before the form is sent; without one the page stays as it is, says so, and tries again on click. Nothing is stored.
const PATIENCE_MS = 5_000;

function hasTyped(form) {
  return [...form.elements].some((control) => {
    if (control.type === "hidden" || control.type === "file" || !control.name) {
      return false;
    }
    if (control.type === "checkbox" || control.type === "radio") {
      return control.checked !== control.defaultChecked;
    }
    return "defaultValue" in control && control.value !== control.defaultValue;
  });
}

async function isConnected() {
  try {
    const answer = await fetch("/healthz", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok;
  } catch {
    return false;
  }
}

// The sentences stand in the frame, in the reader's language, and are shown where they are needed.
const pressed = new WeakMap();

function tellLost(form, submitter) {
  pressed.set(form, submitter);
  const told = form.querySelector("[data-connection-lost]");
  const notice = told ?? document.getElementById("app-connection-lost").content.firstElementChild.cloneNode(true);
  form.prepend(notice);
  notice.focus();
}

async function sendWhenConnected(form, submitter) {
  form.setAttribute("aria-busy", "true");
  const connected = await isConnected();
  form.removeAttribute("aria-busy");
  if (!connected) {
    tellLost(form, submitter);
    return;
  }
  form.querySelector("[data-connection-lost]")?.remove();
  form.dataset.connected = "1";
  form.requestSubmit(submitter);
}

function keepWhenLost(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || form.dataset.sent) {
    return;
  }
  const isByHtmx = form.hasAttribute("hx-post") || event.submitter?.hasAttribute("hx-post");
  if (form.dataset.connected || isByHtmx || !hasTyped(form)) {
    delete form.dataset.connected;
    return;
  }
  event.preventDefault();
  if (!form.hasAttribute("aria-busy")) {
    sendWhenConnected(form, event.submitter);
  }
}

function releaseForm(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}

document.addEventListener("submit", keepWhenLost);
document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-try-again]")?.closest("form");
  if (form) {
    sendWhenConnected(form, pressed.get(form));
  }
});
document.addEventListener("submit", guardDoubleSubmit);
document.addEventListener("htmx:sendError", (event) => {
  const form = event.target.closest("form");
  if (form) {
    tellLost(form);
  }
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(releaseForm));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) {
    releaseForm(form);
  }
});

// A part that is swapped takes the focus with it. It goes to the same control of the new part, else to the part itself.
let held = null;

function keepFocus(part) {
  if (!held || held.isConnected || document.activeElement !== document.body) {
    return;
  }
  const label = held.textContent.trim();
  const twin = [...document.querySelectorAll(held.localName)].find(
    (each) => each.name === held.name && each.textContent.trim() === label,
  );
  (twin ?? part).focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", () => {
  held = document.activeElement;
});
document.addEventListener("htmx:afterSettle", (event) => {
  keepFocus(event.target);
  focusErrorSummary(event.target);
});
focusErrorSummary(document);
