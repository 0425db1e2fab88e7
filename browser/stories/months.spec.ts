/**
 * A month of every kind of work beside the blog: agreed in the strategy, planned and written by agents, decided on in the
 * queue, out on the platforms or done by hand, until its deliverable is full. Two of each here, so that the suite stays
 * quick; `BROWSER_WHOLE=1` takes the numbers of a real month.
 */
import type { Page } from "@playwright/test";
import { address, start, type Running } from "../lib/program";
import { expect, test } from "../lib/test";
import { connect } from "../lib/vendors";

test.describe.configure({ mode: "serial" });

const whole = process.env.BROWSER_WHOLE === "1";
const harbour = /Harbour & Pine/;
const all = [
  { kind: "social_posts", name: "Social posts", monthly: whole ? 12 : 2, pieces: 2, on: [{ name: "LinkedIn", account: harbour }, { name: "Instagram", account: /@harbourandpine/ }] },
  // Google looks at each post for some minutes before readers see it.
  { kind: "gbp_posts", name: "Google posts", monthly: whole ? 10 : 2, pieces: 1, on: [{ name: "Google Business Profile", account: harbour }] },
  { kind: "newsletters", name: "Newsletters", monthly: 2, pieces: 1, on: [{ name: "Mailchimp", account: harbour }] },
  { kind: "backlinks", name: "Backlinks", monthly: whole ? 10 : 2, pieces: 1, on: [] },
  { kind: "ad_copy_sets", name: "Ad copy", monthly: whole ? 4 : 2, pieces: 1, on: [] },
];
const months = all.filter((month) => whole || month.kind !== "gbp_posts");

let running: Running;
let session: Awaited<ReturnType<typeof signedIn>>;
let client = "";
const base = () => `/portal/clients/${client}`;

test.beforeAll(async ({ browser }) => {
  running = await start(["demo", "--manual", "--sandbox-model", "--client", "Rowan & Rye", "--zone", "Europe/London"], /A decision waits for you/);
  const page = await (await browser.newContext({ baseURL: address(running.said) })).newPage();
  session = await signedIn(page);
  await page.goto("/portal/clients");
  await page.getByRole("link", { name: "Rowan & Rye" }).first().click();
  client = /clients\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
  await page.context().close();
});
test.afterAll(async () => running?.stop());

async function signedIn(page: Page) {
  const [, email = "", password = ""] = /Sign in as\s+(\S+) with (\S+)/.exec(running.said) ?? [];
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Queue" })).toBeVisible();
  return page.context().storageState();
}

/** A page of the agency's one person. */
const here = test.extend<{ page: Page }>({
  page: async ({ browser, watch }, use) => {
    const context = await browser.newContext({ baseURL: address(running.said), storageState: session });
    const page = await context.newPage();
    watch.on(page);
    await use(page);
    await context.close();
  },
});

here("an agency of one lets its person approve what they made", async ({ page }) => {
  await page.goto(`${base()}/settings`);
  const own = page.getByRole("checkbox", { name: /may approve what they made/ });
  await own.check();
  await page.locator("form").filter({ has: own }).getByRole("button", { name: /Save/ }).click();
  await expect(page.locator("#toasts")).toBeVisible();
});

here("the client’s accounts are connected", async ({ page, watch }) => {
  watch.expecting(/favicon\.ico/);
  for (const vendor of months.flatMap((month) => month.on)) await connect(page, `${base()}/channels`, vendor);
});

here("the strategy agrees on each kind of work, and the month begins", async ({ page }) => {
  await page.goto("/portal");
  await page.locator("[data-item] [data-primary]").first().click();
  await page.getByRole("link", { name: /^Edit/ }).first().click();
  const rows = page.getByRole("table", { name: "Deliverables" }).or(page.getByRole("region", { name: "Deliverables" })).locator("tbody tr");
  while ((await rows.count()) > 0) {
    await rows.first().getByRole("button", { name: /^Remove deliverable/ }).click();
    await page.waitForLoadState();
  }
  for (const [at, month] of months.entries()) {
    await page.getByRole("button", { name: "Add a deliverable" }).click();
    await expect(rows).toHaveCount(at + 1);
    await page.getByLabel(`Name of deliverable ${at + 1}`).fill(month.name);
    await page.getByLabel(`Kind of deliverable ${at + 1}`).selectOption(month.kind);
    await page.getByLabel(`Goal of deliverable ${at + 1}`).selectOption("0");
    await page.getByLabel(`Deliverable ${at + 1} a month`).fill(String(month.monthly));
  }
  await page.getByRole("button", { name: /^Save as version/ }).last().click();
  await expect(page.locator("#toasts")).toContainText("Saved");
  await page.goto("/portal?kind=strategy");
  await page.locator("[data-item] [data-primary]").first().click();
  await page.getByRole("button", { name: /^Approve/ }).first().click();
  await expect(page.locator("#toasts")).toContainText("Approved");
});

here("what agents plan is approved list by list", async ({ page }) => {
  for (let left = months.length; left > 0; left--) {
    await expect(async () => {
      await page.goto("/portal?kind=request_list");
      await expect(page.locator("[data-item]")).toHaveCount(left, { timeout: 1_500 });
    }).toPass({ timeout: 60_000 });
    await page.locator("[data-item] [data-primary]").first().click();
    await page.getByRole("button", { name: /^Approve all/ }).click();
    await expect(page.locator("#toasts")).toContainText(/approved/i);
  }
});

here("each piece is approved to go out at once; a newsletter first gets its readers", async ({ page, watch }) => {
  test.setTimeout(900_000);
  watch.expecting(/status of 422/);
  const pieces = months.reduce((sum, month) => sum + month.monthly * month.pieces, 0);
  await expect(async () => {
    await page.goto("/portal?kind=post");
    await expect(page.locator(".segments [aria-current]")).toContainText(String(pieces), { timeout: 1_500 });
  }).toPass({ timeout: 120_000 });
  for (let left = pieces; left > 0; left--) {
    await page.goto("/portal?kind=post");
    await page.locator("[data-item] [data-primary]").first().click();
    await approve(page);
  }
  await page.goto("/portal?kind=post");
  await expect(page.locator("[data-item]")).toHaveCount(0);
});

async function approve(page: Page): Promise<void> {
  const now = page.getByRole("radio", { name: /(Publish|Send) now/ });
  if (await now.count()) await now.check();
  await page.getByRole("button", { name: /^Approve/ }).first().click();
  const done = page.locator("#toasts").getByText(/Approved/);
  const nobody = page.getByText("Nobody chose yet whom it goes to.");
  await expect(done.or(nobody).first()).toBeVisible();
  if (!(await nobody.count())) return;
  await page.getByRole("link", { name: /^Edit/ }).first().click();
  await page.getByLabel("Audience").selectOption({ index: 1 });
  await page.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByRole("button", { name: /^Approve/ }).first()).toBeVisible();
  await approve(page);
}

here("what no platform sends is a task in the queue until somebody says that it is done", async ({ page }) => {
  test.setTimeout(300_000);
  const byHand = months.filter((month) => month.on.length === 0).reduce((sum, month) => sum + month.monthly, 0);
  await page.goto("/portal?kind=task");
  // Low scores of the channels are tasks too; they are another story's.
  const tasks = page.locator("[data-item]").filter({ hasText: "confirm it" });
  await expect(tasks).toHaveCount(byHand);
  // One with its words, on its own page; the others from the list.
  await tasks.first().locator("[data-primary]").click();
  await page.getByLabel("What you did").fill("Sent from the agency’s own address.");
  await page.getByRole("button", { name: "It is done" }).click();
  await expect(page.locator("#toasts")).toContainText("It is done");
  for (let left = byHand - 1; left > 0; left--) {
    await page.goto("/portal?kind=task");
    await expect(tasks).toHaveCount(left);
    await tasks.first().hover();
    await tasks.first().getByRole("button", { name: "It is done" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "It is done" }).click();
    await expect(page.locator("#toasts")).toContainText("It is done");
    await expect(page).toHaveURL(/kind=task/);
  }
  await page.goto("/portal?kind=task");
  await expect(tasks).toHaveCount(0);
});

here("every deliverable of the month is full", async ({ page }) => {
  test.setTimeout(600_000);
  await page.goto(`${base()}/plan`);
  for (const month of months) {
    const row = page.locator("#deliverables").locator("li, tr").filter({ hasText: month.name });
    await expect(row).toContainText(new RegExp(`${month.monthly}\\s*(/|of)\\s*${month.monthly}`), { timeout: whole ? 500_000 : 60_000 });
  }
  await page.goto(`${base()}/content`);
  await expect(page.locator("td .badge", { hasText: "Published" }).first()).toBeVisible();
});
