// Weights of the award criteria: what remains to 100 % follows what is typed.
const form = document.getElementById("weights");
const status = form && form.querySelector("[data-weights]");
const number = new Intl.NumberFormat("de-DE", { maximumFractionDigits: 2 });

function weight(input) {
  const gone = form.elements[input.name.replace(/\.weight$/, ".remove")];
  if (gone && gone.checked) return 0;
  const text = input.value.replace("%", "").trim().replace(",", ".");
  return text === "" ? 0 : Number(text);
}

function show() {
  const total = [...form.querySelectorAll('[name$=".weight"]')].reduce((sum, input) => sum + weight(input), 0);
  const rest = Math.round((100 - total) * 100) / 100;
  if (Number.isNaN(rest)) status.textContent = "Ein Gewicht ist keine Zahl.";
  else if (rest === 0) status.textContent = "Zusammen 100 %.";
  else if (rest > 0) status.textContent = `Zusammen ${number.format(total)} %: Es fehlen noch ${number.format(rest)} %.`;
  else status.textContent = `Zusammen ${number.format(total)} %: ${number.format(-rest)} % zu viel.`;
}

if (status) {
  form.addEventListener("input", show);
  form.addEventListener("change", show);
}
