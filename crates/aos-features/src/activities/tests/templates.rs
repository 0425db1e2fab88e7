//! Stories of templates: built in, edited, and kept by what runs.

use std::collections::BTreeSet;

use aos_storage::testing::kinds;
use serde_json::json;

use super::toys::{Shop, trade};
use crate::activities::{
    PipelineState, Template, built_in, edit_template,
    queries::{current_template, template_versions, templates},
    seed_templates,
};

#[tokio::test]
async fn built_in_templates_are_made_known_once_and_an_edited_one_stays() {
    for kind in kinds() {
        let shop = Shop::with(kind, vec![]).await;
        for _ in 0..2 {
            let mut tx = shop.tx().await;
            seed_templates(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = shop.tx().await;
        let known = templates(&mut tx).await.unwrap();
        let keys: BTreeSet<_> = known.iter().map(|t| (t.template.key.clone(), t.version)).collect();
        let shipped: BTreeSet<_> = built_in().unwrap().into_iter().map(|template| (template.key, 1)).collect();
        assert_eq!(keys, shipped);
        assert!(keys.contains(&("channel_improvement".to_owned(), 1)));
        let mut edited = trade();
        edited.key = "blog_posts".into();
        assert_eq!(edit_template(&mut tx, &shop.steps, edited.clone(), 1).await.unwrap(), 2);
        assert!(edit_template(&mut tx, &shop.steps, edited.clone(), 1).await.is_err(), "somebody was faster");
        seed_templates(&mut tx).await.unwrap();
        assert_eq!(current_template(&mut tx, "blog_posts").await.unwrap().template, edited);
        assert_eq!(template_versions(&mut tx, "blog_posts").await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_running_pipeline_keeps_the_version_that_it_started_with() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let old = shop.start("trade").await;
        let mut shorter = trade();
        shorter.steps.truncate(2);
        let mut tx = shop.tx().await;
        edit_template(&mut tx, &shop.steps, shorter, 1).await.unwrap();
        tx.commit().await.unwrap();
        let new = shop.start("trade").await;
        shop.run_to_the_end().await;
        assert_eq!((shop.activities(old).await.len(), shop.activities(new).await.len()), (11, 2));
        assert_eq!(shop.state(new).await, PipelineState::Completed);
    }
}

#[tokio::test]
async fn a_template_that_can_not_work_is_refused_with_its_step() {
    let shop = Shop::with(aos_storage::DbKind::Sqlite, vec![]).await;
    let step = |key: &str, more: serde_json::Value| {
        let mut step = json!({ "key": key, "name": key, "assignee": "system", "kind": "toys.think" });
        step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        step
    };
    let person = json!({ "assignee": { "human": "reviewer" }, "kind": null, "is_approval": true });
    let gate = |more: serde_json::Value| {
        let mut gate = person.clone();
        gate.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        gate
    };
    let cases = [
        (vec![], "steps"),
        (vec![step("a", json!({})), step("a", json!({}))], "steps.a"),
        (vec![step("a", json!({ "blocked_by": ["b"] })), step("b", json!({}))], "steps.a"),
        (vec![step("a", json!({ "kind": "toys.fly" }))], "steps.a"),
        (vec![step("a", json!({ "kind": null }))], "steps.a"),
        (vec![step("a", json!({})), step("b", gate(json!({})))], "steps.b"),
        (vec![step("a", json!({ "repeat_per_unit": true }))], "steps.a"),
        (
            vec![
                step("a", json!({})),
                step("b", gate(json!({ "input_from": "a" }))),
                step("c", gate(json!({ "input_from": "a" }))),
            ],
            "steps.c",
        ),
        (vec![step("a", json!({})), step("b", gate(json!({ "input_from": "a", "repeat_per_unit": true })))], "steps.b"),
        (
            vec![
                step("a", json!({})),
                step("x", json!({})),
                step("b", gate(json!({ "input_from": "a", "blocked_by": ["a", "x"] }))),
            ],
            "steps.b",
        ),
    ];
    for (steps, field) in cases {
        let template: Template = serde_json::from_value(json!({ "key": "t", "name": "T", "steps": steps })).unwrap();
        let mut tx = shop.tx().await;
        let error = edit_template(&mut tx, &shop.steps, template, 0).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
    }
}
