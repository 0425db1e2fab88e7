/** Single posts: sent back with notes, edited and compared, on the client "edited". */
import type { Page } from "@playwright/test";
import { expect, test } from "../lib/test";

test.describe.configure({ mode: "serial" });

/** Opens the nth approval of this client's queue; answers its title. */
async function open(page: Page, client: string, nth: number): Promise<string> {
  await page.goto(`/portal?client=${client}`);
  const link = page.locator("[data-item] [data-primary]").nth(nth);
  const title = (await link.textContent()) ?? "";
  await link.click();
  await expect(page.getByRole("heading", { level: 1, name: title }).first()).toBeVisible();
  return title;
}

test("a rejected post goes back with the notes and comes again as a new version, with what changed", async ({ as, shared, watch }) => {
  const page = await as("reviewer");
  const client = shared.clients.edited;
  const title = await open(page, client, 0);

  await page.keyboard.press("r");
  const dialog = page.getByRole("dialog", { name: "Send it back" });
  await expect(dialog.getByLabel("What should be different?")).toBeFocused();
  // Without notes nothing is sent: the browser asks for them.
  await dialog.getByRole("button", { name: "Reject with these notes" }).click();
  await expect(dialog).toBeVisible();
  await page.keyboard.type("Say in the first sentence how long it takes.");
  await dialog.getByRole("button", { name: "Reject with these notes" }).click();
  await expect(page.locator("#toasts")).toContainText("Sent back with your notes");

  // The work returns by itself: the queue is told, and shows the new version without a reload.
  await page.goto(`/portal?client=${client}`);
  const again = page.getByRole("link", { name: title, exact: true });
  await expect(again).toBeVisible({ timeout: 30_000 });
  await again.click();
  await expect(page.getByText("Say in the first sentence how long it takes.").first()).toBeVisible();
  await expect(page.getByText(/^2 by /)).toBeVisible();
  await expect(page.locator("#changes")).toBeVisible();
  expect(watch.found).toEqual([]);
});

test("an edit is a version of its own; the difference shows it, and the approval binds it", async ({ as, shared }) => {
  const page = await as("reviewer");
  await open(page, shared.clients.edited, 2);
  const approval = page.url();

  await page.keyboard.press("e");
  await expect(page).toHaveURL(/edit/);
  await page.getByLabel("Title").fill("What a timber frame costs");
  const text = page.getByLabel("Text", { exact: true });
  const before = await text.inputValue();
  await text.fill(`${before.trimEnd()}\n\nAsk for a visit: it costs nothing and takes an hour.\n`);
  await page.getByRole("button", { name: /Save/ }).first().click();

  await page.goto(approval);
  await expect(page.getByRole("heading", { level: 1, name: "What a timber frame costs" }).first()).toBeVisible();
  const added = page.locator("#changes .diff__line--added");
  await expect(added.filter({ hasText: "Ask for a visit" })).toHaveCount(1);

  // Who edited it made it, so somebody else has to say yes to exactly this version.
  await expect(page.getByRole("button", { name: /Approve/ })).toHaveCount(0);
  const other = await as("approver");
  await other.goto(approval);
  await expect(other.getByText("Ask for a visit: it costs nothing").first()).toBeVisible();
  await other.keyboard.press("a");
  await other.keyboard.press("Enter");
  await expect(other.locator("#toasts")).toContainText("Approved");
});

test("whoever saves an older version is shown the newer one beside their text, and loses nothing", async ({ as, shared, watch }) => {
  const first = await as("reviewer");
  await open(first, shared.clients.edited, 3);
  await first.keyboard.press("e");
  await expect(first).toHaveURL(/edit/);
  const second = await as("consultant");
  await second.goto(first.url());

  await second.getByLabel("Title").fill("As the consultant would say it");
  await second.getByRole("button", { name: /Save/ }).first().click();
  await expect(second).not.toHaveURL(/\/edit$/);

  watch.expecting(/status of 4(09|22)/);
  await first.getByLabel("Title").fill("As the reviewer would say it");
  await first.getByRole("button", { name: /Save/ }).first().click();
  await expect(first.getByRole("alert")).toContainText("saved another version");
  await expect(first.getByLabel("Title")).toHaveValue("As the reviewer would say it");
});
