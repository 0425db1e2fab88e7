/** The simulated platforms of the demonstration, as a person clicks through them. */
import { expect, type Page } from "@playwright/test";

export interface Consent {
  /** Who consents: "Anna Berg" owns everything, "Ben Osei" nothing. */
  as?: string;
  /** Something that is not allowed, by its name. */
  without?: string;
  /** Cancelled instead. */
  denied?: boolean;
}

/** A platform that is connected by consent. */
export interface Vendor {
  name: string;
  /** The account as it stands among the channels; the first that can be chosen. */
  account: RegExp;
}

/** Leads from the channels of a client to the platform's own page. */
export async function leave(page: Page, channels: string, platform: string): Promise<void> {
  await page.goto(channels);
  await page.getByRole("button", { name: `Connect ${platform}`, exact: true }).click();
  await expect(page.getByText(`${platform} is simulated`)).toBeVisible();
  await page.getByRole("link", { name: `Go on to ${platform}` }).click();
  await expect(page.getByText("no password is asked for")).toBeVisible();
}

/** Answers the platform's question; one is back afterwards. */
export async function answer(page: Page, consent: Consent = {}): Promise<void> {
  if (consent.as) await page.getByRole("radio", { name: consent.as }).check();
  if (consent.without) await page.getByRole("checkbox", { name: consent.without }).uncheck();
  await page.getByRole("button", { name: consent.denied ? "Cancel" : "Allow" }).click();
  await expect(page.getByText("no password is asked for")).toHaveCount(0);
}

/** Connects what a platform has, up to the list of channels; of several things the first that can be connected. */
export async function connect(page: Page, channels: string, { name, account }: Vendor): Promise<void> {
  await leave(page, channels, name);
  await answer(page);
  if (/\/consents\//.test(page.url())) {
    const first = page.locator("input[name=target]").first();
    await first.check();
    await page.getByRole("button", { name: "Check and connect" }).click();
  }
  await expect(page.locator("#toasts")).toContainText("Connected and checked.");
  await expect(channelOf(page, name, account).getByText("Connected", { exact: true })).toBeVisible();
}

/** The card of a channel. */
export const channelOf = (page: Page, platform: string, account: RegExp) =>
  page.locator("article.channel").filter({ has: page.getByRole("heading", { name: new RegExp(`^${platform}: ${account.source}`) }) });
