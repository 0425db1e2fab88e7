//! Sites that are broken, endless, hostile or not there: each ends in bounds and with words for a person.

use std::time::Duration;

use aos_capabilities::crawl::{CrawlLimits, CrawlOutcome, SiteCrawler};
use aos_crawler::{BrowserChoice, MemorySink};
use axum::body::{Body, Bytes};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::site::{Answer, Site, crawler, page, request, tells};

/// Crawls an address that is not one of our sites.
async fn crawl_of(start: &str) -> aos_capabilities::crawl::CrawlSummary {
    let sink = MemorySink::new(|_| ());
    let start = Url::parse(start).unwrap();
    crawler(Vec::new(), BrowserChoice::Off).crawl(request(start), &sink, CancellationToken::new()).await
}

#[tokio::test]
async fn private_addresses_are_refused_with_words() {
    for start in
        ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]:8080/", "http://10.0.0.1/"]
    {
        let summary = crawl_of(start).await;
        assert_eq!(summary.outcome, CrawlOutcome::Failed, "{start}");
        assert!(summary.incomplete[0].contains("does not call"), "{start}: {:?}", summary.incomplete);
        assert!(tells(&summary, "incomplete"));
    }
}

#[tokio::test]
async fn a_site_that_leads_to_a_private_address_is_not_followed_there() {
    let site = Site::build()
        .page("/", "Home", "<a href='/door'>Door</a><img src='http://169.254.169.254/i.png'>")
        .redirect("/door", "http://169.254.169.254/latest")
        .serve()
        .await;
    let (summary, collected) = site.crawl().await;
    assert_eq!((summary.outcome, collected.pages.len(), collected.images.len()), (CrawlOutcome::Complete, 1, 0));
}

#[tokio::test]
async fn nobody_answers_and_no_web_address() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let sink = MemorySink::new(|_| ());
    let start = Url::parse(&format!("http://{address}/")).unwrap();
    let crawler = crawler(vec![address.to_string().parse().unwrap()], BrowserChoice::Off);
    let summary = crawler.crawl(request(start), &sink, CancellationToken::new()).await;
    assert_eq!(summary.outcome, CrawlOutcome::Failed);
    assert!(summary.incomplete[0].contains("did not accept a connection"), "{:?}", summary.incomplete);

    let summary = crawl_of("ftp://files.example.com/").await;
    assert_eq!(summary.outcome, CrawlOutcome::Failed);
    assert!(summary.incomplete[0].contains("not the address of a website"));
}

#[tokio::test]
async fn closed_doors_are_told_apart() {
    let forbidden = Site::build().robots("User-agent: *\nDisallow: /\n").page("/", "Home", "").serve().await;
    let (summary, _) = forbidden.crawl().await;
    assert_eq!(summary.outcome, CrawlOutcome::Failed);
    assert!(summary.incomplete[0].contains("robots.txt does not allow"), "{:?}", summary.incomplete);
    assert_eq!(forbidden.asked_for("/"), 0);

    let broken =
        Site::build().answer("/robots.txt", Answer::new(503, "text/plain", "")).page("/", "Home", "").serve().await;
    let (summary, _) = broken.crawl().await;
    assert_eq!(summary.outcome, CrawlOutcome::Failed);
    assert!(summary.incomplete[0].contains("503"), "{:?}", summary.incomplete);
    assert_eq!(broken.asked_for("/"), 0);

    let gone = Site::build().answer("/", Answer::new(410, "text/html", "gone")).serve().await;
    let (summary, _) = gone.crawl().await;
    assert!(summary.incomplete[0].contains("answers 410"), "{:?}", summary.incomplete);
}

#[tokio::test]
async fn something_that_is_no_website_is_named() {
    let site = Site::build().answer("/", Answer::new(200, "application/json", "{}")).serve().await;
    let (summary, _) = site.crawl().await;
    assert_eq!(summary.outcome, CrawlOutcome::Failed);
    assert!(summary.incomplete[0].contains("application/json"), "{:?}", summary.incomplete);
}

#[tokio::test]
async fn a_page_of_fifty_megabytes_is_cut_and_told() {
    let piece = Bytes::from("<p>And another paragraph about nothing.</p>".repeat(1_000));
    let pieces = (50 << 20) / piece.len();
    let body = move || {
        let piece = piece.clone();
        let pieces = (0..pieces).map(move |_| Ok::<_, std::convert::Infallible>(piece.clone()));
        Body::from_stream(futures::stream::iter(pieces))
    };
    let site = Site::build().answer("/", Answer::streaming("text/html", body)).serve().await;
    let limits = CrawlLimits { page_bytes: 1 << 20, ..CrawlLimits::default() };
    let (summary, collected) = site.crawl_within(limits).await;
    let home = page(&collected.pages, "/");
    assert_eq!(home.bytes, 1 << 20);
    assert!(home.findings.iter().any(|finding| finding.code == "truncated"));
    assert!(summary.progress.bytes <= 1 << 20);
}

#[tokio::test]
async fn a_hundred_thousand_links_are_bounded() {
    let links: String = (0..100_000).map(|n| format!("<a href='/p{n}'>{n}</a>")).collect();
    let mut site = Site::build().page("/", "Maze", &links);
    for n in 0..60 {
        site = site.page(&format!("/p{n}"), &format!("Room {n}"), "<p>A room like all others.</p>");
    }
    let site = site.serve().await;
    let (summary, collected) = site.crawl_within(CrawlLimits { pages: 40, ..CrawlLimits::default() }).await;
    assert_eq!(summary.outcome, CrawlOutcome::Incomplete);
    assert_eq!(collected.pages.len(), 40);
    assert!(summary.incomplete[0].contains("40 pages, its limit"), "{:?}", summary.incomplete);
    assert!(collected.found.len() <= 10_000, "{}", collected.found.len());
    assert!(site.asked().len() < 100);
}

#[tokio::test]
async fn a_calendar_without_end_does_not_eat_the_crawl() {
    // Every month links to the next one; the server answers all of them alike.
    let mut site = Site::build().page("/", "Home", "<a href='/cal/0'>Calendar</a><a href='/about'>About</a>");
    for n in 0..400 {
        site = site.page(&format!("/cal/{n}"), "Calendar", &format!("<a href='/cal/{}'>Next</a>", n + 1));
    }
    let site = site.page("/about", "About", "<p>Us</p>").serve().await;
    let (summary, collected) = site.crawl_within(CrawlLimits { depth: 5, ..CrawlLimits::default() }).await;
    assert_eq!(summary.outcome, CrawlOutcome::Incomplete);
    assert!(summary.incomplete.iter().any(|words| words.contains("deeper")), "{:?}", summary.incomplete);
    assert!(collected.pages.len() <= 7);
    assert!(collected.pages.iter().any(|page| page.title == "About"));
}

#[tokio::test]
async fn bad_encodings_are_read_as_well_as_they_can_be() {
    let site = Site::build()
        .answer(
            "/",
            Answer::new(200, "text/html", b"<title>Caf\xe9</title><a href=/b>b</a><a href=/c>c</a>".as_slice()),
        )
        .answer("/b", Answer::new(200, "text/html; charset=klingon", "<title>Žluť</title>"))
        .answer("/c", Answer::new(200, "text/html; charset=utf-8", b"<title>x\xff\xfe\x00y</title>".as_slice()))
        .serve()
        .await;
    let (summary, collected) = site.crawl().await;
    assert_eq!(summary.outcome, CrawlOutcome::Complete);
    assert_eq!(page(&collected.pages, "/").title, "Café");
    assert_eq!(page(&collected.pages, "/b").title, "Žluť");
    assert!(page(&collected.pages, "/c").title.starts_with('x'));
}

#[tokio::test]
async fn time_and_bytes_are_limits_too() {
    let big = "<p>Words and more words.</p>".repeat(2_000);
    let mut site =
        Site::build().page("/", "Home", &(0..20).map(|n| format!("<a href='/{n}'>x</a>")).collect::<String>());
    for n in 0..20 {
        site = site.page(&format!("/{n}"), "Page", &big);
    }
    let site = site.serve().await;
    let limits = CrawlLimits { total_bytes: 100_000, per_host: 1, ..CrawlLimits::default() };
    let (summary, collected) = site.crawl_within(limits).await;
    assert_eq!(summary.outcome, CrawlOutcome::Incomplete);
    assert!(collected.pages.len() < 15);
    assert!(summary.incomplete[0].contains("its limit"), "{:?}", summary.incomplete);

    let hanging = || Body::from_stream(futures::stream::pending::<Result<Bytes, std::convert::Infallible>>());
    let slow = Site::build()
        .page("/", "Home", "<a href='/never'>Never</a>")
        .answer("/never", Answer::streaming("text/html", hanging))
        .serve()
        .await;
    let limits = CrawlLimits { time: Duration::from_millis(300), ..CrawlLimits::default() };
    let (summary, collected) = slow.crawl_within(limits).await;
    assert_eq!((summary.outcome, collected.pages.len()), (CrawlOutcome::Incomplete, 1));
    assert!(summary.incomplete[0].contains("stopped after a second"), "{:?}", summary.incomplete);
}

#[tokio::test]
async fn a_server_that_fails_for_a_moment_is_asked_again() {
    let site = Site::build()
        .page("/", "Home", "<a href='/busy'>Busy</a>")
        .answer("/busy", Answer::new(500, "text/html", "no"))
        .serve()
        .await;
    let (summary, _) = site.crawl().await;
    assert_eq!(site.asked_for("/busy"), 2);
    assert_eq!(summary.progress.failed, 1);
    assert_eq!(summary.outcome, CrawlOutcome::Incomplete, "a page that could not be read is no success");
}

#[tokio::test]
async fn a_start_page_that_is_gone_does_not_hide_the_site_behind_it() {
    let site = Site::build()
        .answer("/", Answer::new(404, "text/html", "gone"))
        .answer("/sitemap.xml", Answer::new(200, "text/xml", "<urlset><url><loc>/about</loc></url></urlset>"))
        .page("/about", "About", "<p>Still here.</p>")
        .serve()
        .await;
    let (summary, collected) = site.crawl().await;
    assert_eq!((summary.outcome, collected.pages.len()), (CrawlOutcome::Incomplete, 1));
    assert!(summary.incomplete[0].contains("answers 404"), "{:?}", summary.incomplete);
}

#[tokio::test]
async fn the_pause_that_robots_asks_for_is_kept() {
    let site = Site::build()
        .robots("User-agent: *\nCrawl-delay: 0.2\n")
        .page("/", "Home", "<a href='/a'>a</a><a href='/b'>b</a>")
        .page("/a", "A", "")
        .page("/b", "B", "")
        .serve()
        .await;
    let (summary, _) = site.crawl().await;
    assert_eq!(summary.progress.pages, 3);
    // Two pauses lie between three pages; the machine may add to them, never take away.
    assert!(summary.elapsed_ms >= 400, "{} ms", summary.elapsed_ms);
}
