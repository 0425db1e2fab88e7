//! Pipeline templates: those that ship with the program, and the versions that administrators make of them.

use aos_kernel::{Actor, Error, NewEvent, Result, Subject, TemplateId, Timestamp};
use aos_storage::{Conn, Tx};
use serde_json::json;

use super::{model::Template, steps::StepRegistry, store};

/// One version of a template. The highest version of a key is the one that new pipelines start with.
#[derive(Clone, Debug, serde::Serialize)]
pub struct TemplateVersion {
    pub id: TemplateId,
    pub version: i64,
    pub template: Template,
    /// Ships with the program.
    pub built_in: bool,
    pub created_at: Timestamp,
    pub created_by: Actor,
}

const BUILT_IN: [&str; 9] = [
    include_str!("templates/set_up.json"),
    include_str!("templates/blog_posts.json"),
    include_str!("templates/social_posts.json"),
    include_str!("templates/gbp_posts.json"),
    include_str!("templates/newsletters.json"),
    include_str!("templates/backlinks.json"),
    include_str!("templates/ad_copy_sets.json"),
    include_str!("templates/website_audit.json"),
    include_str!("templates/channel_improvement.json"),
];

/// The templates that ship with the program.
///
/// # Errors
/// `Internal`, when one of them can't be read; a test keeps that from happening.
pub fn built_in() -> Result<Vec<Template>> {
    BUILT_IN
        .into_iter()
        .map(|text| serde_json::from_str(text).map_err(|e| Error::internal(format!("a built-in template: {e}"))))
        .collect()
}

/// Makes the built-in templates known, at every start. One that an administrator has edited stays as it is; one that has
/// changed with the program gets a new version.
///
/// # Errors
/// `Storage`.
pub async fn seed_templates(tx: &mut Tx) -> Result<()> {
    for template in built_in()? {
        let current = store::current_template(tx, &template.key).await?;
        if current.as_ref().is_none_or(|current| current.built_in && current.template != template) {
            insert(tx, template, current.map_or(1, |current| current.version + 1), true).await?;
        }
    }
    Ok(())
}

/// Makes a new version of a template, or the first of a new one. Running pipelines keep theirs.
///
/// # Errors
/// `Invalid` with the step and what is wrong with it; `Conflict` when somebody else made a version since `based_on`,
/// which is 0 for a new template.
pub async fn edit_template(tx: &mut Tx, registry: &StepRegistry, template: Template, based_on: i64) -> Result<i64> {
    template.validate(&|kind| registry.knows_step(kind))?;
    let current = store::current_template(tx, &template.key).await?.map_or(0, |current| current.version);
    if current != based_on {
        return Err(Error::conflict(
            "changed_since_you_looked",
            format!("“{}” has been changed since you looked at it.", template.name),
        ));
    }
    let (key, name) = (template.key.clone(), template.name.clone());
    let id = insert(tx, template, current + 1, false).await?;
    tx.emit(
        NewEvent::new(None, "activities.template_edited", Subject::new("pipeline_template", id))
            .with(json!({ "key": key, "name": name, "version": current + 1 })),
    );
    Ok(current + 1)
}

async fn insert(tx: &mut Tx, template: Template, version: i64, built_in: bool) -> Result<TemplateId> {
    let (created_at, created_by) = (tx.now(), tx.actor().clone());
    let row = TemplateVersion { id: TemplateId::new(), version, template, built_in, created_at, created_by };
    store::insert_template(tx, &row).await?;
    Ok(row.id)
}

/// The current version of each template, by name.
///
/// # Errors
/// `Storage`.
pub async fn templates(conn: &mut Conn) -> Result<Vec<TemplateVersion>> {
    store::current_templates(conn).await
}

/// All versions of one template, the latest first.
///
/// # Errors
/// `NotFound`, `Storage`.
pub async fn template_versions(conn: &mut Conn, key: &str) -> Result<Vec<TemplateVersion>> {
    let versions = store::template_versions(conn, key).await?;
    if versions.is_empty() { Err(super::error::unknown_template(key)) } else { Ok(versions) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_templates_are_sound() {
        for template in built_in().unwrap() {
            template.validate(&|_| true).unwrap();
        }
    }
}
