//! Finding the API, signing in, posts and their statuses, terms, lists.

use aos_sandbox::{Role, Sandbox, SandboxConfig, Status};
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Answer, client, stage};

#[tokio::test]
async fn the_api_root_is_announced_by_header_page_and_both_forms_of_address() {
    let stage = stage().await;
    let url = stage.sandbox.wordpress().url();

    let head = stage.http.head(&url).send().await.unwrap();
    assert_eq!(head.headers()["link"], format!("<{url}wp-json/>; rel=\"https://api.w.org/\"").as_str());
    let page = stage.http.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<link rel=\"https://api.w.org/\"") && page.contains("simulated"));

    for root in ["wp-json/", "?rest_route=/", "index.php/wp-json/", "index.php?rest_route=/"] {
        let answer = Answer::of(stage.http.get(format!("{url}{root}")).send().await.unwrap()).await;
        assert_eq!(answer.json["namespaces"][1], "wp/v2", "{root}");
        assert!(answer.json["authentication"]["application-passwords"].is_object());
    }

    stage.sandbox.wordpress().configure(|settings| {
        settings.pretty_permalinks = false;
        settings.application_passwords = false;
    });
    let head = stage.http.head(&url).send().await.unwrap();
    assert!(head.headers()["link"].to_str().unwrap().contains("index.php?rest_route=/>"));
    assert_eq!(stage.as_guest("/posts").await.status, 404);
    let plain = format!("{url}?rest_route=/wp/v2/posts&per_page=5");
    assert_eq!(stage.http.get(plain).send().await.unwrap().status(), 200);
    let root = Answer::of(stage.http.get(format!("{url}?rest_route=/")).send().await.unwrap()).await;
    assert_eq!(root.json["authentication"], json!([]));
}

#[tokio::test]
async fn only_the_edit_view_of_the_own_account_proves_a_password() {
    let stage = stage().await;
    let me = stage.get(Role::Editor, "/users/me?context=edit").await;
    assert_eq!(me.json["roles"], json!(["editor"]));
    assert_eq!(me.json["capabilities"]["publish_posts"], true);
    assert!(stage.get(Role::Editor, "/users/me").await.json["roles"].is_null());

    let wrong = |path: &str| stage.http.get(stage.wp(path)).basic_auth("editor", Some("nope nope")).send();
    assert_eq!(wrong("/posts").await.unwrap().status(), 200);
    assert_eq!(Answer::of(wrong("/users/me?context=edit").await.unwrap()).await.error(), (401, "rest_not_logged_in"));
    let write = stage.http.post(stage.wp("/posts")).basic_auth("editor", Some("x")).json(&json!({"title": "T"}));
    assert_eq!(Answer::of(write.send().await.unwrap()).await.error(), (401, "rest_cannot_create"));

    stage.sandbox.wordpress().configure(|settings| settings.names_wrong_credentials = true);
    assert_eq!(Answer::of(wrong("/posts").await.unwrap()).await.error(), (401, "incorrect_password"));

    let login = stage.sandbox.wordpress().login(Role::Editor);
    let by_mail = stage
        .http
        .get(stage.wp("/users/me"))
        .basic_auth("Editor@sandbox.test", Some(login.password.replace(' ', "")))
        .send();
    assert_eq!(by_mail.await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_password_can_be_made_named_and_revoked() {
    let stage = stage().await;
    let made = stage.post(Role::Editor, "/users/me/application-passwords", json!({"name": "Suite"})).await;
    assert_eq!(made.status, 201);
    let secret = made.json["password"].as_str().unwrap().to_owned();
    let with = |path: &str| stage.http.get(stage.wp(path)).basic_auth("editor", Some(secret.clone())).send();
    let used = Answer::of(with("/users/me/application-passwords/introspect").await.unwrap()).await;
    assert_eq!(used.json["uuid"], made.json["uuid"]);
    assert!(used.json["password"].is_null(), "a password is shown once");

    let uuid = used.json["uuid"].as_str().unwrap();
    assert_eq!(stage.delete(Role::Editor, &format!("/users/me/application-passwords/{uuid}")).await.status, 200);
    assert_eq!(with("/users/me").await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_grant_comes_back_to_the_application_with_a_working_password() {
    let stage = stage().await;
    let page = format!("{}wp-admin/authorize-application.php", stage.sandbox.wordpress().url());
    let asked = [("app_name", "Suite"), ("success_url", "https://app.test/back"), ("approve", "yes")];
    let answer = stage.http.post(&page).form(&asked).send().await.unwrap();
    let back: url::Url = answer.headers()["location"].to_str().unwrap().parse().unwrap();
    let given: std::collections::HashMap<_, _> = back.query_pairs().into_owned().collect();
    let me = stage.http.get(stage.wp("/users/me")).basic_auth(&given["user_login"], Some(&given["password"]));
    assert_eq!(me.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_post_is_created_read_back_in_two_views_and_shown_to_the_public() {
    let stage = stage().await;
    let sent = json!({"title": "It's \"here\"", "content": "<!-- wp:paragraph --><p>Hi & bye</p><!-- /wp:paragraph -->",
        "status": "publish", "categories": [999], "featured_media": 77, "meta": {"unknown": 1}});
    let created = stage.post(Role::Editor, "/posts", sent).await;
    assert_eq!(created.status, 201);
    assert!(created.header("location").ends_with(&format!("/wp/v2/posts/{}", created.id())));
    assert_eq!(created.json["title"]["raw"], "It's \"here\"");
    assert_eq!(created.json["categories"], json!([]), "unknown ids are ignored");
    assert_eq!(created.json["featured_media"], 0);

    let read = stage.as_guest(&format!("/posts/{}", created.id())).await;
    assert_eq!(read.json["title"]["rendered"], "It&#8217;s &#8220;here&#8221;");
    assert!(read.json["title"]["raw"].is_null());
    assert_eq!(read.json["content"]["rendered"], "<p>Hi &#038; bye</p>");
    assert_eq!(
        stage.as_guest(&format!("/posts/{}?context=edit", created.id())).await.error(),
        (401, "rest_forbidden_context")
    );

    let link = read.json["link"].as_str().unwrap();
    let page = stage.http.get(link).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<p>Hi &#038; bye</p>") && page.contains("Sandbox WordPress — simulated"));
    let home = stage.http.get(stage.sandbox.wordpress().url()).send().await.unwrap().text().await.unwrap();
    assert!(home.contains(link));
}

#[tokio::test]
async fn a_scheduled_post_is_published_at_its_time_and_not_before() {
    let stage = stage().await;
    let sent = json!({"title": "Later", "status": "publish", "date_gmt": "2026-03-02T12:00:00Z"});
    let created = stage.post(Role::Author, "/posts", sent).await;
    assert_eq!(created.json["status"], "future");
    assert_eq!(created.json["modified_gmt"], "2026-03-02T12:00:00");
    assert_eq!(created.json["date"], "2026-03-02T13:00:00", "the site is an hour ahead of UTC");
    let path = format!("/posts/{}", created.id());
    assert_eq!(stage.as_guest(&path).await.error(), (401, "rest_forbidden"));

    stage.sandbox.wordpress().configure(|settings| settings.cron_stalled = true);
    stage.clock.forward(TimeDelta::hours(4));
    assert_eq!(stage.get(Role::Author, &path).await.json["status"], "future", "a missed schedule");
    stage.sandbox.wordpress().configure(|settings| settings.cron_stalled = false);
    assert_eq!(stage.as_guest(&path).await.json["status"], "publish");

    let back = stage.post(Role::Author, &path, json!({"date_gmt": "2026-04-01T00:00:00"})).await;
    assert_eq!(back.json["status"], "future", "a public post goes back when its date moves ahead");
    let past = json!({"title": "Past", "status": "future", "date_gmt": "2026-01-01T00:00:00"});
    assert_eq!(stage.post(Role::Author, "/posts", past).await.json["status"], "publish");
    let both =
        json!({"title": "Both", "status": "draft", "date": "2026-05-01T10:00:00", "date_gmt": "2026-06-01T10:00:00"});
    assert_eq!(stage.post(Role::Author, "/posts", both).await.json["date_gmt"], "2026-05-01T09:00:00");
}

#[tokio::test]
async fn slugs_are_unique_among_what_is_not_a_draft() {
    let stage = stage().await;
    let sent = json!({"title": "T", "slug": "t", "status": "publish"});
    assert_eq!(stage.post(Role::Editor, "/posts", sent.clone()).await.json["slug"], "t");
    assert_eq!(stage.post(Role::Editor, "/posts", sent).await.json["slug"], "t-2");
    let draft = stage.post(Role::Editor, "/posts", json!({"title": "Ä draft, really"})).await;
    assert_eq!((&draft.json["slug"], &draft.json["generated_slug"]), (&json!(""), &json!("a-draft-really")));
    assert!(draft.json["link"].as_str().unwrap().contains("/?p="));

    let found = stage.get(Role::Editor, "/posts?slug=t-2&status=publish,future,draft&context=edit").await;
    assert_eq!(found.json.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn deleting_goes_to_the_trash_first_and_then_for_good() {
    let stage = stage().await;
    let path = format!("/posts/{}", stage.post(Role::Editor, "/posts", json!({"title": "T"})).await.id());
    assert_eq!(stage.delete(Role::Editor, &path).await.json["status"], "trash");
    assert_eq!(stage.delete(Role::Editor, &path).await.error(), (410, "rest_already_trashed"));
    let gone = stage.delete(Role::Editor, &format!("{path}?force=true")).await;
    assert_eq!(gone.json["deleted"], true);
    assert_eq!(stage.get(Role::Editor, &path).await.error(), (404, "rest_post_invalid_id"));
}

#[tokio::test]
async fn lists_are_searched_paged_and_trimmed() {
    let stage = stage().await;
    for number in 1..=5 {
        stage.clock.forward(TimeDelta::minutes(1));
        let sent = json!({"title": format!("Post {number}"), "content": "larch", "status": "publish"});
        stage.post(Role::Editor, "/posts", sent).await;
    }
    let first = stage.as_guest("/posts?per_page=2&search=LARCH&_fields=id,title.rendered").await;
    assert_eq!(first.json[0]["title"]["rendered"], "Post 5");
    assert!(first.json[0]["link"].is_null());
    assert_eq!((first.header("x-wp-total"), first.header("x-wp-totalpages")), ("5", "3"));
    let next = first.header("link").trim_start_matches('<').split('>').next().unwrap().to_owned();
    let second = Answer::of(stage.http.get(next).send().await.unwrap()).await;
    assert_eq!(second.json[0]["title"]["rendered"], "Post 3");

    assert_eq!(stage.as_guest("/posts?per_page=2&page=9").await.error(), (400, "rest_post_invalid_page_number"));
    assert_eq!(stage.as_guest("/posts?after=2026-03-02T10:03:00").await.json.as_array().unwrap().len(), 2);
    let many = stage.as_guest("/posts?per_page=101").await;
    assert_eq!(many.error(), (400, "rest_invalid_param"));
    let drafts = stage.as_guest("/posts?status=draft").await;
    assert_eq!(drafts.json["data"]["details"]["status"]["code"], "rest_forbidden_status");
    let wrapped = stage.as_guest("/posts?_envelope&per_page=1").await;
    assert_eq!((wrapped.status, &wrapped.json["headers"]["x-wp-total"]), (200, &json!("5")));
}

#[tokio::test]
async fn what_a_request_gets_wrong_is_named() {
    let stage = stage().await;
    let empty = stage.post(Role::Editor, "/posts", json!({"title": " ", "status": "draft"})).await;
    assert_eq!(empty.error(), (400, "empty_content"));
    let status = stage.post(Role::Editor, "/posts", json!({"title": "T", "status": "live"})).await;
    assert_eq!(status.json["data"]["details"]["status"]["code"], "rest_not_in_enum");
    let author = stage.post(Role::Editor, "/posts", json!({"title": "T", "author": 99})).await;
    assert_eq!(author.error(), (400, "rest_invalid_author"));
    let broken = stage.signed(stage.http.post(stage.wp("/posts")), Role::Editor);
    let broken = broken.header("content-type", "application/json").body("{\"title\":").send().await.unwrap();
    assert_eq!(Answer::of(broken).await.error(), (400, "rest_invalid_json"));
    assert_eq!(stage.get(Role::Editor, "/nothing").await.error(), (404, "rest_no_route"));
    let tunnel = stage.signed(stage.http.post(stage.wp("/posts/5?_method=DELETE")), Role::Editor);
    assert_eq!(Answer::of(tunnel.send().await.unwrap()).await.error(), (404, "rest_post_invalid_id"));
}

#[tokio::test]
async fn a_category_that_exists_is_named_by_its_id() {
    let stage = stage().await;
    let made = stage.post(Role::Editor, "/categories", json!({"name": "News"})).await;
    assert_eq!((made.status, &made.json["slug"]), (201, &json!("news")));
    let again = stage.post(Role::Editor, "/categories", json!({"name": "news"})).await;
    assert_eq!(again.error(), (400, "term_exists"));
    assert_eq!(again.json["data"]["term_id"], made.id());
    let unnamed = stage.post(Role::Editor, "/tags", json!({"name": " "})).await;
    assert_eq!(unnamed.error(), (500, "empty_term_name"));
    assert!(unnamed.json["data"].is_null());

    let post = json!({"title": "T", "status": "publish", "categories": [made.id()]});
    assert_eq!(stage.post(Role::Editor, "/posts", post).await.json["categories"], json!([made.id()]));
    let listed = stage.as_guest("/categories?search=new&per_page=100").await;
    assert_eq!((&listed.json[0]["id"], &listed.json[0]["count"]), (&json!(made.id()), &json!(1)));
}

#[tokio::test]
async fn a_batch_answers_each_request_in_its_place() {
    let stage = stage().await;
    let requests = json!({"requests": [
        {"method": "POST", "path": "/wp/v2/tags", "body": {"name": "Larch"}},
        {"method": "POST", "path": "/wp/v2/tags", "body": {"name": "larch"}}]});
    let url = format!("{}wp-json/batch/v1", stage.sandbox.wordpress().url());
    let batch = stage.signed(stage.http.post(url), Role::Editor).json(&requests).send().await.unwrap();
    let answer = Answer::of(batch).await;
    assert_eq!(answer.status, 207);
    assert_eq!(answer.json["responses"][0]["status"], 201);
    assert_eq!(answer.json["responses"][1]["body"]["code"], "term_exists");
}

#[tokio::test]
async fn a_site_kept_in_a_folder_is_the_same_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = || SandboxConfig { folder: Some(folder.path().to_owned()), ..SandboxConfig::default() };
    let sandbox = Sandbox::start(config()).await.unwrap();
    let login = sandbox.wordpress().login(Role::Editor);
    let url = format!("{}wp-json/wp/v2/", sandbox.wordpress().url());
    let create = client().post(format!("{url}posts")).basic_auth(&login.user, Some(&login.password));
    assert_eq!(create.json(&json!({"title": "Kept", "status": "publish"})).send().await.unwrap().status(), 201);
    let upload = client().post(format!("{url}media")).basic_auth(&login.user, Some(&login.password));
    let upload = upload
        .header("content-type", "image/gif")
        .header("content-disposition", "attachment; filename=\"a.gif\"")
        .body("GIF89a\x01\x00\x01\x00");
    assert_eq!(upload.send().await.unwrap().status(), 201);
    sandbox.stop().await;

    let again = Sandbox::start(config()).await.unwrap();
    let posts = again.wordpress().posts();
    assert_eq!((posts[0].title.as_str(), posts[0].status), ("Kept", Status::Publish));
    assert!(again.wordpress().link(&posts[0]).starts_with(&again.wordpress().url()), "links follow the new port");
    assert!(again.wordpress().media()[0].bytes.starts_with(b"GIF89a"));
}
