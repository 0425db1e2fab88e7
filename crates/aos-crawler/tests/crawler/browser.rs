//! Pages that need a browser, with one and without.

use aos_capabilities::crawl::{BrandSource, CrawlOutcome, CrawlRequest, SiteCrawler};
use aos_crawler::{BrowserChoice, MemorySink};
use tokio_util::sync::CancellationToken;

use crate::site::{Answer, Site, page, tells};

const APP: &str = r#"<!doctype html><title>App</title><style>body{background:#ffffff;color:#112233;font-family:Lora,serif}
    button{background:#c0392b;color:#fff}h1{font-family:Inter}</style>
    <body><div id="root"></div><script src="/app.js"></script></body>"#;

const SCRIPT: &str = r#"
    const inside = fetch("http://127.0.0.1:1/secret").then(() => "reached", () => "refused");
    const post = fetch("/count", { method: "POST", body: "x" }).then(() => "counted", () => "not counted");
    fetch("/words.json").then((r) => r.json()).then(async (words) => {
      document.getElementById("root").innerHTML = `<main><h1>${words.title}</h1><p>${"Words made by a script. ".repeat(10)}</p>
        <p>The inside was ${await inside}, the visit was ${await post}.</p><button>Buy</button><a href="/second">Second</a></main>`;
    });"#;

async fn app() -> Site {
    Site::build()
        .html("/", APP)
        .answer("/app.js", Answer::new(200, "text/javascript", SCRIPT))
        .answer("/words.json", Answer::new(200, "application/json", r#"{"title":"Made late"}"#))
        .page("/second", "Second", "<p>Found by a link that a script wrote.</p>")
        .serve()
        .await
}

#[tokio::test]
async fn without_a_browser_a_page_that_needs_scripts_says_so() {
    let site = app().await;
    let (summary, collected) = site.crawl().await;
    let home = page(&collected.pages, "/");
    assert!(!home.rendered);
    assert!(home.findings.iter().any(|finding| finding.code == "needs_scripts"));
    let note = summary.findings.iter().find(|finding| finding.code == "not_rendered").unwrap();
    assert!(note.message.contains("switched off"), "{}", note.message);
}

#[tokio::test]
async fn a_browser_that_is_none_is_told_and_survived() {
    let site = app().await;
    let broken = std::env::current_exe().unwrap();
    let sink = MemorySink::new(|_| ());
    let request = CrawlRequest { brand: true, ..site.request() };
    // This test's own program ends at once when it is started with a browser's arguments.
    let summary = site.crawler(BrowserChoice::At(broken)).crawl(request, &sink, CancellationToken::new()).await;
    assert!(tells(&summary, "not_rendered"));
    let brand = summary.brand.unwrap();
    assert_eq!(brand.source, BrandSource::StaticCss);
    assert!(brand.note.unwrap().contains("could not be started"));
    assert!(brand.colours.iter().any(|colour| colour.hex == "#c0392b"));
}

#[tokio::test]
async fn with_a_browser_the_page_is_read_as_visitors_see_it() {
    if BrowserChoice::Detect.program().is_none() {
        eprintln!("SKIPPED: no Chromium is installed, so rendering was not tested.");
        return;
    }
    let site = app().await;
    let sink = MemorySink::new(|_| ());
    let request = CrawlRequest { brand: true, ..site.request() };
    let summary = site.crawler(BrowserChoice::Detect).crawl(request, &sink, CancellationToken::new()).await;
    let collected = sink.into_collected();
    assert_eq!(summary.outcome, CrawlOutcome::Complete, "{:?} {:?}", summary.incomplete, summary.findings);
    let home = page(&collected.pages, "/");
    assert!(home.rendered, "{:?}", summary.findings);
    assert_eq!(home.h1, ["Made late"]);
    assert!(home.markdown.contains("The inside was refused, the visit was not counted."), "{}", home.markdown);
    assert_eq!(site.asked_for("/count"), 0);
    assert!(collected.pages.iter().any(|page| page.title == "Second"));

    let brand = summary.brand.unwrap();
    assert_eq!((brand.source, brand.note), (BrandSource::Rendered, None));
    let button = brand.colours.iter().find(|colour| colour.hex == "#c0392b").unwrap();
    assert_eq!(button.role, "button background");
    assert!(brand.fonts.iter().any(|font| font.family == "Inter" && font.role == "heading"));
    let screenshot = brand.screenshot.unwrap();
    assert!(screenshot.starts_with(b"\x89PNG"));
    assert_eq!(&screenshot[16..20], 1_440u32.to_be_bytes());
    // Of this process only: other tests have browsers of their own open at the same time.
    let ours = format!("agency-os-browser-{}-", std::process::id());
    let left = std::fs::read_dir(std::env::temp_dir()).unwrap().filter_map(Result::ok);
    let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with(&ours)).count();
    assert_eq!(left, 0, "the browser's profile was left behind");
}
