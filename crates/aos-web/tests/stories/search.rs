//! Finding anything.

use aos_features::{
    people::{self, Role},
    read_models::search,
};
use aos_storage::testing::kinds;
use axum::http::StatusCode;

use crate::{calendar::lives_in, journey::Journey, support::Browser};

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

        // Whoever belongs to another client finds nothing of this one, and nobody of the agency; the page is the staff's.
        let own = journey.app.client("Other Brand").await;
        let person = journey.app.person("Theo", Role::TenantAdmin, Some(own)).await;
        let mut conn = journey.app.db.read().await.unwrap();
        let principal = people::queries::principal(&mut conn, person).await.unwrap();
        for words in ["harbour", "larch", "paula"] {
            let found = search::find(&mut conn, &principal, words, None, 10).await.unwrap();
            assert!(found.is_empty(), "{words}: {found:?}");
        }
        assert_eq!(search::find(&mut conn, &principal, "other", None, 10).await.unwrap().len(), 1);
        drop(conn);
        let stranger = Browser::of(&journey.app, person).await;
        assert_eq!(stranger.get("/portal/search?q=other").await.status, StatusCode::NOT_FOUND);
        journey.end().await;
    }
}

#[tokio::test]
async fn among_many_clients_a_list_is_narrowed_by_a_name_and_among_few_by_a_choice() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let reader = Browser::of(&journey.app, journey.app.administrator).await;
        let calendar = |query: &str| format!("/portal/calendar?view=list{query}");
        let few = reader.get(&calendar("")).await.body;
        assert!(few.contains(&format!("<option value=\"{}\"", journey.client)), "{few}");
        let mut brands = Vec::new();
        for n in 0..40 {
            brands.push(journey.app.client(&format!("Brand {n:02}")).await);
        }
        let own = brands[7];
        for (client, zone) in [(brands[0], "Asia/Tokyo"), (brands[1], "Europe/Berlin"), (brands[2], "Asia/Tokyo")] {
            lives_in(&journey.app, client, zone).await;
        }
        let many = reader.get(&calendar("")).await.body;
        assert!(many.contains("placeholder=\"Every client\"") && !many.contains("Brand 07"), "{many}");
        // The zones that somebody lives in are offered, each once.
        for zone in ["Asia/Tokyo", "Europe/Berlin", "UTC"] {
            assert_eq!(many.matches(&format!("<option value=\"{zone}\"")).count(), 1, "{zone}: {many}");
        }

        // Names are offered while somebody types, and only theirs.
        let offered = reader.get("/portal/search/clients?q=brand%200").await.body;
        assert!(offered.contains("<option value=\"Brand 07\">") && !offered.contains("Brand 11"), "{offered}");
        let member = journey.app.person("Cora", Role::TenantMember, Some(own)).await;
        let member = Browser::of(&journey.app, member).await;
        assert_eq!(member.get("/portal/search/clients?q=brand").await.status, StatusCode::NOT_FOUND);

        // A whole name, in whichever letters, and the beginning of one that is the only one; the address then says whom.
        for typed in ["brand%2007", "BRAND+07"] {
            let narrowed = reader.get(&calendar(&format!("&client={typed}"))).await.body;
            assert!(
                narrowed.contains("value=\"Brand 07\"") && narrowed.contains(&format!("client={own}")),
                "{narrowed}"
            );
        }
        let unknown = reader.get(&calendar("&client=brand")).await.body;
        assert!(unknown.contains("No client is called “brand”"), "{unknown}");
        for list in ["/portal/runs", "/manage/credentials"] {
            let narrowed = reader.get(&format!("{list}?client=Brand+07")).await;
            assert!(
                narrowed.status == StatusCode::OK && narrowed.body.contains("value=\"Brand 07\""),
                "{}",
                narrowed.body
            );
        }
        journey.end().await;
    }
}
