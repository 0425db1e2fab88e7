/** Each platform is connected on its consent screen; and what can go wrong on the way. */
import { installation } from "../lib/installation";
import { freshClient } from "../lib/joining";
import { expect, test } from "../lib/test";
import { answer, connect, leave, type Vendor } from "../lib/vendors";

test.describe.configure({ mode: "serial" });

const harbour = /Harbour & Pine/;
const platforms: Vendor[] = [
  { name: "LinkedIn", account: harbour },
  { name: "X", account: harbour },
  { name: "Facebook", account: harbour },
  { name: "Instagram", account: /@harbourandpine/ },
  { name: "TikTok", account: harbour },
  { name: "Google Business Profile", account: harbour },
  { name: "Mailchimp", account: harbour },
  { name: "Klaviyo", account: harbour },
  { name: "Webflow", account: harbour },
  { name: "Google Search Console", account: /harbourandpine\.example/ },
  { name: "Google Analytics 4", account: harbour },
  { name: "Google Ads", account: harbour },
  { name: "Meta Ads", account: harbour },
];

let client = "";
const channels = () => `/portal/clients/${client}/channels`;

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
