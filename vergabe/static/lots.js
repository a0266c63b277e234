// Lots and quantities: sums follow what is typed. Without this the server says the same after saving.
const form = document.getElementById("distribution");
const check = form && form.querySelector("[data-lots-check]");
const number = new Intl.NumberFormat("de-DE", { maximumFractionDigits: 4 });
const euro = new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" });

function read(input) {
  const text = input.value.trim().replace(/\./g, "").replace(",", ".");
  return text === "" ? 0 : Number(text);
}

// Per need (a thing of a municipality): what it asked for, and what the fields of all lots hold.
function needs() {
  const found = new Map();
  for (const input of form.querySelectorAll("[data-group]")) {
    const need = found.get(input.dataset.group) || { needed: Number(input.dataset.needed), given: 0, who: input.dataset.who };
    need.given += read(input);
    found.set(input.dataset.group, need);
  }
  return found;
}

function show() {
  for (const row of form.querySelectorAll("[data-lots-row]")) {
    const inputs = [...row.querySelectorAll("[data-group]")];
    const sum = row.querySelector("[data-lots-sum]");
    if (sum) sum.textContent = number.format(inputs.reduce((total, input) => total + read(input), 0));
    for (const input of inputs) {
      const value = input.parentElement.querySelector("[data-lots-value]");
      const needed = Number(input.dataset.needed);
      if (value && needed) value.textContent = euro.format((Number(input.dataset.cents) * read(input)) / needed / 100);
    }
  }
  const off = [...needs().values()].filter((need) => !(Math.abs(need.given - need.needed) < 0.00005));
  const words = off.map((need) => {
    const difference = need.given - need.needed;
    if (Number.isNaN(difference)) return `${need.who}: keine Zahl`;
    return `${need.who}: ${number.format(Math.abs(difference))} ${difference > 0 ? "zu viel" : "zu wenig"}`;
  });
  check.textContent = words.length ? `${words.join("; ")}.` : check.dataset.good;
}

if (check) form.addEventListener("input", show);
