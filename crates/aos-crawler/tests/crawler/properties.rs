//! Whatever strangers send, the readers end, and keep their promises.

use aos_crawler::{
    address::{Site, normalise, resolve, same_page_key},
    brand::declarations,
    charset,
    document::{DocumentKind, read_now},
    html::parse_html,
    image,
    robots::Robots,
    sitemap::parse_sitemap,
};
use proptest::prelude::*;
use url::Url;

fn base() -> Url {
    Url::parse("https://www.example.com/shop/index.html?page=2").unwrap()
}

/// Pieces that pages are made of, in any order.
fn tag_soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zé<>&\"' \n*_#|-]{0,12}",
        "<(/)?(div|p|a|ul|ol|li|table|tr|td|th|pre|code|b|em|h1|h2|blockquote|svg|script|title|main|nav|head|body|br)>",
        "<a href=['\"]?[a-z0-9:/?#=&%.]{0,20}['\"]?>",
        "&[a-z#0-9x]{0,8};?",
        "<!--[a-z-]{0,5}(-->)?",
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_normal_address_is_its_own_normal_form(path in "[ -~]{0,40}", query in "([a-z_]{0,12}(=[a-z0-9%]{0,6})?&?){0,5}") {
        if let Ok(url) = Url::parse(&format!("HTTP://Example.COM:80/{path}?{query}#x"))
            && let Some(once) = normalise(url)
        {
            prop_assert_eq!(normalise(once.clone()), Some(once.clone()));
            prop_assert!(once.fragment().is_none());
            prop_assert!(!once.as_str().contains("utm_source="));
            let with_www = Url::parse(&once.as_str().replacen("http://", "https://www.", 1)).unwrap();
            prop_assert_eq!(same_page_key(&once), same_page_key(&with_www));
        }
    }

    #[test]
    fn whatever_a_link_says_it_resolves_to_the_web_or_to_nothing(reference in "\\PC{0,60}") {
        if let Some(url) = resolve(&base(), &reference) {
            prop_assert!(matches!(url.scheme(), "http" | "https"));
            prop_assert!(url.has_host());
        }
    }

    #[test]
    fn any_bytes_are_a_page(bytes in prop::collection::vec(any::<u8>(), 0..2_000), charset in "[a-z0-9-]{0,12}") {
        let page = parse_html(&bytes, Some(&format!("text/html; charset={charset}")), &base(), &Site::of(&base()));
        prop_assert!(page.text_hash.len() == 64);
    }

    #[test]
    fn any_soup_of_tags_is_a_page_with_sound_links(html in tag_soup()) {
        let site = Site::of(&base());
        let page = parse_html(html.as_bytes(), None, &base(), &site);
        prop_assert!(page.internal_links.iter().all(|link| site.contains(link)));
        prop_assert!(page.external_links.iter().all(|link| !site.contains(link)));
        let mut links: Vec<&str> = page.internal_links.iter().chain(&page.external_links).map(Url::as_str).collect();
        let all = links.len();
        links.sort_unstable();
        links.dedup();
        prop_assert_eq!(links.len(), all);
        prop_assert_eq!(parse_html(html.as_bytes(), None, &base(), &site), page);
    }

    #[test]
    fn robots_files_are_read_to_their_end(file in "((User-agent|Disallow|Allow|Crawl-delay|Sitemap|#)?:? ?[ -~é]{0,20}\n?){0,20}") {
        let robots = Robots::parse("agency-os", file.as_bytes());
        let _ = robots.allows(&base());
        prop_assert!(robots.allows(&Url::parse("https://www.example.com/robots.txt").unwrap()));
    }

    #[test]
    fn a_closed_path_stays_closed_whatever_follows_it(path in "[a-z]{1,8}", rest in "[a-z0-9/._-]{0,20}") {
        let robots = Robots::parse("agency-os", format!("User-agent: *\nDisallow: /{path}/\n").as_bytes());
        let inside = Url::parse(&format!("https://example.com/{path}/{rest}")).unwrap();
        // `..` leads out again, before any rule is asked.
        prop_assume!(inside.path().starts_with(&format!("/{path}/")));
        prop_assert!(!robots.allows(&inside));
    }

    #[test]
    fn sitemaps_are_read_to_their_end(xml in "(<(/)?(urlset|url|loc|sitemapindex|sitemap|image:image|image:loc)>|[a-z:/.&;<>!\\[\\]-]{0,10}|<!\\[CDATA\\[){0,60}") {
        let read = parse_sitemap(xml.as_bytes());
        prop_assert!(read.pages.iter().chain(&read.sitemaps).all(|address| !address.is_empty() && address.trim() == address));
    }

    #[test]
    fn written_sitemaps_are_read_back(paths in prop::collection::vec("[a-z0-9/]{1,20}", 0..40)) {
        let urls: Vec<String> = paths.iter().map(|path| format!("https://example.com/?q={path}&x=1")).collect();
        let xml: String = urls.iter().map(|url| format!("<url><loc>{}</loc></url>", url.replace('&', "&amp;"))).collect();
        prop_assert_eq!(parse_sitemap(format!("<?xml version='1.0'?><urlset>{xml}</urlset>").as_bytes()).pages, urls);
    }

    #[test]
    fn any_bytes_are_no_danger_as_files(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = image::inspect(&bytes);
        let _ = charset::decode(&bytes, None);
        let _ = parse_sitemap(&bytes);
        let _ = read_now(DocumentKind::Word, &bytes);
        let _ = read_now(DocumentKind::Pdf, &[b"%PDF-1.5\n", bytes.as_slice()].concat());
    }

    #[test]
    fn any_style_sheet_is_read_to_its_end(css in "([a-z.#:@ ]{0,12}[{};]?|var\\(--[a-z]{0,3}|color:|#[0-9a-f]{3,6}|\\)|\\(|/\\*|\"){0,60}") {
        let _ = declarations(&css);
    }
}
