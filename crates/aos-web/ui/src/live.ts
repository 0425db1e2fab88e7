/**
 * Live regions: `<section id="crawl" data-live="crawl:…">`. The server announces topics; each region that names one is
 * taken anew from the page's own address and morphed in place, so focus, scroll, selection and typed text stay.
 */
import htmx from "htmx.org";
import { all } from "./dom";

/** Announcements within this time are answered by one request. */
const GATHER_MS = 250;
/** However much is announced, a page is not asked for more often than this. */
const PAUSE_MS = 1_000;
/** When a region is looked at again that somebody was working in, or that could not be fetched. */
const LATER_MS = 3_000;
/** When a stream is opened again that the browser gave up. */
const REOPEN_MS = 5_000;

/** Ids of the regions that show an older state than was announced. */
const stale = new Set<string>();
let timer: number | undefined;
let isRefreshing = false;
let last = 0;

export function startLive(): void {
  const url = document.body.dataset.stream;
  // A secret that is shown only now stands on the answer to a form, and so does a form that was given back: the page's
  // address alone would not show them again.
  if (!url || document.querySelector(".once") || isGivenBack()) return;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) soon();
  });
  // A page that comes back from the browser's own cache shows an old state and hears nothing any more.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  listen(url);
}

/** Opens the stream. It begins with what changed since this page was read, also when it is opened again. */
function listen(url: string): void {
  const source = new EventSource(url);
  source.addEventListener("change", (event) => {
    for (const region of all("[data-live]")) {
      const wanted = (region.dataset.live ?? "").split(" ");
      if (region.id && (event.data === "*" || wanted.includes(event.data))) stale.add(region.id);
    }
    soon();
  });
  source.addEventListener("open", () => {
    document.body.dataset.streamState = "open";
  });
  source.addEventListener("error", () => {
    document.body.dataset.streamState = "lost";
    // A browser connects again by itself, unless it got an answer that is no stream, as from a proxy while we restart.
    if (source.readyState === EventSource.CLOSED) window.setTimeout(() => listen(url), REOPEN_MS);
  });
  window.addEventListener("pagehide", () => source.close());
}

function soon(delay = GATHER_MS): void {
  // What is not looked at is brought up to date when it is looked at again.
  if (stale.size === 0 || isRefreshing || document.hidden) return;
  timer ??= window.setTimeout(
    () => {
      timer = undefined;
      void refresh();
    },
    Math.max(delay, last + PAUSE_MS - performance.now()),
  );
}

/** Brings up to date what nobody works in. One at a time, so that an older answer never follows a newer one. */
async function refresh(): Promise<void> {
  for (const id of stale) if (!document.getElementById(id)) stale.delete(id);
  const regions = all("[data-live]").filter((region) => stale.has(region.id));
  const free = regions.filter((region) => !isBusy(region));
  // A region inside another comes with it.
  const outer = free.filter((region) => !free.some((other) => other !== region && other.contains(region)));
  if (outer.length === 0) return soon(LATER_MS);

  isRefreshing = true;
  last = performance.now();
  // What is announced from here on may come too late for this answer.
  for (const region of free) stale.delete(region.id);
  const page = await fetchPage();
  for (const region of outer) {
    const fresh = page?.getElementById(region.id);
    if (!page || isBusy(region)) stale.add(region.id);
    else if (fresh) await htmx.swap({ target: region, text: fresh.outerHTML, swap: "outerMorph" });
  }
  isRefreshing = false;
  soon(page ? GATHER_MS : LATER_MS);
}

/** This page as it is now; null when it can't be had at the moment. */
async function fetchPage(): Promise<Document | null> {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html", "X-Live": "1" } });
    // Signed out, or what the page is about is gone: it stays as it is, and the next click tells.
    if (response.redirected || (response.status >= 400 && response.status < 500 && response.status !== 429)) return new Document();
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** A region that somebody works in: a form that was changed, an open dialog or menu, a list with something ticked. */
function isBusy(region: HTMLElement): boolean {
  if (region.querySelector("dialog[open], [data-dirty], [data-select]:checked, details[open].menu")) return true;
  const focus = document.activeElement;
  return focus instanceof HTMLElement && region.contains(focus) && focus.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select");
}

function isGivenBack(): boolean {
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return (page?.responseStatus ?? 200) >= 400;
}
