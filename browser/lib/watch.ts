/** Notes what a page complains about while a story goes on. */
import type { Page } from "@playwright/test";

export class Watch {
  readonly found: string[] = [];
  private readonly allowed: RegExp[] = [];

  /** For a story in which a refusal is what is shown. */
  expecting(words: RegExp): void {
    this.allowed.push(words);
  }

  on(page: Page): void {
    page.on("console", (message) => {
      if (message.type() === "error") this.note(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => {
      // The browser gives up fading from page to page when the next one was there first. Nobody's script says that.
      if (!/^Transition was (aborted|skipped)/.test(error.message)) this.note(`script: ${error.message}`);
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // A page that is left ends its stream and what was still under way.
      if (why !== "net::ERR_ABORTED") this.note(`${request.url()}: ${why}`);
    });
  }

  private note(words: string): void {
    if (!this.allowed.some((allowed) => allowed.test(words))) this.found.push(words);
  }
}
