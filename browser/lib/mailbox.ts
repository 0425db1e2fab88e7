/** The simulated mail server of the demonstration, as a person's mailbox. */
import { expect, type APIRequestContext } from "@playwright/test";

export interface Letter {
  to: string;
  subject: string;
  /** The text part, as a mail program shows it. */
  text: string;
}

const plain = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** The newest letter to this address whose subject holds these words; waits until there is one. */
export async function letter(request: APIRequestContext, mailbox: string, to: string, subject: string): Promise<Letter> {
  let found: { path: string; subject: string } | undefined;
  const look = async () => {
    const list = await (await request.get(mailbox)).text();
    const rows = [...list.matchAll(/<td>([^<]*)<\/td><td><a href="([^"]*)">([^<]*)<\/a>/g)];
    found = rows
      .map(([, address, path, words]) => ({ address: plain(address ?? ""), path: path ?? "", subject: plain(words ?? "") }))
      .find((row) => row.address === to && row.subject.includes(subject));
    return found !== undefined;
  };
  await expect.poll(look, { message: `a letter to ${to} about “${subject}”` }).toBe(true);
  const { path, subject: whole } = found ?? { path: "", subject: "" };
  const page = await (await request.get(mailbox + path)).text();
  return { to, subject: whole, text: plain(/<pre>([\s\S]*?)<\/pre>/.exec(page)?.[1] ?? "") };
}

/** The address in a letter that starts so, as `/a/`. */
export function link(letter: Letter, start: string): string {
  const found = /http:\/\/[^\s/]+(\/[^\s]*)/g;
  for (const [, path] of letter.text.matchAll(found)) if (path?.startsWith(start)) return path;
  throw new Error(`no address ${start}… in:\n${letter.text}`);
}
