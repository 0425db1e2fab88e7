//! Finding anything.

use aos_features::people::Role;
use aos_storage::testing::kinds;
use axum::http::StatusCode;

use crate::{journey::Journey, support::Browser};

#[tokio::test]
async fn clients_posts_requests_pages_and_people_are_found_by_the_beginnings_of_words() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let post = journey.waiting("content_item").await[0].approval.title.clone();
        let administrator = Browser::of(&journey.app, journey.app.administrator).await;
        let find = async |words: &str| {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
            let page = administrator.get(&format!("/portal/search?{query}")).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            page.body
        };
        // The client by half a word, a post by its title, a page of the site by words in its text, a person by name.
        let page = find("harb").await;
        assert!(page.contains(&format!("href=\"/portal/clients/{}\"", journey.client)), "{page}");
        assert!(page.contains("<mark>Harb"), "{page}");
        let words: Vec<&str> = post.split_whitespace().collect();
        let page = find(&words[..words.len().min(4)].join(" ")).await;
        assert!(page.contains("/items/"), "{post}: {page}");
        assert!(find("larch cladding").await.contains("target=\"_blank\""));
        assert!(find("paula").await.contains("Person"));
        // What is typed is never a query language, and what is not there is said.
        for strange in ["\"", "a* OR (b", "'; DROP TABLE x --", "NEAR(", "-", "%", "\u{E000}"] {
            find(strange).await;
        }
        assert!(find("zzzzqqq").await.contains("Nothing was found"));

        // The palette gives the same as options of a list, and what can be done.
        let options = administrator.get("/portal/search/palette?q=harbour").await;
        assert!(options.body.starts_with("<li class=\"palette__option\" role=\"option\""), "{}", options.body);
        assert!(administrator.get("/portal/search/palette?q=man%20us").await.body.contains("Manage users"));

        // Whoever works for another client finds nothing of this one, and nobody of the agency.
        let own = journey.app.client("Other Brand").await;
        let person = journey.app.person("Theo", Role::Consultant, Some(own)).await;
        let stranger = Browser::of(&journey.app, person).await;
        for words in ["harbour", "larch", "paula"] {
            let page = stranger.get(&format!("/portal/search?q={words}")).await;
            assert!(page.body.contains("Nothing was found"), "{words}: {}", page.body);
        }
        assert!(stranger.get("/portal/search?q=other").await.body.contains("<mark>Other"));
        assert!(!stranger.get("/portal/search/palette?q=man").await.body.contains("Manage users"));
        journey.end().await;
    }
}
