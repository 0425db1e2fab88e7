/**
 * Live regions: `<section id="crawl" data-live="crawl:…">`. The server announces topics; each region that names one is
 * taken anew from the page's own address and morphed in place, so focus, scroll, selection and typed text stay.
 */
import htmx from "htmx.org";
import { all, one } from "./dom";

/** Announcements within this time are answered by one request. */
const GATHER_MS = 250;
/** However much is announced, a page is not asked for more often than this. */
const PAUSE_MS = 1_000;

export function startLive(): void {
  const url = document.body.dataset.stream;
  // A secret that is shown only now stands on the answer to a form, which can't be fetched again and must not change.
  if (!url || one(".once")) return;
  const changed = new Set<string>();
  let timer: number | undefined;
  let last = 0;

  const soon = () => {
    const wait = Math.max(GATHER_MS, last + PAUSE_MS - performance.now());
    timer ??= window.setTimeout(() => {
      timer = undefined;
      // What is not looked at is brought up to date when it is looked at again.
      if (document.hidden) return;
      last = performance.now();
      const topics = new Set(changed);
      changed.clear();
      void refresh(topics);
    }, wait);
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && changed.size > 0) soon();
  });

  const source = new EventSource(url);
  source.addEventListener("change", (event) => {
    changed.add(event.data);
    soon();
  });
  // After a lost connection anything may have changed meanwhile.
  let opened = false;
  source.addEventListener("open", () => {
    if (opened) {
      changed.add("*");
      soon();
    }
    opened = true;
    document.body.dataset.streamState = "open";
  });
  source.addEventListener("error", () => {
    document.body.dataset.streamState = "lost";
  });
  window.addEventListener("pagehide", () => source.close());
  // A page that comes back from the browser's own cache shows an old state and hears nothing any more.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

/** A region that somebody works in: a form that was changed, an open dialog or menu, a list with something ticked. */
function isBusy(region: HTMLElement): boolean {
  if (region.querySelector("dialog[open], [data-dirty], [data-select]:checked, details[open].menu")) return true;
  const focus = document.activeElement;
  return focus instanceof HTMLElement && region.contains(focus) && focus.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select");
}

/** Whether this page is the answer to a form that was given back: its address alone would not show it again. */
function isGivenBack(): boolean {
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return (page?.responseStatus ?? 200) >= 400;
}

async function refresh(topics: ReadonlySet<string>): Promise<void> {
  if (isGivenBack()) return;
  const regions = all("[data-live]").filter((region) => {
    const wanted = (region.dataset.live ?? "").split(" ");
    return region.id && (topics.has("*") || wanted.some((topic) => topics.has(topic)));
  });
  // A region inside another comes with it.
  const outer = regions.filter((region) => !regions.some((other) => other !== region && other.contains(region)));
  if (outer.length === 0) return;
  let page: Document;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html", "X-Live": "1" } });
    if (!response.ok || response.redirected) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    // The stream reconnects by itself, and then everything is looked at again.
    return;
  }
  for (const region of outer) {
    if (isBusy(region)) continue;
    const fresh = page.getElementById(region.id);
    if (fresh) await htmx.swap({ target: region, text: fresh.outerHTML, swap: "outerMorph" });
  }
}
