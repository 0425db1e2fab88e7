//! Pages as they are found, and what we read of them.

use super::*;

fn read(html: &str) -> ParsedPage {
    let url = Url::parse("https://example.com/shop/index.html").unwrap();
    parse_html(html.as_bytes(), Some("text/html"), &url, &Site::of(&url))
}

const BAKERY: &str = r##"<!doctype html><html lang="en-GB"><head><title> The  Old Bakery </title>
<meta name="description" content="Bread &amp; cakes"><link rel="canonical" href="/shop/"></head><body class="has-sidebar">
<header><nav><a href="/">Home</a> <a href="/about#team">About</a></nav></header>
<div class="cookie-banner">We use cookies, a great many of them.</div>
<main><h1>Bread since 1901 <a class="headerlink" href="#x">¶</a></h1>
<p>We bake <strong>sourdough</strong> every day, see <a href="bread.html?utm_source=x">our bread</a>.</p>
<ul><li>Rye</li><li>Spelt <ul><li>light</li><li>dark</li></ul></li></ul>
<ol start="3"><li>Mix</li><li>Wait</li></ol>
<pre><code>flour = 500
  water = 350</code></pre>
<table><tr><th>Loaf</th><th>Price</th></tr><tr><td>Rye</td><td>3 | 4</td></tr></table>
<blockquote><p>Best in town.</p></blockquote>
<img src="loaf.jpg" alt="A loaf"><img src="pixel.gif" width=1 height=1>
</main><footer><a href="https://other.example/">Made by others</a> © 2026</footer></body></html>"##;

#[test]
fn a_page_says_who_it_is() {
    let page = read(BAKERY);
    assert_eq!(page.title, "The Old Bakery");
    assert_eq!(page.description, "Bread & cakes");
    assert_eq!(page.h1, ["Bread since 1901"]);
    assert_eq!(page.language.as_deref(), Some("en"));
    assert_eq!(page.canonical[0].as_str(), "https://example.com/shop/");
    let links: Vec<&str> = page.internal_links.iter().map(Url::as_str).collect();
    assert_eq!(links, ["https://example.com/", "https://example.com/about", "https://example.com/shop/bread.html"]);
    assert_eq!(page.external_links[0].as_str(), "https://other.example/");
    assert_eq!(page.images.len(), 1);
    assert_eq!(page.images[0].alt, "A loaf");
    assert!(!page.needs_scripts && !page.noindex);
}

#[test]
fn the_readable_part_is_markdown_without_its_frame() {
    let page = read(BAKERY);
    let expected = "# Bread since 1901\n\nWe bake **sourdough** every day, see [our \
                    bread](https://example.com/shop/bread.html).\n\n- Rye\n- Spelt\n  - light\n  - dark\n\n3. Mix\n4. \
                    Wait\n\n```\nflour = 500\n  water = 350\n```\n\n| Loaf | Price |\n| --- | --- |\n| Rye | 3 \\| 4 \
                    |\n\n> Best in town.";
    assert_eq!(page.reading.markdown, expected);
    assert!(page.reading.plain.starts_with("Bread since 1901 We bake sourdough every day, see our bread"));
}

#[test]
fn a_table_of_one_column_is_a_table_once_it_has_a_head() {
    let rows = "<tr><td><p><code>NOT BETWEEN</code></p><p>Outside of the range.</p><pre>7\n  NOT</pre></td></tr>";
    let headed = read(&format!("<table><thead><tr><th><p>Operator</p><p>Meaning</p></th></tr></thead>{rows}</table>"));
    assert_eq!(
        headed.reading.markdown,
        "| Operator Meaning |\n| --- |\n| `NOT BETWEEN` Outside of the range. `7 NOT` |"
    );
    // Without one it only arranges the page, as in an old newsletter.
    let arranging = read(&format!("<table>{rows}</table>"));
    assert_eq!(arranging.reading.markdown, "`NOT BETWEEN`\n\nOutside of the range.\n\n```\n7\n  NOT\n```");
}

#[test]
fn a_term_keeps_what_it_means() {
    let page = read(
        "<dl><dt>Monday<dt>Tuesday:<dd>9 to 5<div><dt><code>PQexec</code></dt><dd><p>Submits a command.</p><p>Then it \
         waits.</p></dd></div><dt><a href=/rye>Rye</a> <dd><ul><li>light<li>dark</ul><dt>Spelt</dt><p>By <code>the</code><code>.way</code>.</dl><p>After",
    );
    let expected = "- **Monday**, **Tuesday**: 9 to 5\n- `PQexec`: Submits a command.\n\n  Then it waits.\n\n- \
                    **[Rye](https://example.com/rye)**:\n  - light\n  - dark\n- **Spelt**: By `the.way`.\n\nAfter";
    assert_eq!(page.reading.markdown, expected);
    assert!(
        page.reading.plain.starts_with("Monday Tuesday: 9 to 5 PQexec Submits a command. Then it waits. Rye light")
    );
}

#[test]
fn two_lists_in_a_row_stay_two_lists() {
    let page = read("<ul><li>a</li></ul><p>Then.</p><ul><li><p>b</p><p>more</p></li><li>c</li></ul>");
    assert_eq!(page.reading.markdown, "- a\n\nThen.\n\n- b\n\n  more\n\n- c");
}

#[test]
fn an_item_is_numbered_once_whatever_is_in_it() {
    let page = read(
        "<ol><li><div><p>One</p><div><p>more</p></div></div></li><li><ul><li>inner</li></ul></li><li><blockquote>Said\
         </blockquote></li></ol>",
    );
    assert_eq!(page.reading.markdown, "1. One\n\n   more\n\n- inner\n3. > Said");
}

#[test]
fn comments_and_forms_are_not_what_a_page_says() {
    let page = read(
        "<main><h1>Hello</h1><p>A short post about nothing much.</p><div id=comments class=wp-block-comments><h2>Comments\
         </h2><ol><li>A stranger says something long about it.</li></ol><form><label>Name</label><input></form></div>\
         <form><label>E-mail</label><input></form></main>",
    );
    assert_eq!(page.reading.markdown, "# Hello\n\nA short post about nothing much.");
}

#[test]
fn a_page_without_landmarks_loses_its_menus_only() {
    let menu: String = (0..12).map(|n| format!("<li><a href='/p{n}'>Item {n}</a></li>")).collect();
    let text = "Our workshop restores wooden boats in the old harbour. ".repeat(12);
    let page = read(&format!(
        "<body><div class=navheader><a href=a>Prev</a></div><ul>{menu}</ul><div class=sect1><h2>Boats</h2><p>{text}</p>\
         </div><div id=footer>© Boats</div></body>"
    ));
    assert!(page.reading.markdown.starts_with("## Boats\n\nOur workshop"), "{}", page.reading.markdown);
    assert!(!page.reading.markdown.contains('©'));
    assert_eq!(page.internal_links.len(), 13);
}

#[test]
fn what_looks_like_a_frame_is_kept_when_it_is_the_page() {
    let page =
        read("<body><div class='menu'><h2>Dinner</h2><p>Trout with almonds, potatoes and salad, 18.50</p></div>");
    assert!(page.reading.markdown.contains("Trout"));
    let page = read("<body><div class='widget sidebar'><p>Hello, this is all that we have to say today.</p></div>");
    assert!(page.reading.markdown.contains("all that we have"));
}

#[test]
fn text_that_looks_like_markup_is_held_back() {
    let page = read("<p>1. is no list</p><p># no heading</p><p>a * b &lt;script> [x] snake_case</p>");
    assert_eq!(page.reading.markdown, "1\\. is no list\n\n\\# no heading\n\na \\* b \\<script> \\[x\\] snake_case");
}

#[test]
fn an_empty_shell_with_scripts_needs_a_browser() {
    assert!(read("<body><div id=root></div><script src=app.js></script>").needs_scripts);
    assert!(!read("<body><div id=root></div>").needs_scripts);
    assert!(!read(BAKERY).needs_scripts);
}

#[test]
fn robots_words_are_read_from_meta_and_header_alike() {
    assert!(read("<meta name=robots content='NOINDEX, follow'>").noindex);
    assert_eq!(robots_words("none"), (true, true));
    assert_eq!(robots_words("otherbot: nofollow"), (false, true));
    assert_eq!(robots_words("max-snippet:-1, index"), (false, false));
}

#[test]
fn the_language_is_heard_where_it_is_not_said() {
    let text = "Wir backen jeden Tag frisches Brot aus Getreide, das auf den Feldern unserer Nachbarn gewachsen ist, und \
                verkaufen es in unserem Laden am Marktplatz.";
    assert_eq!(read(&format!("<p>{text}</p>")).language.as_deref(), Some("de"));
    assert_eq!(read("<p>Hm</p>").language, None);
}

#[test]
fn broken_pages_are_pages_too() {
    for html in ["", "<", "<a href=", "<p><b></p></b>", "<table><li></table>", "&#xD800;&bogus;", "<title>", "<!--"] {
        let page = read(html);
        assert!(page.reading.words < 5, "{html}");
    }
    let wide = read(&"<a href='?x=1&y='>a</a>".repeat(3));
    assert_eq!(wide.internal_links.len(), 1);
}
