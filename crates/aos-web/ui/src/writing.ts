/**
 * What long texts gain while they are written: a toolbar, a look at the result as the server renders it, a copy in this
 * browser in case something goes wrong, and word of it when somebody else saves meanwhile.
 */
import { all, on, one } from "./dom";
import { relative } from "./times";

/** A pause in typing this long asks for a fresh preview. */
const PAUSE_MS = 450;
const KEEP_MS = 800;
const VIEW = "aos-editor-view";

/** What is kept of a form: of which version it is, since when, and whether it was sent. */
interface Draft {
  base: string;
  at: number;
  sent?: boolean;
  fields: [string, string][];
}

export function startWriting(): void {
  startTools();
  startViews();
  startPreview();
  startDrafts();
  startNewest();
  startSums();
  startOutline();
}

/* The toolbar */

function startTools(): void {
  on("click", "[data-md]", (button) => {
    const area = one<HTMLTextAreaElement>("textarea[data-markdown]", button.closest("[data-editor]") ?? document);
    if (area) apply(area, button.dataset.md ?? "");
  });
  // Arrows walk along a toolbar, as in every editor.
  on("keydown", "[role=toolbar] button", (button, event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tools = all("button", button.parentElement ?? undefined);
    tools[(tools.indexOf(button) + step + tools.length) % tools.length]?.focus();
  });
}

const AROUND: Record<string, string> = { bold: "**", italic: "_" };
const BEFORE: Record<string, string> = { h2: "## ", h3: "### ", ul: "- ", ol: "1. ", quote: "> " };

function apply(area: HTMLTextAreaElement, what: string): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  area.focus();
  if (AROUND[what]) {
    const mark = AROUND[what];
    area.setRangeText(`${mark}${chosen || "text"}${mark}`, start, end, "select");
  } else if (what === "link") {
    area.setRangeText(`[${chosen || "text"}](https://)`, start, end, "end");
  } else if (BEFORE[what]) {
    const from = value.lastIndexOf("\n", start - 1) + 1;
    const lines = value.slice(from, end).split("\n");
    const mark = (n: number) => (what === "ol" ? `${n + 1}. ` : BEFORE[what]);
    area.setRangeText(lines.map((line, n) => mark(n) + line.replace(/^(#{1,6} |[-*] |\d+\. |> )/, "")).join("\n"), from, end, "end");
  }
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/* Writing, looking, or both */

function startViews(): void {
  const editor = one("[data-editor]");
  if (!editor) return;
  const choose = (view: string) => {
    editor.dataset.view = view;
    for (const button of all("[data-editor-view]")) button.setAttribute("aria-pressed", String(button.dataset.editorView === view));
  };
  choose(localStorage.getItem(VIEW) ?? "write");
  on("click", "[data-editor-view]", (button) => {
    const view = button.dataset.editorView ?? "write";
    localStorage.setItem(VIEW, view);
    choose(view);
  });
}

function startPreview(): void {
  const form = one<HTMLFormElement>("form[data-preview]");
  if (!form) return;
  let timer: number | undefined;
  let asked = 0;
  const look = async () => {
    const own = ++asked;
    const state = one("#preview-state");
    try {
      const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
      const answer = await fetch(form.dataset.preview ?? "", { method: "POST", body });
      if (!answer.ok) throw new Error(String(answer.status));
      // What the server answers is clean: it is the one place that makes HTML of Markdown.
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (own !== asked) return;
      for (const fresh of page.body.querySelectorAll(":scope > [id]")) document.getElementById(fresh.id)?.replaceChildren(...fresh.childNodes);
      if (state) state.textContent = "";
    } catch {
      if (state && own === asked) state.textContent = "The preview could not be refreshed.";
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void look(), PAUSE_MS);
  });
}

/* The copy in this browser */

function startDrafts(): void {
  const form = one<HTMLFormElement>("form[data-keep]");
  if (!form) return;
  const key = `aos-draft:${form.dataset.keep ?? ""}:${form.getAttribute("action") ?? ""}`;
  const base = () => (form.elements.namedItem("base_version") as HTMLInputElement | null)?.value ?? "";
  const fields = () => [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === "string" && !["_csrf", "base_version"].includes(pair[0]));
  const read = (): Draft | null => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
    } catch {
      return null;
    }
  };
  const write = (draft: Draft) => {
    try {
      localStorage.setItem(key, JSON.stringify(draft));
    } catch {
      // A full store keeps no copy; the warning before leaving is still there.
    }
  };
  const found = read();
  // What was sent and is a version by now is safe; anything else is offered.
  if (found && found.sent && found.base !== base()) localStorage.removeItem(key);
  else if (found && JSON.stringify(found.fields) !== JSON.stringify(fields())) offer(form, found, () => localStorage.removeItem(key));

  let timer: number | undefined;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => write({ base: base(), at: Date.now(), fields: fields() }), KEEP_MS);
  });
  form.addEventListener("submit", (event) => {
    if (["preview", "show"].includes(event.submitter?.getAttribute("name") ?? "")) return;
    clearTimeout(timer);
    write({ base: base(), at: Date.now(), sent: true, fields: fields() });
  });
}

function offer(form: HTMLFormElement, draft: Draft, drop: () => void): void {
  const note = one("#draft");
  if (!note) return;
  const age = one("[data-draft-age]", note);
  if (age) age.textContent = relative((Date.now() - draft.at) / 1000) ?? new Date(draft.at).toLocaleString();
  note.hidden = false;
  on("click", "[data-draft]", (button) => {
    note.hidden = true;
    if (button.dataset.draft === "take") {
      for (const [name, value] of draft.fields) {
        const field = form.elements.namedItem(name);
        if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) field.value = value;
      }
      // It is written on the version of then: saving it meets what was saved since.
      const base = form.elements.namedItem("base_version");
      if (base instanceof HTMLInputElement && draft.base) base.value = draft.base;
      form.querySelector("textarea")?.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      drop();
    }
  });
}

/* Somebody else saved */

function startNewest(): void {
  const base = Number(one<HTMLInputElement>("form[data-keep] [name=base_version]")?.value ?? 0);
  if (!one("#newest") || !base) return;
  document.addEventListener("htmx:after:swap", () => {
    const note = one("#newest");
    if (note) note.hidden = Number(note.dataset.version ?? 0) <= base;
  });
}

/* Totals below a table of fields */

function startSums(): void {
  on("input", "[data-sum]", (field) => {
    const name = field.dataset.sum ?? "";
    const total = document.getElementById(`sum-${name}`);
    const sum = all<HTMLInputElement>(`[data-sum="${name}"]`).reduce((sum, each) => sum + (Number(each.value) || 0), 0);
    if (total) total.textContent = new Intl.NumberFormat("en").format(sum);
  });
}

/* Sections of a text that is being written */

function startOutline(): void {
  const list = one("[data-outline]");
  const area = list && document.getElementById(list.dataset.outline ?? "");
  if (!list || !(area instanceof HTMLTextAreaElement)) return;
  on("click", "[data-jump]", (button) => {
    const before = area.value.split("\n").slice(0, Number(button.dataset.jump) - 1);
    const at = before.reduce((sum, line) => sum + line.length + 1, 0);
    area.focus();
    area.setSelectionRange(at, at);
    area.scrollTop = (area.scrollHeight / Math.max(1, area.value.split("\n").length)) * before.length;
  });
  // The outline follows what is typed.
  area.addEventListener("input", () => {
    let code = false;
    const items: HTMLElement[] = [];
    area.value.split("\n").forEach((line, n) => {
      if (/^\s*(```|~~~)/.test(line)) code = !code;
      const heading = code ? null : /^(#{1,6})\s+(.+?)\s*#*$/.exec(line);
      if (!heading) return;
      const [, marks = "", words = ""] = heading;
      const item = document.createElement("li");
      item.className = `sections__${marks.length}`;
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.jump = String(n + 1);
      button.textContent = words.replace(/[*_`]/g, "");
      item.append(button);
      items.push(item);
    });
    list.replaceChildren(...items);
  });
}
