/** Every page, opened once in light at 1440 px: axe finds nothing, it is light to load, and no script complains. */
import type { Page } from "@playwright/test";
import { doors } from "../lib/doors";
import { expect, test } from "../lib/test";
import { MOST_BYTES, accessibility, firstView, forgetCache, overhang } from "../lib/checks";
import { Finder, VISITORS, type Address, type Visitor } from "../lib/pages";
import type { Watch } from "../lib/watch";

/** Two tests share the pages, so that they go side by side. */
const SHARES = 2;
test.describe.configure({ mode: "parallel" });

for (let share = 0; share < SHARES; share++) {
  test(`every page can be reached, is accessible, weighs little and complains about nothing (${share + 1} of ${SHARES})`, async ({ as, shared, watch }) => {
    test.setTimeout(600_000);
    const { published, ownSay, briefs, strategy, edited, posts } = shared.clients;
    const finder = await Finder.everything(shared, [published, ownSay, briefs, strategy, edited, posts]);
    expect(finder.missing(), "routes that no page leads to").toEqual([]);
    expect([...finder.nowhere], "links that lead to nothing").toEqual([]);

    const pages = {} as Record<Visitor, Page>;
    for (const visitor of VISITORS) {
      pages[visitor] = await as(visitor);
      await forgetCache(pages[visitor]);
    }
    const findings: string[] = [];
    const all = finder.pages.sort((a, b) => `${a.route} ${a.look}`.localeCompare(`${b.route} ${b.look}`));
    for (const address of all.filter((_, at) => at % SHARES === share)) {
      const { visitor = "administrator" } = address;
      findings.push(...(await check(pages[visitor], address, watch, visitor)));
    }
    expect(findings.join("\n")).toEqual("");
  });
}

test("so is every door, and what a letter leads to", async ({ shared, stranger, watch }) => {
  watch.expecting(/status of 404/);
  const page = await stranger();
  await forgetCache(page);
  const findings: string[] = [];
  for (const address of await doors(shared)) findings.push(...(await check(page, address, watch, "a stranger")));
  expect(findings.join("\n")).toEqual("");
});

async function check(page: Page, { path, look }: Address, watch: Watch, who: string): Promise<string[]> {
  const before = watch.found.length;
  // What is still fading in has colours that it will not have.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { bytes, status } = await firstView(page, path);
  const over = await overhang(page);
  const found = await accessibility(page);
  if (status !== 200 && look !== "gone") found.push(`answers ${status}`);
  if (bytes > MOST_BYTES) found.push(`${bytes} bytes on first view`);
  if (over > 0) found.push(`sticks out by ${over} px`);
  found.push(...watch.found.splice(before));
  return found.map((words) => `${path} ${look} (${who})\n    ${words}`);
}
