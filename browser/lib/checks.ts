/** What has to hold on every page: axe finds nothing, the first view is light, nothing sticks out sideways. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Compressed bytes that a first view may cost, everything it loads included. */
export const MOST_BYTES = 150_000;

interface Finding {
  id: string;
  help: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** What axe finds, as lines for a person; nothing is left out as minor. Takes long lists off the page. */
export async function accessibility(page: Page): Promise<string[]> {
  // A list of hundreds is as good as its first ones, and axe looks at each element many times. The page is spent after this.
  await page.evaluate((most) => {
    for (const parent of document.querySelectorAll("main *, main")) for (const child of [...parent.children].slice(most)) child.remove();
  }, 40);
  // Over the protocol, which the content policy does not concern.
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Document, options: object): Promise<{ violations: Finding[] }> } };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await axe.run(document, { runOnly: tags, resultTypes: ["violations"] })).violations;
  });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 5).map((node) => `${id}: ${help}: ${node.target.join(" ")}\n      ${node.failureSummary?.split("\n").slice(1).join("; ").trim() ?? ""}`),
  );
}

/** How far the page reaches beyond the window, in pixels. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
}

/** Opens an address as for the first time; answers the bytes that came over the wire. */
export async function firstView(page: Page, path: string): Promise<{ bytes: number; status: number }> {
  const sizes: Promise<number>[] = [];
  const weigh = (request: import("@playwright/test").Request) => {
    if (request.resourceType() === "eventsource") return;
    sizes.push(request.sizes().then((size) => size.responseBodySize + size.responseHeadersSize));
  };
  page.on("requestfinished", weigh);
  const answer = await page.goto(path);
  // What comes later, as the live stream does, is no part of the first view.
  await page.evaluate(() => document.fonts.ready);
  page.off("requestfinished", weigh);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  return { bytes, status: answer?.status() ?? 0 };
}

/** Nothing comes from the browser's cache any more. */
export async function forgetCache(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
}
