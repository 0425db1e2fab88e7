/** Every page, opened once in light at 1440 px: axe finds nothing, it is light to load, and no script complains. */
import type { Page } from "@playwright/test";
import { doors } from "../lib/doors";
import { session } from "../lib/installation";
import { expect, test } from "../lib/test";
import { MOST_BYTES, accessibility, firstView, forgetCache, overhang } from "../lib/checks";
import { Finder, VISITORS, type Address, type Visitor } from "../lib/pages";
import type { Watch } from "../lib/watch";

/** Two tests share the pages, so that they go side by side. */
const SHARES = 2;
/** Shows parts by themselves, which do nothing there. */
const REFERENCE = "/reference/design";
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

test("without a script every page says the same, and shows no button that would do nothing", async ({ browser, shared }) => {
  test.setTimeout(600_000);
  const { published, ownSay, briefs, strategy, edited } = shared.clients;
  const finder = await Finder.everything(shared, [published, ownSay, briefs, strategy, edited]);
  const findings: string[] = [];
  for (const visitor of VISITORS) {
    const context = await browser.newContext({ baseURL: shared.url, storageState: session(visitor), javaScriptEnabled: false });
    const page = await context.newPage();
    for (const { path } of finder.pages.filter((one) => one.visitor === visitor && one.route !== REFERENCE)) {
      await page.goto(path);
      findings.push(...(await page.evaluate(scriptless)).map((words) => `${path} (${visitor}): ${words}`));
    }
    await context.close();
  }
  expect(findings.join("\n")).toEqual("");
});

/** What of this page needs a script. Runs in the page. */
function scriptless(): string[] {
  const visible = (element: Element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const found: string[] = [];
  const main = document.querySelector("main");
  if (!main || !visible(main)) return ["there is nothing to read"];
  for (const heading of main.querySelectorAll("h1, h2")) {
    const hidden = heading.closest("dialog, details:not([open]), [hidden], .sr-only");
    if (!hidden && !visible(heading)) found.push(`“${heading.textContent?.trim()}” can’t be seen`);
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("button")) {
    // The browser itself opens what a button commands.
    const works = (button.form && button.type === "submit") || button.hasAttribute("commandfor") || button.hasAttribute("popovertarget");
    if (visible(button) && !works && !button.disabled) found.push(`the button “${button.textContent?.trim() || button.getAttribute("aria-label")}” does nothing`);
  }
  for (const form of document.forms) {
    const sends = form.querySelector("button:not([type=button]), input[type=submit]") ?? document.querySelector(`[form="${form.id}"]`);
    if (visible(form) && !sends) found.push(`the form to ${form.action} can’t be sent`);
  }
  return found;
}

async function check(page: Page, { path, look }: Address, watch: Watch, who: string): Promise<string[]> {
  const before = watch.found.length;
  // What is still fading in has colours that it will not have.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(path);
  const onPhone = await overhang(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  const { bytes, status } = await firstView(page, path);
  const over = await overhang(page);
  const found = await accessibility(page);
  if (onPhone > 0) found.push(`sticks out by ${onPhone} px on a phone`);
  if (status !== 200 && look !== "gone") found.push(`answers ${status}`);
  if (bytes > MOST_BYTES) found.push(`${bytes} bytes on first view`);
  if (over > 0) found.push(`sticks out by ${over} px`);
  found.push(...watch.found.splice(before));
  return found.map((words) => `${path} ${look} (${who})\n    ${words}`);
}
