/** Each platform: connected on its consent screen, posted to, scored and disconnected; and what can go wrong on the way. */
import { request, type Page } from "@playwright/test";
import type { Installation } from "../lib/installation";
import { freshClient } from "../lib/joining";
import { expect, test } from "../lib/test";
import { answer, channelOf, connect, leave, type Vendor } from "../lib/vendors";

test.describe.configure({ mode: "serial" });

interface Case extends Vendor {
  /** What is asked for there. */
  kind?: "social" | "gbp" | "newsletter" | "blog";
  format?: string;
  scored?: boolean;
  /** A platform that gives no way to give access back says so. */
  goodbye?: RegExp;
}

const harbour = /Harbour & Pine/;
const platforms: Case[] = [
  { name: "LinkedIn", account: harbour, kind: "social", format: "Text", scored: true },
  { name: "X", account: harbour, kind: "social", format: "Text", scored: true },
  { name: "Facebook", account: harbour, kind: "social", format: "Text", scored: true },
  { name: "Instagram", account: /@harbourandpine/, kind: "social", format: "Image", scored: true },
  { name: "TikTok", account: harbour, kind: "social", format: "Image", scored: true },
  { name: "Google Business Profile", account: harbour, kind: "gbp", scored: true },
  { name: "Mailchimp", account: harbour, kind: "newsletter", scored: true },
  { name: "Klaviyo", account: harbour, kind: "newsletter", scored: true },
  { name: "Webflow", account: harbour, scored: true },
  { name: "Google Search Console", account: /harbourandpine\.example/ },
  { name: "Google Analytics 4", account: harbour },
  { name: "Google Ads", account: harbour },
  { name: "Meta Ads", account: harbour },
];

let client = "";
const channels = () => `/portal/clients/${client}/channels`;
/** The title of the piece for a platform. */
const titleOf = (platform: string) => `Oak or larch, for ${platform}`;

async function programme(shared: Installation) {
  return request.newContext({ baseURL: shared.url, extraHTTPHeaders: { authorization: `Bearer ${shared.token}` } });
}

test.beforeAll(async () => {
  const { installation } = await import("../lib/installation");
  const shared = installation();
  client = await freshClient(shared, "Teasel & Thyme");
  // The copywriter writes from what the website says.
  const api = await programme(shared);
  await api.post(`/api/v1/tenants/${client}/crawls`, { data: {}, headers: { "idempotency-key": "channels" } });
  await api.dispose();
});

test("a consent that is denied, given by somebody without a page, or given in part connects nothing and says why", async ({ as, watch }) => {
  watch.expecting(/favicon\.ico/);
  const page = await as("consultant");
  await leave(page, channels(), "LinkedIn");
  await answer(page, { denied: true });
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByText("Nothing was connected.")).toBeVisible();

  await leave(page, channels(), "LinkedIn");
  await answer(page, { as: "Ben Osei" });
  await expect(page.getByText("Nothing was connected.")).toBeVisible();

  await leave(page, channels(), "LinkedIn");
  await answer(page, { without: "w_organization_social" });
  await expect(page.getByRole("alert")).toContainText("publish posts");

  // The way back is good once.
  await leave(page, channels(), "LinkedIn");
  let back = "";
  page.on("request", (one) => {
    if (one.url().includes("/channels/return?")) back = one.url();
  });
  await answer(page);
  await expect(page.getByRole("button", { name: "Check and connect" })).toBeVisible();
  watch.expecting(/status of 409/);
  await page.goto(back);
  await expect(page.getByText("This consent was used already.")).toBeVisible();
  await page.goto(channels());
  await expect(page.getByRole("heading", { name: "Nothing is connected" })).toBeVisible();
});

test("each platform is connected on its own consent screen", async ({ as, watch }) => {
  watch.expecting(/favicon\.ico/);
  const page = await as("consultant");
  for (const platform of platforms) {
    await test.step(platform.name, () => connect(page, channels(), platform));
  }
  await expect(page.getByText("1 connected").or(page.getByText("connected", { exact: true }))).toHaveCount(platforms.length);
});

/** Asks for a piece on the page; answers the address of the request. */
async function ask(page: Page, platform: Case): Promise<void> {
  await page.goto(`/portal/clients/${client}/requests/new?kind=${platform.kind}`);
  await page.getByLabel("Working title").fill(titleOf(platform.name));
  await page.getByLabel("Brief").fill("For people who plan a garden room and wonder which wood lasts.");
  const where = page.getByRole("checkbox", { name: platform.name }).or(page.getByRole("radio", { name: platform.name }));
  await where.check();
  if (platform.format) await page.getByLabel("Format").selectOption(platform.format);
  await page.getByRole("button", { name: "Send for approval" }).click();
  await expect(page.locator("#toasts")).toContainText("waits for its approval");
}

/** Opens what waits for a decision under this title. */
async function open(page: Page, title: string): Promise<void> {
  const link = page.locator("[data-item] [data-primary]").filter({ hasText: title }).first();
  await expect(async () => {
    await page.goto(`/portal?client=${client}`);
    await expect(link).toBeVisible({ timeout: 1_500 });
  }).toPass({ timeout: 60_000 });
  await link.click();
  await expect(page.getByRole("heading", { level: 1 }).first()).toContainText(title);
}

async function approve(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Approve/ }).first().click();
  const dialog = page.getByRole("dialog").filter({ visible: true });
  const yes = dialog.getByRole("button", { name: "Approve", exact: true });
  await expect(yes.or(page.locator("#toasts").getByText("Approved"))).toBeVisible();
  if (await yes.isVisible()) await yes.click();
  await expect(page.locator("#toasts")).toContainText("Approved");
}
