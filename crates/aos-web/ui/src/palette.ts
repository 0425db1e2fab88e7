/**
 * ⌘K: finds anything. The list comes from the server as its page does, so what a person may see is decided there. The
 * field is a combobox (ARIA 1.2): focus stays in it, the arrows move the option that it names.
 */
import { all, on, one } from "./dom";

/** Typing pauses this long before the server is asked. */
const PAUSE_MS = 120;

export function startPalette(): void {
  const dialog = one<HTMLDialogElement>("#palette");
  const field = dialog && one<HTMLInputElement>("[role=combobox]", dialog);
  const list = dialog && one("[role=listbox]", dialog);
  const status = dialog && one("[role=status]", dialog);
  if (!dialog || !field || !list || !status) return;
  let asked = 0;
  let timer: number | undefined;
  let before: HTMLElement | null = null;

  const options = () => all("[role=option]", list);
  const current = () => one("[role=option][aria-selected=true]", list);
  const choose = (option: HTMLElement | undefined) => {
    current()?.setAttribute("aria-selected", "false");
    if (!option) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const move = (step: number) => {
    const every = options();
    if (every.length === 0) return;
    const at = current();
    const from = at ? every.indexOf(at) : step > 0 ? -1 : 0;
    choose(every[(from + step + every.length) % every.length]);
  };
  const ask = async () => {
    const mine = ++asked;
    const url = `${dialog.dataset.url ?? ""}?q=${encodeURIComponent(field.value)}`;
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      const html = await response.text();
      // A slower answer to fewer letters must not replace this one.
      if (mine !== asked) return;
      list.replaceChildren(...new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html").querySelectorAll("li"));
      choose(options()[0]);
      const n = options().length;
      status.textContent = n === 0 ? "Nothing was found." : n === 1 ? "One result." : `${n} results.`;
    } catch {
      if (mine !== asked) return;
      list.replaceChildren();
      status.textContent = "The server did not answer. Try again in a moment.";
    }
  };
  const open = () => {
    if (dialog.open) return;
    // Another dialog keeps the floor: what somebody is about to confirm is not covered.
    if (one("dialog[open]")) return;
    before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    field.value = "";
    dialog.showModal();
    field.focus();
    void ask();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  on("click", "[data-palette]", (_, event) => {
    event.preventDefault();
    open();
  });
  dialog.addEventListener("close", () => {
    before?.focus();
    before = null;
  });
  field.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), PAUSE_MS);
  });
  field.addEventListener("keydown", (event) => {
    switch (event.key) {
      case "ArrowDown":
        event.preventDefault();
        move(1);
        break;
      case "ArrowUp":
        event.preventDefault();
        move(-1);
        break;
      case "Home":
      case "End":
        if (field.value === "") {
          event.preventDefault();
          const every = options();
          choose(event.key === "Home" ? every[0] : every[every.length - 1]);
        }
        break;
      case "Enter": {
        event.preventDefault();
        const link = current()?.querySelector("a");
        if (!link) break;
        // A click, so that a target of its own and modified keys do what they do everywhere.
        if (event.metaKey || event.ctrlKey) window.open(link.href, "_blank", "noopener");
        else link.click();
        break;
      }
    }
  });
  // The pointer chooses as the arrows do, but only when it moves: a list that appears below it chooses nothing.
  list.addEventListener("mousemove", (event) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
    if (option && option !== current()) choose(option);
  });
}
