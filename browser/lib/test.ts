/**
 * What every story starts from: pages of people who are signed in, watched for what must never happen on them: an error
 * of a script, something that the content policy had to stop, a request that failed.
 */
import { test as base, expect, type Browser, type Page } from "@playwright/test";
import { installation, session, type Installation, type Person } from "./installation";
import { Watch } from "./watch";

interface Given {
  /** The installation that all stories share. */
  shared: Installation;
  watch: Watch;
  /** A page of somebody who is signed in. */
  as(person: Person): Promise<Page>;
  /** A page of nobody, by default of the shared installation. */
  stranger(url?: string): Promise<Page>;
}

export const test = base.extend<Given>({
  shared: async ({}, use) => use(installation()),
  watch: async ({}, use) => {
    const watch = new Watch();
    await use(watch);
    expect(watch.found, "on every page: no error, nothing that the content policy stopped").toEqual([]);
  },
  as: async ({ browser, shared, watch }, use) => {
    const opened = new Contexts(browser, watch);
    await use((person) => opened.page(shared.url, session(person)));
    await opened.close();
  },
  stranger: async ({ browser, shared, watch }, use) => {
    const opened = new Contexts(browser, watch);
    await use((url = shared.url) => opened.page(url));
    await opened.close();
  },
});

class Contexts {
  private readonly close_: (() => Promise<void>)[] = [];
  constructor(
    private readonly browser: Browser,
    private readonly watch: Watch,
  ) {}

  async page(baseURL: string, storageState?: string): Promise<Page> {
    const context = await this.browser.newContext({ baseURL, ...(storageState ? { storageState } : {}) });
    this.close_.push(() => context.close());
    const page = await context.newPage();
    this.watch.on(page);
    return page;
  }
  async close(): Promise<void> {
    for (const close of this.close_) await close();
  }
}

export { expect };
