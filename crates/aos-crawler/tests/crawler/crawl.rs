//! What a crawl of an ordinary site brings home.

use aos_capabilities::crawl::{BrandSource, CrawlLimits, CrawlOutcome, CrawlRequest, Severity, SiteCrawler};
use aos_crawler::{BrowserChoice, MemorySink};
use axum::http::HeaderName;
use tokio_util::sync::CancellationToken;

use crate::site::{Answer, Site, page, paths, tells};

const PROSE: &str = "<p>We restore wooden boats in the old harbour, from the keel to the last coat of varnish, and we teach \
    others how it is done. Every spring we open the yard to visitors for a week.</p>";

/// The head of a PNG and some bytes of its own.
fn png(width: u32, height: u32, salt: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, salt]);
    bytes
}

#[tokio::test]
async fn a_small_business_site_is_read_whole() {
    let site = Site::build()
        .page("/", "Boatyard", &format!("{PROSE}<a href='/services'>Services</a> <a href='/about#team'>About</a>"))
        .page("/services", "Services", &format!("{PROSE}<a href='/'>Home</a><img src='/boat.png' alt='A boat'>"))
        .page(
            "/about",
            "About us",
            "<p>Short.</p><a href='/gone'>Gone</a><a href='https://elsewhere.example/'>Away</a>",
        )
        .answer("/boat.png", Answer::new(200, "image/png", png(640, 480, 1)))
        .serve()
        .await;
    let (summary, collected) = site.crawl().await;
    assert_eq!(summary.outcome, CrawlOutcome::Complete, "{:?}", summary.incomplete);
    assert!(summary.incomplete.is_empty());
    assert_eq!(paths(&collected.pages), ["/", "/about", "/services"]);
    let home = page(&collected.pages, "/");
    assert_eq!((home.title.as_str(), home.depth, home.status), ("Boatyard", 0, 200));
    assert!(home.markdown.starts_with("# Boatyard\n\nWe restore wooden boats"));
    assert_eq!(page(&collected.pages, "/about").external_links, ["https://elsewhere.example/"]);
    assert_eq!(page(&collected.pages, "/services").depth, 1);
    let image = &collected.images[0];
    assert_eq!((image.alt.as_str(), image.width, image.page_url.clone()), ("A boat", Some(640), site.url("/services")));
    let broken = summary.findings.iter().find(|finding| finding.code == "broken_link").unwrap();
    assert_eq!(broken.url.as_deref(), Some(site.url("/about").as_str()));
    assert!(broken.message.contains("/gone") && broken.message.contains("answers 404"), "{}", broken.message);
    let about = page(&collected.pages, "/about");
    assert!(about.findings.iter().any(|finding| finding.code == "thin_text" && finding.severity == Severity::Info));
    assert_eq!(summary.progress.pages, 3);
    assert_eq!(site.asked_for("/about"), 1);
}

#[tokio::test]
async fn the_owners_rules_are_kept() {
    let site = Site::build()
        .robots("User-agent: *\nDisallow: /private\n\nUser-agent: agency-os\nDisallow: /drafts\n")
        .page("/", "Home", "<a href='/drafts/1'>Draft</a><a href='/private/1'>Private</a><a href='/open'>Open</a>")
        .page("/private/1", "Private", PROSE)
        .page("/drafts/1", "Draft", PROSE)
        .page("/open", "Open", PROSE)
        .serve()
        .await;
    let (summary, collected) = site.crawl().await;
    assert!(summary.robots_found);
    assert_eq!(paths(&collected.pages), ["/", "/open", "/private/1"]);
    assert_eq!(site.asked_for("/drafts/1"), 0);
    assert!(tells(&summary, "robots_forbids"));
    assert_eq!(summary.outcome, CrawlOutcome::Complete);
}

#[tokio::test]
async fn pages_that_no_link_leads_to_are_found_in_the_sitemap() {
    let site = Site::build()
        .robots("Sitemap: /maps/index.xml\n")
        .page("/", "Home", PROSE)
        .page("/island", "Island", "<p>No link leads here, and still it is a page with some words of its own.</p>")
        .serve()
        .await;
    // The addresses in the maps need the port, which is known only now.
    let maps = Site::build()
        .robots(&format!("Sitemap: {}\n", site.url("/maps/index.xml")))
        .page("/", "Home", PROSE)
        .page("/island", "Island", PROSE)
        .answer(
            "/maps/index.xml",
            Answer::new(200, "application/xml", "<sitemapindex><sitemap><loc>pages.xml</loc></sitemap></sitemapindex>"),
        )
        .answer(
            "/maps/pages.xml",
            Answer::new(
                200,
                "application/xml",
                "<urlset><url><loc>/island</loc></url><url><loc>https://other.example/x</loc></url><broken",
            ),
        )
        .serve()
        .await;
    let (_, collected) = site.crawl().await;
    assert_eq!(paths(&collected.pages), ["/"], "a declared sitemap that is not there costs nothing");
    let (summary, _) = maps.crawl().await;
    assert!(summary.sitemaps.is_empty(), "the declared sitemap is on a host that may not be visited");

    let usual = Site::build()
        .page("/", "Home", PROSE)
        .page("/island", "Island", PROSE)
        .answer(
            "/sitemap.xml",
            Answer::new(
                200,
                "application/xml",
                "<sitemapindex><sitemap><loc>/maps/pages.xml</loc></sitemap></sitemapindex>",
            ),
        )
        .answer(
            "/maps/pages.xml",
            Answer::new(
                200,
                "application/xml",
                "<urlset><url><loc>/island</loc></url><url><loc>https://other.example/x</loc></url><broken",
            ),
        )
        .serve()
        .await;
    let (summary, collected) = usual.crawl().await;
    assert_eq!(paths(&collected.pages), ["/", "/island"]);
    assert_eq!(summary.sitemaps.len(), 2);
    assert!(tells(&summary, "sitemap_cut"));
}

#[tokio::test]
async fn redirects_lead_to_one_page_and_circles_end() {
    let site = Site::build()
        .page(
            "/",
            "Home",
            "<a href='/old'>Old</a><a href='/older'>Older</a><a href='/a'>Circle</a><a href='/new'>New</a>",
        )
        .page("/new", "New", PROSE)
        .redirect("/old", "/new")
        .redirect("/older", "/step")
        .redirect("/step", "/last")
        .page("/last", "Last", PROSE)
        .redirect("/a", "/b")
        .redirect("/b", "/a")
        .serve()
        .await;
    let (summary, collected) = site.crawl().await;
    let titles: Vec<&str> = collected.pages.iter().map(|page| page.title.as_str()).collect();
    assert_eq!(titles.iter().filter(|title| **title == "New").count(), 1);
    let last = collected.pages.iter().find(|page| page.title == "Last").unwrap();
    assert_eq!((last.url.clone(), last.final_url.clone()), (site.url("/older"), site.url("/last")));
    assert!(last.findings.iter().any(|finding| finding.code == "redirect_chain"));
    assert!(tells(&summary, "redirect_loop"));
    assert_eq!(collected.pages.len(), 3);
}

#[tokio::test]
async fn a_start_address_that_moved_is_read_where_it_moved_to() {
    let new =
        Site::build().page("/", "New home", "<a href='/more'>More</a>").page("/more", "More", PROSE).serve().await;
    let old = Site::build().redirect("/", new.start.as_str()).serve().await;
    let rules = [&old, &new].map(|site| format!("127.0.0.1:{}", site.start.port().unwrap()).parse().unwrap());
    let sink = MemorySink::new(|_| ());
    let crawler = crate::site::crawler(rules.to_vec(), BrowserChoice::Off);
    let summary = crawler.crawl(old.request(), &sink, CancellationToken::new()).await;
    assert!(tells(&summary, "moved_site"));
    assert_eq!(sink.into_collected().pages.len(), 2);
}

#[tokio::test]
async fn what_pages_ask_of_crawlers_is_kept_and_told() {
    let site = Site::build()
        .html("/", "<title>Home</title><meta name=robots content=nofollow><a href='/hidden'>x</a><link rel=canonical href='/'>")
        .page("/hidden", "Hidden", PROSE)
        .serve()
        .await;
    let (_, collected) = site.crawl().await;
    assert_eq!(paths(&collected.pages), ["/"]);

    let site = Site::build()
        .answer(
            "/",
            Answer::new(200, "text/html", "<title>Home</title><link rel=canonical href='/other'><h1>a</h1><h1>b</h1>")
                .with(HeaderName::from_static("x-robots-tag"), "noindex"),
        )
        .page("/other", "Other", PROSE)
        .serve()
        .await;
    let (_, collected) = site.crawl().await;
    let home = page(&collected.pages, "/");
    assert!(home.noindex);
    let codes: Vec<&str> = home.findings.iter().map(|finding| finding.code.as_str()).collect();
    for code in ["noindex", "canonical_elsewhere", "several_h1", "missing_description", "not_https", "thin_text"] {
        assert!(codes.contains(&code), "{code} is missing in {codes:?}");
    }
    assert_eq!(collected.pages.len(), 2, "the canonical page is read, too");
}

#[tokio::test]
async fn documents_are_read_and_twins_are_noticed() {
    let site = Site::build()
        .page("/", "Yard", &format!("{PROSE}<a href='/copy'>Copy</a><a href='/prices.txt'>Prices</a><a href='/broken.pdf'>PDF</a><a href='/made.pdf'>PDF</a>"))
        .page("/copy", "Yard", PROSE)
        .answer("/prices.txt", Answer::new(200, "text/plain", "Varnish: 40\nKeel: 900"))
        .answer("/broken.pdf", Answer::new(200, "application/pdf", "%PDF-1.4 and then nothing"))
        .answer("/made.pdf", Answer::new(200, "application/pdf", pdf("Welcome to the yard")))
        .serve()
        .await;
    let (summary, collected) = site.crawl().await;
    let mut texts: Vec<&str> = collected.documents.iter().map(|document| document.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["Varnish: 40\nKeel: 900", "Welcome to the yard"]);
    assert!(tells(&summary, "unreadable_document"));
    assert!(tells(&summary, "duplicate_title"));
    assert_eq!(summary.outcome, CrawlOutcome::Complete);
}

/// The smallest PDF that shows one line.
fn pdf(line: &str) -> Vec<u8> {
    let stream = format!("BT /F1 24 Tf 72 720 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        file.push_str(&format!("{offset:010} 00000 n \n"));
    }
    file.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    file.into_bytes()
}

#[tokio::test]
async fn pictures_are_kept_once_and_within_their_limit() {
    let images: String = (0..6).map(|n| format!("<img src='/{n}.png' alt='{n}'>")).collect();
    let mut site = Site::build().page("/", "Gallery", &format!("{PROSE}{images}<img src='/tiny.png'>"));
    for n in 0..6 {
        // The first two are the same picture.
        site = site.answer(&format!("/{n}.png"), Answer::new(200, "image/png", png(100, 100, n.max(1))));
    }
    let site = site.answer("/tiny.png", Answer::new(200, "image/png", png(2, 2, 9))).serve().await;
    let (_, collected) = site.crawl().await;
    assert_eq!(collected.images.len(), 5);
    let (summary, collected) = site.crawl_within(CrawlLimits { images: 2, ..CrawlLimits::default() }).await;
    assert!(collected.images.len() <= 2);
    assert!(tells(&summary, "media_limit"));
    assert_eq!(summary.outcome, CrawlOutcome::Complete);
}

#[tokio::test]
async fn without_a_browser_the_brand_is_read_from_the_style_sheets_and_says_so() {
    let site = Site::build()
        .html("/", "<title>Acme</title><link rel=stylesheet href=/style.css><header><a href=/><img src=/logo.svg></a></header>")
        .answer("/style.css", Answer::new(200, "text/css", "body{font-family:Lora,serif;color:#222}.btn{background:#d35400}"))
        .serve()
        .await;
    let request = CrawlRequest { brand: true, ..site.request() };
    let sink = MemorySink::new(|_| ());
    let summary = site.crawler(BrowserChoice::Off).crawl(request, &sink, CancellationToken::new()).await;
    let brand = summary.brand.unwrap();
    assert_eq!(brand.source, BrandSource::StaticCss);
    assert_eq!(brand.colours[0].hex, "#d35400");
    assert_eq!(brand.fonts[0].family, "Lora");
    assert_eq!(brand.logo_url, Some(site.url("/logo.svg")));
    assert!(brand.note.unwrap().contains("switched off"));
    assert!(brand.screenshot.is_none());
}
