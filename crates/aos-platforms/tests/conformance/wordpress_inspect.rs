//! Reading a WordPress site for its score.

use aos_capabilities::publish::{Article, PublishMode};

use crate::{
    Case,
    articles::{article, illustrated},
    bench::{Bench, now},
    cases,
};

pub fn cases() -> Vec<Case> {
    cases![articles_that_readers_see_are_counted]
}

async fn articles_that_readers_see_are_counted(bench: &dyn Bench) {
    let account = bench.account();
    let live = bench.publisher().publish(&account, &illustrated()).await.unwrap();
    let draft = Article { mode: PublishMode::Draft, slug: "a-draft".to_owned(), ..article() };
    bench.publisher().publish(&account, &draft).await.unwrap();
    let evidence = bench.platform().inspect().unwrap().inspect(&account).await.unwrap();
    assert_eq!(evidence.taken_at, Some(now()));
    let ours: Vec<_> = evidence.articles.iter().filter(|article| article.url.contains("roof-care")).collect();
    assert_eq!(ours.len(), 1, "{:?}", evidence.articles);
    assert_eq!((ours[0].url.as_str(), ours[0].words), (live.url.as_str(), 6));
    assert!(ours[0].excerpt && ours[0].image);
    assert!(evidence.articles.iter().all(|article| !article.url.contains("a-draft")));
    assert!(evidence.profile.iter().any(|part| part.part == "site title" && part.filled));
}
