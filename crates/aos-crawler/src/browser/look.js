// What a page looks like to a visitor: the computed colours and fonts of the parts that carry a brand.
// The weights are those of the static reading (brand/style.rs), shared among the elements of one kind.
(() => {
  const colours = [];
  const fonts = [];
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };
  const opaque = (colour) => colour && colour !== "transparent" && !/, 0\)$/.test(colour);
  const see = (selector, role, text, background, font) => {
    const elements = [...document.querySelectorAll(selector)].slice(0, 200).filter(visible).slice(0, 40);
    for (const element of elements) {
      const style = getComputedStyle(element);
      const share = 1 / elements.length;
      if (text) colours.push({ value: style.color, role: `${role} text`, weight: text * share });
      if (background && opaque(style.backgroundColor)) {
        colours.push({ value: style.backgroundColor, role: `${role} background`, weight: background * share });
      }
      if (font) fonts.push({ value: style.fontFamily, role, weight: font * share });
    }
  };
  see("body", "page", 5, 6, 10);
  see("h1, h2, h3", "heading", 4, 0, 6);
  see("p, li", "page", 1, 0, 2);
  see("button, [type=submit], [role=button], a[class*=btn], a[class*=button]", "button", 2, 10, 1);
  see("a[href]", "link", 6, 0, 0);
  see("header, [role=banner], nav", "header", 2, 6, 0);
  see("main section, main > div, body > section, body > div", "section", 0, 3, 0);
  see("footer, [role=contentinfo]", "footer", 0.5, 3, 0);
  const theme = document.querySelector("meta[name=theme-color]");
  if (theme) colours.push({ value: theme.content, role: "theme colour", weight: 6 });
  return { height: document.documentElement.scrollHeight, colours, fonts };
})()
