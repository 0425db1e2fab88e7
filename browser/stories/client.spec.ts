/** A client is registered, and the crawl is seen at work without a reload. */
import { expect, test } from "../lib/test";

test("a consultant registers a client and sees the crawl come in by itself", async ({ as, shared, watch }) => {
  const page = await as("consultant");
  await page.goto("/portal/clients");
  await page.getByRole("link", { name: /client/i }).filter({ hasText: /new|add/i }).first().click();

  // What is wrong is said at its field, and nothing that was typed is lost.
  watch.expecting(/status of 422/);
  await page.getByLabel("Name of the brand").fill("Fernhill Lodges");
  await page.getByLabel("Website").fill("not an address");
  await page.getByRole("button", { name: /Make the client/ }).click();
  await expect(page.getByLabel("Website")).toHaveAccessibleDescription(/address/i);
  await expect(page.getByLabel("Name of the brand")).toHaveValue("Fernhill Lodges");

  await page.getByLabel("Website").fill(shared.website);
  await page.getByRole("button", { name: /Make the client/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Fernhill Lodges" })).toBeVisible();

  const id = new URL(page.url()).pathname.split("/")[3];
  await page.goto(`/portal/clients/${id}/website`);
  // Other stories have the same site crawled, which is asked politely by all of them together. No reload: the page hears of each step and fetches its own part again.
  await expect(page.locator("#crawl .badge")).toHaveText(/finished|complete|done/i, { timeout: 90_000 });
  await expect(page.locator("#crawl .figures")).toContainText("45");
});
