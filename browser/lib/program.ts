/** The real binary as a process: started on a free port and a folder of its own, stopped politely. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program } from "./places";

/** How long a start may take on a machine that is busy with something else. */
const PATIENCE_MS = 240_000;

export interface Running {
  /** What it said until it was ready. */
  said: string;
  folder: string;
  stop(): Promise<void>;
}

/** Whoever runs the suite may have settings of their own; they are not the suite's. */
function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AGENCY_OS_")));
  return { ...plain, AGENCY_OS_CRAWL__BROWSER: "none", RUST_LOG: "error", ...extra };
}

/** Starts it and resolves when it has said this. The folder goes when it is stopped. */
export async function start(words: string[], ready: RegExp, extra: NodeJS.ProcessEnv = {}, folder = newFolder()): Promise<Running> {
  const child = spawn(program, [...words, "--data", folder, "--port", "0"], { env: environment(extra), stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`not ready after ${PATIENCE_MS / 1000} seconds:\n${said}`));
    }, PATIENCE_MS);
    const hear = (text: Buffer) => {
      said += text.toString();
      if (!ready.test(said)) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`${program} ended with ${code}:\n${said}`));
    });
  });
  return {
    said,
    folder,
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command of the program to its end; answers what it printed. */
export function run(words: string[], folder: string, input = ""): string {
  return execFileSync(program, [...words, "--data", folder], { env: environment(), input, encoding: "utf8" });
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "agency-os-browser-"));
}

/** The address that it printed, without the slash at the end. */
export function address(said: string): string {
  const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
  if (!found) throw new Error(`no address in:\n${said}`);
  return found[0];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const over = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const hurry = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await over;
  clearTimeout(hurry);
}
