//! What the doctor says of an installation that is whole.

use aos_features::{
    activities::{self, Origin, StartPipeline},
    doctor,
};
use aos_kernel::{Actor, AgencyScope};
use serde_json::json;

use crate::studio::Studio;

#[tokio::test]
async fn a_task_that_waits_for_a_person_is_nothing_wrong() {
    for studio in Studio::each().await {
        let mut tx = studio.db.begin(Actor::system("test")).await.unwrap();
        let start = StartPipeline {
            template_key: "channel_improvement".to_owned(),
            name: "Answer reviews".to_owned(),
            origin: Origin::AdHoc,
            input: json!({}),
            key: "improve".to_owned(),
            enter_at: None,
            subjects: Vec::new(),
        };
        activities::commands::start_pipeline(&mut tx, &studio.product.steps, studio.scope, start).await.unwrap();
        tx.commit().await.unwrap();
        let findings = doctor::examine(&studio.db, &AgencyScope::all()).await.unwrap();
        let wrong: Vec<&str> = findings.iter().filter(|one| !one.good).map(|one| one.detail.as_str()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
