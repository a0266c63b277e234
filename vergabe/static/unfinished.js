// Keeps a form on the server while somebody types, and says when. Without scripts the buttons of the form do.
"use strict";

const QUIET_MS = 3_000;
let timer = null;
let kept = "";

// The form may be swapped for a newer one, so it is looked for each time.
function formToKeep() {
  return document.querySelector("form[data-keep-url]");
}

function typed(form) {
  const texts = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  return new URLSearchParams(texts).toString();
}

function say(form, text) {
  form.querySelector("[data-keep-status]").textContent = text;
}

async function keep() {
  const form = formToKeep();
  if (!form || form.dataset.sent || typed(form) === kept) {
    return;
  }
  const body = typed(form);
  try {
    const answer = await fetch(form.dataset.keepUrl, {
      method: "POST",
      body: new URLSearchParams(body),
      redirect: "error",
    });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    kept = body;
    say(form, (await answer.json()).text);
  } catch {
    say(form, "Noch nicht zwischengespeichert, wir versuchen es weiter. Ihr Text steht noch hier.");
    again(4 * QUIET_MS);
  }
}

function again(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(keep, milliseconds);
}

document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-keep-url]")) {
    again(QUIET_MS);
  }
});
document.addEventListener("submit", () => clearTimeout(timer));
window.addEventListener("online", keep);
