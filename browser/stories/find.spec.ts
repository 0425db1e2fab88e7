/** Anything is found from anywhere: the palette, and the page behind it. */
import { expect, test } from "../lib/test";

test("Ctrl K finds a client, a post and an action, and the keyboard alone leads there", async ({ as, shared }) => {
  const page = await as("consultant");
  await page.goto("/portal");
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: /find/i });
  const field = palette.getByRole("combobox");
  await expect(field).toBeFocused();

  await page.keyboard.type("Harbour & P");
  await expect(palette.getByRole("option").first()).toContainText("Harbour & Pine");
  await expect(field).toHaveAttribute("aria-activedescendant", /.+/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/portal/clients/${shared.clients.published}$`));

  await page.keyboard.press("Control+k");
  await page.keyboard.type("music rooms");
  const post = palette.getByRole("option").filter({ hasText: "Harbour & Pine" }).filter({ hasText: "What goes into music rooms" }).first();
  await expect(post).toBeVisible();
  for (let at = 0; at < 20 && (await post.getAttribute("aria-selected")) !== "true"; at++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "What goes into music rooms" }).first()).toBeVisible();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("calendar");
  await palette.getByRole("option").filter({ hasText: /calendar/i }).first().click();
  await expect(page).toHaveURL(/calendar/);
});

test("whatever the rail leads to, the palette leads to as well", async ({ as }) => {
  const page = await as("administrator");
  await page.goto("/portal");
  const rail = page.getByRole("banner").getByRole("navigation", { name: "Main" }).getByRole("link");
  const places = await rail.evaluateAll((links) => links.map((link) => ({ href: link.getAttribute("href") ?? "", words: link.querySelector("span")?.textContent?.trim() ?? "" })));
  expect(places.length).toBeGreaterThan(10);
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Find anything" });
  for (const { href, words } of places) {
    await palette.getByRole("combobox").fill(words);
    await expect(palette.locator(`[role=option] a[href="${href}"]`).first(), `${words} leads to ${href}`).toBeVisible();
  }
});
