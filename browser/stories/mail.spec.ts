/** What is decided from a mailed link, on the client "ownSay", by somebody who never signs in: what is read there first is not mailed. */
import { request } from "@playwright/test";
import { decisionLink, letter } from "../lib/mailbox";
import { expect, test } from "../lib/test";

const READER = "reviewer@demo.example";
const CLIENT = "Birchwood Studio";
const APPROVED = "Eight things to know about windows and doors";
const RETURNED = "A closer look at electrics and data";

test("a mailed link decides only when its button is pressed: whatever only looks at it decides nothing", async ({ shared, stranger }) => {
  const mail = await request.newContext();
  const path = decisionLink(await letter(mail, shared.mailbox, READER, `(${CLIENT})`, APPROVED), APPROVED);

  // Programs that preview links open them before anybody reads the mail, some as a browser would.
  for (const agent of ["Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Outlook SafeLinks"]) {
    const preview = await request.newContext({ baseURL: shared.url, userAgent: agent });
    expect((await preview.get(path)).status()).toBe(200);
    expect((await preview.head(path)).ok()).toBe(true);
    await preview.dispose();
  }

  const page = await stranger();
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(APPROVED);
  await expect(page.getByText("for Demonstration reviewer")).toBeVisible();
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByText("Nothing of this waits for you any more")).toBeVisible();
  await expect(page.getByText(/by Demonstration reviewer/)).toBeVisible();

  // The same link decides nothing twice; one that was made up leads nowhere.
  await page.goto(path);
  await expect(page.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await page.goto("/a/made-up");
  await expect(page.getByRole("heading", { name: "This link leads nowhere" })).toBeVisible();
  await mail.dispose();
});

test("notes from a mailed link send the work back to whoever made it", async ({ shared, stranger, as, watch }) => {
  const mail = await request.newContext();
  const path = decisionLink(await letter(mail, shared.mailbox, READER, `(${CLIENT})`, RETURNED), RETURNED);
  const page = await stranger();
  await page.goto(path);

  // Sending back takes words, and says so at the field.
  watch.expecting(/status of 422/);
  await page.getByRole("button", { name: "Send back with these words" }).click();
  await expect(page.getByLabel("Or say what should be different")).toHaveAccessibleDescription(/different/i);
  await page.getByLabel("Or say what should be different").fill("Our offices have no heating: leave that out.");
  await page.getByRole("button", { name: "Send back with these words" }).click();
  await expect(page.getByText("Our offices have no heating: leave that out.").first()).toBeVisible();

  const staff = await as("reviewer");
  await staff.goto(`/portal?client=${shared.clients.ownSay}`);
  await staff.getByRole("link", { name: RETURNED, exact: true }).click();
  await expect(staff.getByText("Our offices have no heating: leave that out.").first()).toBeVisible();
  await mail.dispose();
});
