// Files go up in pieces while the form is still being filled in, and go on after a cut (tus protocol).
// Without this script the ordinary file field does the same, in one go.
"use strict";

const UPLOAD = {
  chunk: 16 * 1024 * 1024,
  atOnce: 2,
  retryDelays: [0, 1000, 3000, 5000, 10_000, 20_000],
  // So long without a byte or an answer means that the line is dead, though nobody has said so.
  silenceMs: 120_000,
  states: new Set(["waiting", "running", "paused"]),
};

function bytesInWords(size) {
  const units = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]];
  const found = units.find(([, factor]) => size >= factor);
  if (!found) {
    return `${size} Byte`;
  }
  return `${(size / found[1]).toLocaleString("de-DE", { maximumFractionDigits: 1 })} ${found[0]}`;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text) {
    made.textContent = text;
  }
  return made;
}

class OneFile {
  constructor(field, file) {
    this.field = field;
    this.file = file;
    this.state = "waiting";
    this.row = element("li", "app-upload__file");
    const head = element("div", "app-upload__head");
    head.append(element("span", "app-upload__name", file.name), element("span", "app-upload__size", bytesInWords(file.size)));
    const wrapper = element("div", "kern-progress app-upload__progress");
    this.bar = element("progress", "");
    this.bar.max = 100;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", `Fortschritt von ${file.name}`);
    wrapper.append(this.bar);
    this.text = element("p", "kern-body kern-body--small app-upload__text", "Wartet");
    this.toggle = this.button("Anhalten", () => (this.state === "running" || this.state === "waiting" ? this.pause() : this.go()));
    this.drop = this.button("Entfernen", () => field.remove(this));
    const buttons = element("div", "app-upload__buttons");
    buttons.append(this.toggle, this.drop);
    this.row.append(head, wrapper, this.text, buttons);
  }

  button(label, act) {
    const made = element("button", "kern-btn kern-btn--tertiary app-btn-small");
    made.type = "button";
    this.relabel(made, label);
    made.addEventListener("click", act);
    return made;
  }

  relabel(button, label) {
    button.setAttribute("aria-label", `${label}: ${this.file.name}`);
    button.replaceChildren(element("span", "kern-label", label));
  }

  async start() {
    this.state = "running";
    this.say("Wird übertragen");
    const { endpoint, purpose } = this.field.box.dataset;
    const file = this.file;
    this.upload = new tus.Upload(file, {
      endpoint,
      chunkSize: UPLOAD.chunk,
      retryDelays: UPLOAD.retryDelays,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name, purpose },
      headers: { "X-CSRFToken": this.field.form.elements.csrf_token.value },
      fingerprint: () => Promise.resolve(["vergabe", endpoint, purpose, file.name, file.size, file.lastModified].join("|")),
      onProgress: (sent, total) => this.progress(sent, total),
      onShouldRetry: (error) => this.mayRetry(error),
      onSuccess: () => this.done(),
      onError: (error) => this.failed(error),
    });
    const earlier = await this.upload.findPreviousUploads();
    if (earlier.length) {
      this.upload.resumeFromPreviousUpload(earlier[0]);
    }
    if (this.state === "running") {
      this.upload.start();
    }
  }

  watch() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(async () => {
      if (this.state === "running") {
        await this.upload.abort();
        this.text.textContent = "Verbindung unterbrochen, wird fortgesetzt";
        this.upload.start();
        this.watch();
      }
    }, UPLOAD.silenceMs);
  }

  progress(sent, total) {
    this.watch();
    const percent = total ? Math.floor((sent / total) * 100) : 100;
    if (this.state !== "running" || percent === this.bar.value) {
      return;
    }
    this.bar.value = percent;
    this.text.textContent = percent === 100 ? "Wird zusammengesetzt" : `${percent} % von ${bytesInWords(total)}`;
  }

  mayRetry(error) {
    const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
    const may = navigator.onLine && (status < 400 || status >= 500 || status === 409 || status === 423);
    if (may) {
      this.text.textContent = "Verbindung unterbrochen, wird fortgesetzt";
    }
    return may;
  }

  pause() {
    this.state = "paused";
    if (this.upload) {
      this.upload.abort();
    }
    this.relabel(this.toggle, "Fortsetzen");
    this.say("Angehalten");
    this.field.next();
  }

  go() {
    this.row.classList.remove("app-upload__file--wrong");
    this.relabel(this.toggle, "Anhalten");
    if (this.upload) {
      this.state = "running";
      this.say("Wird übertragen");
      this.upload.start();
    } else {
      this.state = "waiting";
      this.field.next();
    }
  }

  done() {
    this.state = "done";
    this.bar.value = 100;
    this.toggle.hidden = true;
    const id = this.upload.url.replace(/\/$/, "").split("/").pop();
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = `${this.field.input.dataset.name}_upload`;
    hidden.value = id;
    this.row.append(hidden);
    this.say("Vollständig übertragen");
    this.field.next();
  }

  failed(error) {
    const response = error.originalResponse;
    this.wrong(this.sentence(response), !response || response.getStatus() >= 500 || [400, 401, 423].includes(response.getStatus()));
  }

  // What went wrong, and whether trying again can help.
  wrong(sentence, mayGoOn) {
    this.state = mayGoOn ? "cut" : "wrong";
    this.row.classList.add("app-upload__file--wrong");
    this.toggle.hidden = !mayGoOn;
    this.relabel(this.toggle, "Fortsetzen");
    this.say(sentence);
    this.field.next();
  }

  sentence(response) {
    if (!response) {
      return "Die Verbindung ist unterbrochen. Was übertragen ist, bleibt; es geht weiter, sobald sie wieder steht.";
    }
    let problem = {};
    try {
      problem = JSON.parse(response.getBody());
    } catch {
      // A proxy in between has answered.
    }
    if (response.getStatus() === 401 || problem.code === "form_expired") {
      return "Ihre Sitzung ist abgelaufen. Laden Sie die Seite neu, melden Sie sich an und wählen Sie die Datei noch einmal: Was übertragen ist, bleibt.";
    }
    return problem.detail || `Das hat nicht geklappt (Antwort ${response.getStatus()}). Bitte versuchen Sie es noch einmal.`;
  }

  say(sentence) {
    this.text.textContent = sentence;
    this.field.live.textContent = `${this.file.name}: ${sentence}`;
  }
}

class UploadField {
  constructor(box) {
    this.box = box;
    this.files = [];
    this.input = box.querySelector("input[type=file]");
    this.form = this.input.form;
    this.input.dataset.name = this.input.name;
    this.isRequired = this.input.required;
    box.classList.add("app-upload--live");
    box.querySelectorAll("[data-upload-hint]").forEach((hint) => {
      hint.hidden = hint.dataset.uploadHint === "plain";
    });
    this.live = element("p", "kern-sr-only");
    this.live.setAttribute("role", "status");
    this.list = element("ul", "app-upload__list");
    box.append(this.list, this.live);
    this.input.addEventListener("change", () => this.take(this.input.files));
    this.listenToDrops();
    this.form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => this.files.filter((file) => file.state === "cut").forEach((file) => file.go()));
    window.addEventListener("beforeunload", (event) => {
      if (this.open().length) {
        event.preventDefault();
      }
    });
  }

  listenToDrops() {
    let depth = 0;
    const over = (step) => {
      depth = step ? depth + step : 0;
      this.box.classList.toggle("app-upload--over", depth > 0);
    };
    const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");
    this.box.addEventListener("dragenter", (event) => carriesFiles(event) && over(1));
    this.box.addEventListener("dragleave", (event) => carriesFiles(event) && over(-1));
    this.box.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
    this.box.addEventListener("drop", (event) => {
      if (carriesFiles(event)) {
        event.preventDefault();
        over(0);
        this.take(event.dataTransfer.files);
      }
    });
  }

  take(chosen) {
    const files = [...chosen];
    const limit = Number(this.box.dataset.limitBytes);
    if (!files.length) {
      return;
    }
    if (!this.input.multiple) {
      [...this.files].forEach((file) => this.remove(file));
      files.splice(1);
    }
    for (const file of files) {
      const one = new OneFile(this, file);
      this.files.push(one);
      this.list.append(one.row);
      if (file.size > limit) {
        one.wrong(`Die Datei ist größer als die erlaubten ${this.box.dataset.limitWords}.`, false);
      }
    }
    // The bytes go up by themselves: the form must not carry them once more.
    this.input.value = "";
    this.input.required = false;
    this.next();
  }

  open() {
    return this.files.filter((file) => UPLOAD.states.has(file.state) || file.state === "cut");
  }

  next() {
    const running = this.files.filter((file) => file.state === "running").length;
    this.files.filter((file) => file.state === "waiting").slice(0, Math.max(0, UPLOAD.atOnce - running)).forEach((file) => file.start());
    if (this.submitter !== undefined && !this.open().length) {
      const submitter = this.submitter;
      this.submitter = undefined;
      this.form.removeAttribute("aria-busy");
      if (!this.files.some((file) => file.state === "wrong")) {
        this.form.requestSubmit(submitter);
      }
    }
  }

  submitted(event) {
    const wrong = this.files.find((file) => file.state === "wrong");
    if (wrong) {
      event.preventDefault();
      this.live.textContent = "Entfernen Sie zuerst die Datei, die nicht angenommen wurde.";
      wrong.drop.focus();
    } else if (this.open().length) {
      event.preventDefault();
      this.submitter = event.submitter;
      this.form.setAttribute("aria-busy", "true");
      this.files.filter((file) => file.state === "paused" || file.state === "cut").forEach((file) => file.go());
      this.live.textContent = "Wird abgeschickt, sobald alle Dateien übertragen sind.";
      this.open().forEach((file) => file.row.classList.add("app-upload__file--awaited"));
    }
  }

  remove(one) {
    const at = this.files.indexOf(one);
    this.files.splice(at, 1);
    one.row.remove();
    if (one.upload) {
      // Half a file or a whole one: nobody wants it any more. If this fails, it is swept in three days.
      one.upload.abort(Boolean(one.upload.url)).catch(() => {});
    }
    if (!this.files.length) {
      this.input.required = this.isRequired;
    }
    this.live.textContent = `${one.file.name} ist entfernt.`;
    this.input.focus();
    this.next();
  }
}

if (window.tus && tus.isSupported) {
  document.querySelectorAll("[data-upload]").forEach((box) => new UploadField(box));
}
