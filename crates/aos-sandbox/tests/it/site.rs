//! The sample website, as a crawler meets it.

use aos_sandbox::Sandbox;

use crate::support::client;

#[tokio::test]
async fn every_page_of_the_sitemap_answers_and_links_lead_to_pages_but_for_one() {
    let site = Sandbox::start_site(0).await.unwrap();
    let origin = site.url().trim_end_matches('/').to_owned();
    let http = client();
    let sitemap = http.get(format!("{origin}/sitemap.xml")).send().await.unwrap().text().await.unwrap();
    let mut broken = std::collections::BTreeSet::new();
    for url in site.page_urls() {
        assert!(sitemap.contains(&format!("<loc>{url}</loc>")));
        let page = http.get(&url).send().await.unwrap();
        assert_eq!(page.status(), 200, "{url}");
        let html = page.text().await.unwrap();
        assert!(html.contains(&format!("<link rel=\"canonical\" href=\"{url}\">")));
        assert!(html.contains("application/ld+json") && html.contains("invented company"));
        for link in html.split("href=\"/").skip(1).chain(html.split("src=\"/").skip(1)) {
            let path = link.split('"').next().unwrap();
            let status = http.get(format!("{origin}/{path}")).send().await.unwrap().status();
            if status != 200 {
                broken.insert(format!("/{path}"));
            }
        }
    }
    assert_eq!(broken.into_iter().collect::<Vec<_>>(), ["/open-days/"]);
}

#[tokio::test]
async fn robots_redirects_the_hidden_page_and_the_brochure_are_there() {
    let site = Sandbox::start_site(0).await.unwrap();
    let at = |path: &str| client().get(format!("{}{path}", site.url())).send();
    let robots = at("robots.txt").await.unwrap().text().await.unwrap();
    assert!(robots.contains("Disallow: /thank-you/") && robots.contains("sitemap.xml"));
    let moved = at("garden-offices/").await.unwrap();
    assert_eq!(
        (moved.status().as_u16(), &moved.headers()["location"]),
        (308, &"/garden-rooms/home-offices/".parse().unwrap())
    );
    assert_eq!(at("about").await.unwrap().headers()["location"], "/about/");
    let hidden = at("thank-you/").await.unwrap().text().await.unwrap();
    assert!(hidden.contains("<meta name=\"robots\" content=\"noindex\">"));
    let missing = at("open-days/").await.unwrap();
    assert_eq!(missing.status(), 404);

    let pdf = at("downloads/harbour-and-pine-brochure.pdf").await.unwrap().bytes().await.unwrap();
    assert!(pdf.starts_with(b"%PDF-1.4"));
    // The table of the file must point at its objects, or readers have to repair it.
    let text = String::from_utf8_lossy(&pdf).into_owned();
    let third: usize = text.split("65535 f \n").nth(1).unwrap().lines().nth(2).unwrap()[..10].parse().unwrap();
    assert!(text[third..].starts_with("3 0 obj"));
}
