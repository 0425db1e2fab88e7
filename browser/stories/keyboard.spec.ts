/** Decisions with the keyboard alone. */
import { isDecidedByMail } from "../lib/installation";
import { expect, test } from "../lib/test";

test("a reviewer approves ten posts with the keyboard alone, and they go out", async ({ as, shared }) => {
  const page = await as("approver");
  await page.goto(`/portal?client=${shared.clients.posts}`);
  const items = page.locator("[data-item]");
  await expect(items).toHaveCount(10);

  for (let at = 0; at < 10; at++) {
    await page.keyboard.press("j");
    await expect(items.nth(at).locator("[data-primary]")).toBeFocused();
    await page.keyboard.press("x");
  }
  await expect(page.locator("[data-selected-count]").first()).toHaveText("10");
  await page.keyboard.press("a");
  await expect(page.getByRole("dialog")).toContainText("Approve all selected?");
  await page.keyboard.press("Enter");

  await expect(page.locator("#toasts")).toContainText("10 approved");
  // One comes back to where one was, with its filter.
  await expect(page).toHaveURL(new RegExp(`client=${shared.clients.posts}`));
  await expect(items).toHaveCount(0);
  await page.goto(`/portal/clients/${shared.clients.posts}/content`);
  await expect(page.locator("td .badge", { hasText: "Published" })).toHaveCount(10, { timeout: 60_000 });
});

test("one after the other: j, a, and the queue is one shorter; k goes back", async ({ as, shared }) => {
  const page = await as("approver");
  await page.goto(`/portal?client=${shared.clients.ownSay}&mine=1&kind=post`);
  const items = page.locator("[data-item]");
  const titles = await items.locator("[data-primary]").allTextContents();
  const mine = titles.findLastIndex((title) => !isDecidedByMail(title));
  const title = titles[mine] ?? "";
  for (let at = 0; at <= mine; at++) await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("j");
  await page.keyboard.press("a");
  await expect(page.getByRole("dialog")).toContainText(title);
  await page.keyboard.press("Enter");
  await expect(page.locator("#toasts")).toContainText("Approved");
  await expect(page.getByRole("link", { name: title, exact: true })).toHaveCount(0);
});

test("? lists the keys, and letters that are typed into a field stay letters", async ({ as }) => {
  const page = await as("reviewer");
  await page.goto("/portal/clients");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("jax");
  await expect(page.locator("input[type=search]").first()).toHaveValue("jax");
});
