/** How the browser suite runs: see docs/testing.md. */
import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";
import { browserArguments, chromium, results } from "./lib/places";

const wide = { width: 1440, height: 900 };
const config: PlaywrightTestConfig = {
  outputDir: `${results}/failures`,
  globalSetup: "./lib/setup.ts",
  workers: 2,
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  // A test that needs a second try is a defect, which its line in the report names as flaky.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    viewport: wide,
    locale: "en-GB",
    timezoneId: "UTC",
    colorScheme: "light",
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    trace: "retain-on-failure",
    launchOptions: { executablePath: chromium(), args: browserArguments },
  },
  projects: [
    { name: "stories", testDir: "stories" },
    { name: "pages", testDir: "pages" },
    { name: "screens", testDir: "screens" },
    { name: "lighthouse", testDir: "lighthouse", workers: 1 },
  ],
};
export default defineConfig(config);
