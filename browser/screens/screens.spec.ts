/**
 * `cargo xtask screens`: every page at 1440 and 390 px, light and dark, full and empty, as pictures with a contact sheet
 * in target/screens; axe and the other checks run on each of them.
 */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { request, type Page } from "@playwright/test";
import { accessibility, overhang } from "../lib/checks";
import { doors } from "../lib/doors";
import { contactSheet, type Shot } from "../lib/contact";
import { session, signIn } from "../lib/installation";
import { Finder, VISITORS, nameOf, type Address } from "../lib/pages";
import { screens } from "../lib/places";
import { address, run, start } from "../lib/program";
import { expect, test } from "../lib/test";
import { Watch } from "../lib/watch";

const LOOKS = [
  { name: "wide-light", width: 1440, height: 900, colorScheme: "light" },
  { name: "wide-dark", width: 1440, height: 900, colorScheme: "dark" },
  { name: "phone-light", width: 390, height: 844, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;
/** A picture of a page that goes on and on is cut here. */
const TALLEST = 4_000;
/** Only pages whose name holds this, where somebody works on one. */
const only = process.env.BROWSER_ONLY ?? "";

const shots: Shot[] = [];
const findings: string[] = [];

test.describe.configure({ mode: "serial" });
test.beforeAll(() => {
  if (!only) rmSync(screens, { recursive: true, force: true });
  for (const look of LOOKS) mkdirSync(`${screens}/${look.name}`, { recursive: true });
});
test.afterAll(() => {
  writeFileSync(`${screens}/index.html`, contactSheet(shots, findings));
});

/** Takes each page in each look. */
async function picture(page: Page, watch: Watch, set: string, pages: Address[], status = 200): Promise<void> {
  const wanted = pages.filter((one) => `${set}-${nameOf(one)}`.includes(only));
  for (const look of LOOKS) {
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: "reduce" });
    for (const one of wanted) {
      const name = `${set}-${nameOf(one)}`;
      const before = watch.found.length;
      const answer = await page.goto(one.path);
      await page.evaluate(() => document.fonts.ready);
      const over = await overhang(page);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      const file = `${look.name}/${name}.png`;
      // A window as tall as the page, so that what sticks to its edges stands where it belongs.
      await page.setViewportSize({ width: look.width, height: Math.max(look.height, Math.min(height, TALLEST)) });
      await page.screenshot({ path: `${screens}/${file}`, animations: "disabled" });
      await page.setViewportSize({ width: look.width, height: look.height });
      const found = await accessibility(page);
      if (answer?.status() !== status && one.look !== "gone") found.push(`answers ${answer?.status()}`);
      if (over > 0) found.push(`sticks out by ${over} px`);
      found.push(...watch.found.splice(before));
      findings.push(...found.map((words) => `${name} ${look.name} (${one.path})\n    ${words}`));
      shots.push({ name, look: look.name, file, findings: found.length });
    }
  }
}

test("full: an agency with clients at every stage", async ({ as, shared, watch }) => {
  test.setTimeout(1_800_000);
  const { published, ownSay, briefs, strategy, edited } = shared.clients;
  const finder = await Finder.everything(shared, [published, ownSay, briefs, strategy, edited]);
  for (const visitor of VISITORS) {
    const own = finder.pages.filter((page) => page.visitor === visitor);
    await picture(await as(visitor), watch, "full", own);
  }
});

test("doors: for whoever is not signed in", async ({ stranger, shared, watch }) => {
  watch.expecting(/status of 404/);
  await picture(await stranger(), watch, "door", await doors(shared), 200);
});

test("empty: a client that was only registered, and an agency without clients", async ({ as, shared, watch, browser }) => {
  test.setTimeout(1_800_000);
  const context = await request.newContext({ baseURL: shared.url, storageState: session("administrator") });
  const client = shared.clients.website;
  const finder = new Finder(context);
  await finder.follow([`/portal/clients/${client}`], [client]);
  const own = finder.pages.filter((page) => page.path.includes(client));
  await picture(await as("administrator"), watch, "empty", own);
  await context.dispose();

  const fresh = await start(["serve", "--roles", "web"], /Agency OS is at/);
  try {
    const url = address(fresh.said);
    const nobody = await browser.newContext({ baseURL: url });
    const first = await nobody.newPage();
    watch.on(first);
    await picture(first, watch, "new", [{ route: "/first-run", path: "/first-run", look: "" }]);
    run(["admin", "set-up", "--agency", "Lighthouse & Sons", "--email", "ines@lighthouse.example", "--name", "Ines Ortega", "--password-stdin"], fresh.folder, "a sentence is easier");
    await picture(first, watch, "new", [{ route: "/sign-in", path: "/sign-in", look: "" }]);
    await nobody.close();

    const state = await signIn(url, "ines@lighthouse.example", "a sentence is easier");
    const inside = await browser.newContext({ baseURL: url, storageState: state });
    const pages = new Finder(inside.request);
    // There are no clients; those of the examples at /reference/design lead nowhere.
    await pages.follow(["/portal", "/manage/users"], []);
    const page = await inside.newPage();
    watch.on(page);
    // What shows the program itself is the same everywhere.
    await picture(page, watch, "empty", pages.pages.filter((one) => !/^\/(api|reference)|\{/.test(one.route)));
    await inside.close();
  } finally {
    await fresh.stop();
  }
});

test("refused: without the right, and where nothing is", async ({ as, watch }) => {
  watch.expecting(/status of 40[34]/);
  const page = await as("reviewer");
  await picture(page, watch, "denied", [{ route: "/manage/users", path: "/manage/users", look: "" }], 403);
  await picture(page, watch, "nothing", [{ route: "/portal/here", path: "/portal/nothing-here", look: "" }], 404);
});

test("nothing was found on any page", () => {
  appendFileSync(`${screens}/findings.txt`, findings.join("\n"));
  expect(findings.join("\n")).toEqual("");
});
