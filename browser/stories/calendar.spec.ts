/** The calendar: by hand, by key, and where a day is refused. On the client "briefs", whose ten briefs have their days. */
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../lib/test";

test.describe.configure({ mode: "serial" });
// The whole month is in view: a page that scrolls under the pointer would have something else picked up.
test.use({ viewport: { width: 1440, height: 2400 } });

const entries = (page: Page) => page.locator("#calendar [data-entry][data-date]:not([data-date=''])");
const dayOf = (page: Page, date: string) => page.locator(`[data-day="${date}"]`);

/** A day of this view that is still to come and is not this one. */
async function laterDay(page: Page, not: string): Promise<string> {
  const days = await page.locator("#calendar [data-day]:not([data-past])").evaluateAll((all) => all.map((day) => (day as HTMLElement).dataset.day ?? ""));
  const found = days.filter((day) => day > not).at(-1) ?? days.filter((day) => day !== not).at(-1);
  if (!found) throw new Error("the view has no other day to come");
  return found;
}

const attributes = async (entry: Locator) => ({
  id: (await entry.getAttribute("id")) ?? "",
  date: (await entry.getAttribute("data-date")) ?? "",
  time: (await entry.getAttribute("data-time")) ?? "",
});

/** The month in which the first brief has its day, so that the story tells the same on the last of a month. */
async function open(page: Page, client: string): Promise<void> {
  await page.goto(`/portal/clients/${client}/calendar?view=list`);
  const date = (await entries(page).first().getAttribute("data-date")) ?? "";
  await page.goto(`/portal/clients/${client}/calendar?view=month&date=${date}`);
  await expect(entries(page).first()).toBeVisible();
}

test("a brief is dragged to another day and keeps its time of day; a day that has passed refuses it", async ({ as, shared }) => {
  const page = await as("consultant");
  await open(page, shared.clients.briefs);
  await expect(page.locator(".calendar__zone")).toContainText("Europe/Berlin");
  const { id, date, time } = await attributes(entries(page).first());
  const entry = page.locator(`[id="${id}"]`);
  const to = await laterDay(page, date);

  await entry.dragTo(dayOf(page, to));
  await expect(page.locator("#toasts")).toContainText("is planned for");
  await expect(entry).toHaveAttribute("data-date", to);
  await expect(entry).toHaveAttribute("data-time", time);
  await expect(dayOf(page, to).locator(`[id="${id}"]`)).toBeVisible();

  const past = page.locator("#calendar [data-day][data-past]").first();
  if ((await past.count()) > 0) {
    await entry.dragTo(past);
    await expect(page.locator("#toasts")).toContainText("That day has passed");
    await expect(entry).toHaveAttribute("data-date", to);
  }

  // What was moved by mistake goes back by one button.
  await page.locator("#toasts").getByRole("button", { name: "Undo" }).first().click();
  await expect(entry).toHaveAttribute("data-date", date);
});

test("with the keyboard alone: arrows carry it, Enter puts it down, Escape leaves it", async ({ as, shared }) => {
  const page = await as("reviewer");
  await open(page, shared.clients.briefs);
  // Nothing takes the focus by itself, or the page would begin scrolled to wherever its first entry stands.
  const focused = page.locator("#calendar :focus");
  await expect(focused).toHaveCount(0);
  await page.keyboard.press("j");
  const { id, date, time } = await attributes(page.locator("[data-entry]:focus-within"));
  const entry = page.locator(`[id="${id}"]`);
  const said = page.locator("#calendar-said");

  await page.keyboard.press("ArrowRight");
  await expect(said).toContainText("Enter puts it here");
  await page.keyboard.press("Escape");
  await expect(said).toContainText("stays where it was");
  await expect(entry).toHaveAttribute("data-date", date);

  const next = new Date(`${date}T00:00Z`);
  next.setUTCDate(next.getUTCDate() + 7);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.locator("#toasts")).toContainText("is planned for");
  await expect(entry.locator("[data-primary]")).toBeFocused();
  await page.goto(`/portal/clients/${shared.clients.briefs}/calendar?view=month&date=${next.toISOString().slice(0, 10)}`);
  await expect(entry).toHaveAttribute("data-date", next.toISOString().slice(0, 10));
  await expect(entry).toHaveAttribute("data-time", time);
});
