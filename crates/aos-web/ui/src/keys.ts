/**
 * The keyboard: `j`/`k` move through `[data-item]`, `x` selects, Enter opens, letters press `[data-key]`, `?` lists them.
 * A control of the focused item wins over one of the bulk bar, which wins over one of the page.
 */
import { all, one, typing } from "./dom";

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || one("dialog[open]")) return;
    if (handle(event.key)) event.preventDefault();
  });
}

function handle(key: string): boolean {
  switch (key) {
    case "j":
      return move(1);
    case "k":
      return move(-1);
    case "x":
      return select();
    case "?": {
      const help = one<HTMLDialogElement>("#keys");
      help?.showModal();
      return help !== null;
    }
    case "/": {
      const search = one<HTMLInputElement>("input[type=search]");
      search?.focus();
      return search !== null;
    }
    case "Escape":
      for (const box of all<HTMLInputElement>("[data-select]:checked")) box.click();
      return false;
    default:
      return press(key);
  }
}

function items(): HTMLElement[] {
  return all("[data-item]").filter((item) => item.offsetParent !== null);
}

function current(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-item]") ?? null;
}

function move(step: number): boolean {
  const list = items();
  if (list.length === 0) return false;
  const at = current();
  const from = at ? list.indexOf(at) : step > 0 ? -1 : list.length;
  const next = list[Math.min(Math.max(from + step, 0), list.length - 1)];
  const link = next && one("[data-primary]", next);
  link?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

function select(): boolean {
  const box = current()?.querySelector<HTMLInputElement>("[data-select]");
  box?.click();
  return !!box;
}

function press(key: string): boolean {
  if (!/^[a-z]$/.test(key)) return false;
  const selector = `[data-key="${key}"]:not(:disabled)`;
  const selected = one("[data-select]:checked") ? one("[data-bulk]") : null;
  const scopes: (ParentNode | null)[] = selected ? [selected] : [current(), document];
  for (const scope of scopes) {
    const control = scope && all(selector, scope).find((element) => element.offsetParent !== null);
    if (control) {
      control.click();
      return true;
    }
  }
  return false;
}
