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

function releaseForm(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}

document.addEventListener("submit", guardDoubleSubmit);
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(releaseForm));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) {
    releaseForm(form);
  }
});
document.addEventListener("htmx:afterSettle", (event) => focusErrorSummary(event.target));
focusErrorSummary(document);
