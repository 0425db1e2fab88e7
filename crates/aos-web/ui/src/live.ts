/**
 * Live regions: `<section id="crawl" data-live="crawl:…">`. The server announces topics; each region that names one is
 * fetched again from the page's own address and morphed in place, so focus and scroll stay.
 */
import htmx from "htmx.org";
import { all } from "./dom";

/** Announcements within this time are answered by one request. */
const GATHER_MS = 250;

export function startLive(): void {
  const url = document.body.dataset.stream;
  if (!url) return;
  const changed = new Set<string>();
  let timer: number | undefined;

  const source = new EventSource(url);
  source.addEventListener("change", (event) => {
    changed.add(event.data);
    timer ??= window.setTimeout(() => {
      timer = undefined;
      refresh(changed);
      changed.clear();
    }, GATHER_MS);
  });
  // After a lost connection anything may have changed meanwhile.
  let opened = false;
  source.addEventListener("open", () => {
    if (opened) refresh(new Set(["*"]));
    opened = true;
    document.body.dataset.streamState = "open";
  });
  source.addEventListener("error", () => {
    document.body.dataset.streamState = "lost";
  });
  window.addEventListener("pagehide", () => source.close());
}

function refresh(topics: ReadonlySet<string>): void {
  for (const region of all("[data-live]")) {
    const wanted = (region.dataset.live ?? "").split(" ");
    if (!region.id || !(topics.has("*") || wanted.some((topic) => topics.has(topic)))) continue;
    // A form that somebody is filling in, or an open dialog, is not pulled away.
    if (region.querySelector("dialog[open], [data-dirty]")) continue;
    void htmx.ajax("GET", location.href, { target: region, select: `#${region.id}`, swap: "outerMorph" });
  }
}
