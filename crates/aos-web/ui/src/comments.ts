/**
 * Comments on words: what is selected in the article fills the form, and the words of each thread are marked where they
 * stand. The server decides where that is; here they are only looked for.
 */
import { all, on, one } from "./dom";

const AROUND = 64;

export function startComments(): void {
  const article = one(".preview__text, [data-commented]");
  if (!article || !one("#comments")) return;
  document.addEventListener("selectionchange", () => fill(article));
  mark(article);
  on("click", "[data-thread]", (thread) => {
    const range = rangeOf(article, thread);
    range?.startContainer.parentElement?.scrollIntoView({ block: "center", behavior: "smooth" });
  });
}

/** Takes over what is selected, while nobody is writing a comment yet. */
function fill(article: HTMLElement): void {
  const selection = document.getSelection();
  const details = one<HTMLDetailsElement>("#new-comment");
  if (!selection || selection.isCollapsed || !details) return;
  const range = selection.getRangeAt(0);
  if (!article.contains(range.commonAncestorContainer)) return;
  const form = one<HTMLFormElement>("form", details);
  const field = (name: string) => form?.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement | null;
  if (field("body")?.value) return;
  const quote = selection.toString().replace(/\s+/g, " ").trim();
  if (!quote) return;
  const before = document.createRange();
  before.setStart(article, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const after = document.createRange();
  after.setStart(range.endContainer, range.endOffset);
  after.setEnd(article, article.childNodes.length);
  const text = (range: Range) => range.toString().replace(/\s+/g, " ");
  for (const [name, value] of [["quote", quote], ["prefix", text(before).slice(-AROUND)], ["suffix", text(after).slice(0, AROUND)]] as const) {
    const input = field(name);
    if (input) input.value = value;
  }
  details.open = true;
}

/** The words of a thread in the article: of several the one that is nearest to where the server found them. */
function rangeOf(article: HTMLElement, thread: HTMLElement): Range | null {
  const quote = thread.dataset.quote;
  if (!quote) return null;
  const places: { node: Text; offset: number }[] = [];
  let text = "";
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const data = (node as Text).data;
    for (let i = 0; i < data.length; i++) {
      const letter = /\s/.test(data.charAt(i)) ? " " : data.charAt(i);
      if (letter === " " && (text === "" || text.endsWith(" "))) continue;
      text += letter;
      places.push({ node: node as Text, offset: i });
    }
  }
  const start = Number(thread.dataset.start ?? 0);
  let best = -1;
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (best < 0 || Math.abs(at - start) < Math.abs(best - start)) best = at;
  }
  const [first, last] = [places[best], places[best + quote.length - 1]];
  if (best < 0 || !first || !last) return null;
  const range = document.createRange();
  range.setStart(first.node, first.offset);
  range.setEnd(last.node, last.offset + 1);
  return range;
}

function mark(article: HTMLElement): void {
  if (!("highlights" in CSS)) return;
  const ranges = all("#comments > .threads [data-thread]").map((thread) => rangeOf(article, thread));
  const found = ranges.filter((range): range is Range => range !== null);
  if (found.length > 0) CSS.highlights.set("comment", new Highlight(...found));
}
