/** Offers names of clients in a filter's field while somebody types. Without a script the name is typed whole. */
import { on } from "./dom";

/** Typing pauses this long before the server is asked. */
const PAUSE_MS = 120;

export function startClients(): void {
  let asked = 0;
  let timer: number | undefined;
  on("input", "input[data-clients]", (element) => {
    const field = element as HTMLInputElement;
    const list = field.list;
    window.clearTimeout(timer);
    if (!list || [...list.options].some((option) => option.value === field.value)) return;
    timer = window.setTimeout(async () => {
      const mine = ++asked;
      // Without an answer the name can still be typed.
      const response = await fetch(`${field.dataset.clients ?? ""}?q=${encodeURIComponent(field.value)}`).catch(() => null);
      if (!response?.ok || response.redirected) return;
      const html = await response.text();
      // A slower answer to fewer letters must not replace this one.
      if (mine === asked) list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").querySelectorAll("option"));
    }, PAUSE_MS);
  });
}
