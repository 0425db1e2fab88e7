//! What each role may not do.

use aos_sandbox::Role;
use serde_json::json;

use crate::support::stage;

#[tokio::test]
async fn a_contributor_writes_drafts_and_publishes_nothing() {
    let stage = stage().await;
    let draft = stage.post(Role::Contributor, "/posts", json!({"title": "Mine", "status": "pending"})).await;
    assert_eq!(draft.status, 201);
    for status in ["publish", "future"] {
        let sent = json!({"title": "Mine", "status": status});
        assert_eq!(stage.post(Role::Contributor, "/posts", sent).await.error(), (403, "rest_cannot_publish"));
    }
    let path = format!("/posts/{}", draft.id());
    stage.post(Role::Editor, &path, json!({"status": "publish"})).await;
    let late = stage.post(Role::Contributor, &path, json!({"title": "Changed"})).await;
    assert_eq!(late.error(), (403, "rest_cannot_edit"));
    assert_eq!(
        stage.post(Role::Contributor, "/categories", json!({"name": "X"})).await.error(),
        (403, "rest_cannot_create")
    );
    assert_eq!(stage.post(Role::Contributor, "/media", json!({})).await.error(), (403, "rest_cannot_create"));
}

#[tokio::test]
async fn an_author_publishes_only_under_the_own_name() {
    let stage = stage().await;
    let theirs = stage.post(Role::Editor, "/posts", json!({"title": "Theirs"})).await;
    let path = format!("/posts/{}", theirs.id());
    assert_eq!(stage.post(Role::Author, &path, json!({"title": "x"})).await.error(), (403, "rest_cannot_edit"));
    assert_eq!(stage.delete(Role::Author, &path).await.error(), (403, "rest_cannot_delete"));
    let sent = json!({"title": "x", "author": theirs.json["author"]});
    assert_eq!(stage.post(Role::Author, "/posts", sent).await.error(), (403, "rest_cannot_edit_others"));
    assert_eq!(
        stage.post(Role::Author, "/categories", json!({"name": "X"})).await.error(),
        (403, "rest_cannot_create")
    );
    assert_eq!(stage.post(Role::Author, "/tags", json!({"name": "X"})).await.status, 201);
    assert_eq!(stage.post(Role::Author, "/posts", json!({"title": "x", "status": "publish"})).await.status, 201);
}

#[tokio::test]
async fn forbidden_tags_of_an_author_vanish_and_their_text_stays() {
    let stage = stage().await;
    let sent = json!({"title": "x", "content": "<p>a</p><script>b()</script><iframe>c</iframe>"});
    let author = stage.post(Role::Author, "/posts", sent.clone()).await;
    assert_eq!(author.json["content"]["raw"], "<p>a</p>b()c");
    let editor = stage.post(Role::Editor, "/posts", sent.clone()).await;
    assert_eq!(editor.json["content"]["raw"], sent["content"]);
}

#[tokio::test]
async fn accounts_and_settings_are_for_those_who_may_see_them() {
    let stage = stage().await;
    assert_eq!(stage.get(Role::Author, "/users?who=authors").await.json.as_array().unwrap().len(), 4);
    let by_right = stage.get(Role::Editor, "/users?capabilities=edit_posts").await;
    assert_eq!(by_right.error(), (403, "rest_user_cannot_view"));
    assert_eq!(stage.get(Role::Editor, "/settings").await.error(), (403, "rest_forbidden"));
    assert_eq!(stage.get(Role::Administrator, "/settings").await.status, 200);
    assert_eq!(stage.get(Role::Editor, "/types?context=edit").await.json["post"]["rest_base"], "posts");
    assert_eq!(stage.as_guest("/users").await.json, json!([]), "nobody has published yet");
}

#[tokio::test]
async fn a_closed_site_answers_guests_with_401() {
    let stage = stage().await;
    stage.sandbox.wordpress().configure(|settings| settings.rest_for_guests = false);
    assert_eq!(stage.as_guest("/posts").await.error(), (401, "rest_login_required"));
    assert_eq!(stage.get(Role::Editor, "/posts").await.status, 200);
    stage.sandbox.wordpress().configure(|settings| settings.authorization_dropped = true);
    assert_eq!(stage.get(Role::Editor, "/users/me").await.status, 401);
}
