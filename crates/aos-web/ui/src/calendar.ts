/**
 * The calendar: things are dragged to another day, or moved by keys: with one in focus an arrow key picks it up, further
 * ones move it by a day or a week, Enter puts it down and Escape leaves it where it was. Either way one form is sent, and
 * the server says what became of it; a day that has passed is refused here with the same words. The way back leads to the
 * link of what was moved, so that it is in focus again and the next key goes to it.
 */
import { all, on, one } from "./dom";
import { show } from "./toasts";

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const PASSED = "That day has passed. Choose one that is still to come.";

let dragged: HTMLElement | null = null;
let moving: { entry: HTMLElement; to: string } | null = null;

export function startCalendar(): void {
  if (!one("#calendar")) return;
  startDragging();
  startArrows();
}

function startDragging(): void {
  on("dragstart", "[data-entry]", (entry, event) => {
    dragged = entry;
    entry.dataset.dragged = "";
    event.dataTransfer?.setData("text/plain", entry.dataset.title ?? "");
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
  });
  on("dragend", "[data-entry]", () => {
    delete dragged?.dataset.dragged;
    dragged = null;
    mark(null);
  });
  on("dragover", "[data-day]", (day, event) => {
    if (!dragged) return;
    // A refusal takes words, so a day that has passed takes the drop too and says why it does not keep it.
    event.preventDefault();
    mark(day, "past" in day.dataset ? "no" : "yes");
  });
  on("drop", "[data-day]", (day, event) => {
    if (!dragged) return;
    event.preventDefault();
    mark(null);
    put(dragged, day.dataset.day ?? "");
  });
}

function startArrows(): void {
  document.addEventListener("keydown", (event) => {
    const entry = document.activeElement?.closest<HTMLElement>("[data-entry]");
    if (!entry || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      pick(entry, step);
    } else if (moving && event.key === "Enter") {
      event.preventDefault();
      put(moving.entry, moving.to);
    } else if (moving && event.key === "Escape") {
      event.preventDefault();
      say(`${moving.entry.dataset.title ?? ""} stays where it was.`);
      leave();
    }
  });
  document.addEventListener("focusout", (event) => {
    if (moving && event.target instanceof Node && moving.entry.contains(event.target)) leave();
  });
}

/** Picks a thing up, or carries it on. */
function pick(entry: HTMLElement, step: number): void {
  const from = moving?.entry === entry ? moving.to : entry.dataset.date || today();
  moving = { entry, to: plus(from, step) };
  entry.dataset.moving = "";
  const day = one(`[data-day="${moving.to}"]`);
  mark(day, day && "past" in day.dataset ? "no" : "yes");
  day?.scrollIntoView({ block: "nearest" });
  const label = day?.dataset.label ?? new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "UTC" }).format(new Date(`${moving.to}T00:00Z`));
  say(`${label}. Enter puts it here, Escape leaves it where it was.`);
}

function leave(): void {
  delete moving?.entry.dataset.moving;
  moving = null;
  mark(null);
}

/** Sends the form, unless the day has passed. */
function put(entry: HTMLElement, date: string): void {
  leave();
  if (date === entry.dataset.date) return;
  const day = one(`[data-day="${date}"]`);
  if ((day && "past" in day.dataset) || date < plus(today(), -1)) {
    show("warning", PASSED);
    say(PASSED);
    return;
  }
  const form = one<HTMLFormElement>("#move-entry");
  if (!form) return;
  form.action = entry.dataset.action ?? "";
  (form.elements.namedItem("date") as HTMLInputElement).value = date;
  (form.elements.namedItem("zone") as HTMLInputElement).value = entry.dataset.zone ?? "";
  form.requestSubmit();
}

function mark(day: HTMLElement | null, as: "yes" | "no" = "yes"): void {
  for (const marked of all("[data-drop]")) if (marked !== day) delete marked.dataset.drop;
  if (day) day.dataset.drop = as;
}

function say(text: string): void {
  const area = one("#calendar-said");
  if (area) area.textContent = text;
}

function today(): string {
  return one(".cal-day--today")?.dataset.day ?? new Date().toISOString().slice(0, 10);
}

function plus(date: string, days: number): string {
  const moment = new Date(`${date}T00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}
