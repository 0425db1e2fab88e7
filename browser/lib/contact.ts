/** The contact sheet: all pictures on one page, with what the checks found. */

export interface Shot {
  name: string;
  look: string;
  file: string;
  findings: number;
}

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

export function contactSheet(shots: Shot[], findings: string[]): string {
  const names = [...new Set(shots.map((shot) => shot.name))].sort();
  const rows = names.map((name) => {
    const of = shots.filter((shot) => shot.name === name);
    const pictures = of.map((shot) => {
      const width = shot.look.startsWith("wide") ? 420 : 130;
      return `<a href="${escape(shot.file)}" title="${escape(shot.look)}"><img src="${escape(shot.file)}" width="${width}" alt="${escape(`${name}, ${shot.look}`)}" loading="lazy"></a>`;
    });
    const found = of.reduce((sum, shot) => sum + shot.findings, 0);
    return `<section id="${escape(name)}"><h2>${escape(name)}${found ? ` <b>${found} found</b>` : ""}</h2><div>${pictures.join("")}</div></section>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Screens</title>
<style>body{font:14px system-ui;margin:2rem;background:#e9e9ec}h2{font-size:14px}b{color:#b00}div{display:flex;gap:1rem;align-items:flex-start}img{display:block;max-height:560px;object-fit:cover;object-position:top;box-shadow:0 1px 6px #0003}pre{white-space:pre-wrap}</style>
<h1>${names.length} pages, ${shots.length} pictures, ${findings.length} findings</h1><pre>${escape(findings.join("\n"))}</pre>${rows.join("\n")}</html>`;
}
