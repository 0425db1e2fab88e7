/** Messages that go away by themselves, unless somebody is reading them, and copying of what is shown once. */
import { all, on, one } from "./dom";

const STAY_MS = 8_000;

export function startToasts(): void {
  for (const toast of all(".toast")) leaveLater(toast);
  on("click", "[data-dismiss]", (button) => button.closest(".toast, .note")?.remove());
  on("click", "[data-copy]", async (button) => {
    const text = document.getElementById(button.dataset.copy ?? "")?.textContent?.trim();
    if (!text) return;
    await navigator.clipboard.writeText(text);
    show("good", "Copied.");
  });
  document.addEventListener("htmx:response:error", () => show("bad", "This part could not be refreshed. Reload the page to see it as it stands."));
  document.addEventListener("htmx:error", () => show("bad", "The server did not answer. What is on the page may be out of date."));
}

function leaveLater(toast: HTMLElement): void {
  let timer = window.setTimeout(() => toast.remove(), STAY_MS);
  const stay = () => clearTimeout(timer);
  const leave = () => {
    timer = window.setTimeout(() => toast.remove(), STAY_MS / 2);
  };
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("pointerleave", leave);
  toast.addEventListener("focusout", leave);
}

export function show(tone: "good" | "warning" | "bad", text: string): void {
  const area = one("#toasts");
  if (!area || all(".toast", area).some((toast) => toast.textContent?.includes(text))) return;
  const toast = document.createElement("div");
  toast.className = `toast toast--${tone}`;
  toast.append(text);
  area.append(toast);
  leaveLater(toast);
}
