/** Check boxes of a list: the bulk bar shows itself with the count, "all" ticks what is on the page. */
import { all, on, one } from "./dom";

export function startSelection(): void {
  on("change", "[data-select-all]", (box) => {
    const checked = (box as HTMLInputElement).checked;
    for (const each of all<HTMLInputElement>("[data-select]:not(:disabled)")) each.checked = checked;
    update();
  });
  on("change", "[data-select]", update);
  on("click", "[data-select-none]", () => {
    for (const each of all<HTMLInputElement>("[data-select], [data-select-all]")) each.checked = false;
    update();
  });
  document.addEventListener("htmx:after:swap", update);
  update();
}

function update(): void {
  const boxes = all<HTMLInputElement>("[data-select]");
  const count = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.closest("[data-item]")?.toggleAttribute("data-selected", box.checked);
  const bar = one("[data-bulk]");
  if (bar) bar.dataset.bulk = count > 0 ? "open" : "closed";
  for (const text of all("[data-selected-count]")) text.textContent = String(count);
  const every = one<HTMLInputElement>("[data-select-all]");
  if (every) {
    every.checked = count > 0 && count === boxes.length;
    every.indeterminate = count > 0 && count < boxes.length;
  }
}
