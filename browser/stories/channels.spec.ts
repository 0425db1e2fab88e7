/** Each platform: connected on its consent screen, posted to, scored and disconnected; and what can go wrong on the way. */
import type { Page } from "@playwright/test";
import { installation } from "../lib/installation";
import { freshClient } from "../lib/joining";
import { expect, test } from "../lib/test";
import { answer, channelOf, connect, leave, type Vendor } from "../lib/vendors";

test.describe.configure({ mode: "serial" });

interface Case extends Vendor {
  /** What is asked for there. */
  kind?: "social" | "gbp" | "newsletter" | "blog";
  format?: string;
  scored?: boolean;
}

const harbour = /Harbour & Pine/;
const patient = process.env.BROWSER_WHOLE === "1";
const platforms: Case[] = [
  { name: "LinkedIn", account: harbour, kind: "social", format: "text", scored: true },
  { name: "X", account: harbour, kind: "social", format: "text", scored: true },
  { name: "Facebook", account: harbour, kind: "social", format: "text", scored: true },
  { name: "Instagram", account: /@harbourandpine/, kind: "social", format: "image", scored: true },
  { name: "TikTok", account: harbour, kind: "social", format: "image", scored: true },
  { name: "Google Business Profile", account: harbour, kind: "gbp", scored: true },
  { name: "Mailchimp", account: harbour, kind: "newsletter", scored: true },
  { name: "Klaviyo", account: harbour, kind: "newsletter", scored: true },
  { name: "Webflow", account: harbour, kind: "blog", scored: true },
  { name: "Google Search Console", account: /harbourandpine\.example/ },
  { name: "Google Analytics 4", account: harbour },
  { name: "Google Ads", account: harbour },
  { name: "Meta Ads", account: harbour },
];

let client = "";
const channels = () => `/portal/clients/${client}/channels`;
/** The title of the piece for a platform. */
const titleOf = (platform: string) => (platform === "Webflow" ? "Home offices in the garden" : `Oak or larch, for ${platform}`);

test.beforeAll(async () => {
  client = await freshClient(installation(), "Teasel & Thyme");
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
  watch.expecting(/status of 422/);
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

const published = platforms.filter((platform) => platform.kind);

/** Asks for a piece for one channel. */
async function ask(page: Page, platform: Case): Promise<void> {
  await page.goto(`/portal/clients/${client}/requests/new?kind=${platform.kind}`);
  await page.getByLabel("Working title").fill(titleOf(platform.name));
  await page.getByLabel("Brief").fill("For people who plan a garden room and wonder which wood lasts.");
  const name = new RegExp(`^${platform.name}: `);
  // An article goes to the client's site, of which there is one.
  if (platform.kind !== "blog") await page.getByRole("checkbox", { name }).or(page.getByRole("radio", { name })).check();
  if (platform.format) await page.getByLabel("Format").selectOption(platform.format);
  await page.getByRole("button", { name: "Send for approval" }).click();
  await expect(page.locator("#toasts")).toContainText("waits for its approval");
}

/** Opens what waits for a decision under this title. */
async function open(page: Page, title: string): Promise<void> {
  // What an article answers stands beside its own title.
  const link = page.locator("[data-item]").filter({ hasText: title }).locator("[data-primary]").first();
  await expect(async () => {
    await page.goto(`/portal?client=${client}&kind=post`);
    await expect(link).toBeVisible({ timeout: 1_500 });
  }).toPass({ timeout: 60_000 });
  await link.click();
  await expect(page.getByRole("region", { name: "Decide" })).toBeVisible();
}

async function approve(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Approve/ }).first().click();
  await expect(page.locator("#toasts")).toContainText("Approved");
}

test("a piece of every kind is asked for, made for its platform and edited in the platform’s own units", async ({ as, watch }) => {
  watch.expecting(/status of 422/);
  const asking = await as("consultant");
  for (const platform of published) await test.step(platform.name, () => ask(asking, platform));
  const deciding = await as("approver");
  await deciding.goto(`/portal?client=${client}`);
  await deciding.getByRole("checkbox", { name: "Select all on this page" }).check();
  await deciding.getByRole("region", { name: "Selected" }).getByRole("button", { name: "Approve" }).click();
  await deciding.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
  await expect(deciding.locator("#toasts")).toContainText(/approved/i);

  const editing = await as("reviewer");
  await open(editing, titleOf("X"));
  await editing.keyboard.press("e");
  const text = editing.getByLabel("Text", { exact: true });
  // An emoji counts two and an address 23, whatever its length.
  await text.fill("Larch 👍 https://harbourandpine.example/a/very/long/address/indeed");
  await expect(editing.locator("#used-text")).toHaveText("32 of 280");
  await text.fill("x".repeat(300));
  await expect(editing.locator("#measures")).toContainText("X takes up to 280");
  await editing.getByRole("button", { name: /^Save/ }).click();
  await expect(editing.getByLabel("Text", { exact: true })).toHaveAccessibleDescription(/X takes up to 280/);
  await text.fill("Larch lasts for decades. Oak costs more.");
  await expect(editing.locator("#preview")).toContainText("Oak costs more.");
  await editing.getByRole("button", { name: /^Save/ }).click();
  await expect(editing.getByText("Larch lasts for decades.").first()).toBeVisible();

  // A newsletter goes to nobody until somebody says to whom.
  for (const mail of published.filter((platform) => platform.kind === "newsletter")) {
    await open(deciding, titleOf(mail.name));
    await approveInVain(deciding);
    await open(editing, titleOf(mail.name));
    await editing.keyboard.press("e");
    await editing.getByLabel("Audience").selectOption({ index: 1 });
    await editing.getByRole("button", { name: /^Save/ }).click();
    await expect(editing.getByRole("article", { name: `The newsletter as it will look on ${mail.name}` })).toBeVisible();
    // Whoever changed it is not the one who decides.
    await expect(editing.getByText("You made this, so somebody else decides.")).toBeVisible();
  }
});

async function approveInVain(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Approve/ }).first().click();
  await expect(page.getByRole("alert")).toContainText("Nobody chose yet whom it goes to.");
}

/** When what is planned for later comes out. A suite that has time plans all of it, and waits for its moments. */
const soon = patient ? published.map(({ name }) => [name, 3 * 60_000] as const) : [];
const scheduled: Record<string, number> = { ...Object.fromEntries(soon), Facebook: 60 * 60_000 };
/** Google looks at a post for some minutes after it took it, so it stands as it stood before. */
const taken = patient ? /Scheduled|Published/ : /Approved|Published/;

test("what is approved stands on its platform, at once or at its time", async ({ as }) => {
  if (patient) test.setTimeout(480_000);
  const page = await as("approver");
  for (const platform of published) {
    await test.step(platform.name, async () => {
      await open(page, titleOf(platform.name));
      const later = scheduled[platform.name];
      if (later) {
        await page.getByLabel("Schedule").check();
        await page.getByLabel(/^When/).fill(london(later));
      } else if (platform.kind === "blog") {
        await page.getByRole("radio", { name: "Publish now" }).check();
      }
      await approve(page);
    });
  }
  await page.goto(`/portal/clients/${client}/content`);
  const row = (name: string) => page.locator("tr[data-item]").filter({ hasText: titleOf(name) });
  await expect(async () => {
    await page.reload();
    for (const { name } of published) {
      const state = name === "Facebook" ? "Scheduled" : name === "Google Business Profile" ? taken : "Published";
      await expect(row(name)).toContainText(state, { timeout: 500 });
    }
  }).toPass({ timeout: patient ? 300_000 : 60_000 });
  // The platform's own page shows the words that were approved.
  const url = await row("X").getByRole("link", { name: "View" }).getAttribute("href");
  await page.goto(url ?? "");
  await expect(page.getByText("Larch lasts for decades. Oak costs more.")).toBeVisible();
});

/** A moment from now as a field takes it, on London's clock. */
function london(ms: number): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", dateStyle: "short", timeStyle: "short" }).formatToParts(new Date(Date.now() + ms));
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

test("each channel is scored, says what the score is made of, and gives its access back", async ({ as, watch }) => {
  watch.expecting(/favicon\.ico/);
  const page = await as("consultant");
  for (const platform of platforms) {
    await test.step(platform.name, async () => {
      await page.goto(channels());
      const card = channelOf(page, platform.name, platform.account);
      await card.getByRole("heading").getByRole("link").click();
      if (platform.scored) {
        await page.getByRole("button", { name: "Score now" }).click();
        await expect(page.locator("#toasts")).toContainText("It is being scored");
        await expect(page.getByRole("region", { name: "What the score is made of" })).toBeVisible();
      }
      await page.getByRole("button", { name: "Disconnect" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
      await expect(page.locator("#toasts")).toContainText("Disconnected");
    });
  }
  // Where a platform takes access back, that is done behind it; the others say what is left to do there.
  await expect(async () => {
    await page.reload();
    await expect(page.getByText("Its access is being given back.")).toHaveCount(0, { timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await expect(page.locator("article.channel").getByText("Disconnected", { exact: true })).toHaveCount(platforms.length);
});
