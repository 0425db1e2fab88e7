/** The Markdown editor: words and characters as one types, headings and emphasis by key, a warning before text is lost. */
import { all, on, one } from "./dom";

export function startEditor(): void {
  for (const field of all<HTMLTextAreaElement | HTMLInputElement>("[data-count]")) count(field);
  on("input", "[data-count]", (field) => count(field as HTMLTextAreaElement));
  on("input", "form[data-guard]", (form) => {
    form.dataset.dirty = "1";
  });
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLElement) delete event.target.dataset.dirty;
  });
  window.addEventListener("beforeunload", (event) => {
    if (one("form[data-dirty]")) event.preventDefault();
  });
  on("keydown", "textarea[data-markdown]", (element, event) => {
    const mark = { b: "**", i: "_" }[event.key.toLowerCase()];
    if (!(event.ctrlKey || event.metaKey)) return;
    if (mark) {
      event.preventDefault();
      wrap(element as HTMLTextAreaElement, mark);
    } else if (event.key === "Enter" || event.key.toLowerCase() === "s") {
      event.preventDefault();
      (element as HTMLTextAreaElement).form?.requestSubmit();
    }
  });
}

/** Words as the server counts them: what has a letter or a digit, without markup and link targets. */
function words(text: string): number {
  const plain = text.replace(/\]\([^)]*\)/g, "]").replace(/<[^>]*>/g, " ");
  return plain.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function count(field: HTMLTextAreaElement | HTMLInputElement): void {
  const output = document.getElementById(field.dataset.count ?? "");
  if (!output) return;
  const characters = [...field.value].length;
  const limit = Number(field.dataset.limit ?? 0);
  const format = new Intl.NumberFormat("en").format;
  output.textContent = limit > 0 ? `${format(characters)} of ${format(limit)} characters` : `${format(words(field.value))} words`;
  output.toggleAttribute("data-over", limit > 0 && characters > limit);
}

function wrap(area: HTMLTextAreaElement, mark: string): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  area.setRangeText(`${mark}${chosen}${mark}`, start, end, "end");
  if (!chosen) area.selectionStart = area.selectionEnd = start + mark.length;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
