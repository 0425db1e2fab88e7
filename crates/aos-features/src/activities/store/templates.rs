//! Rows of `pipeline_template`.

use aos_kernel::{Error, PipelineId, Result, TemplateId, TenantScope};
use aos_storage::{Conn, FromRow, Row, Tx, params};

use crate::activities::{model::Template, templates::TemplateVersion};

impl FromRow for TemplateVersion {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            version: row.get("version")?,
            template: row.json("body")?,
            built_in: row.get("built_in")?,
            created_at: row.get("created_at")?,
            created_by: row.get("created_by")?,
        })
    }
}

pub async fn template_by_id(conn: &mut Conn, id: TemplateId) -> Result<Template> {
    match conn.row("SELECT body FROM pipeline_template WHERE id = $1", params![id]).await? {
        Some(row) => row.json("body"),
        None => Err(Error::internal(format!("the pipeline template {id} is gone"))),
    }
}

/// Each pipeline's own version of its template.
pub async fn templates_of(
    conn: &mut Conn,
    scope: TenantScope,
    pipelines: &[PipelineId],
) -> Result<Vec<(PipelineId, Template)>> {
    let sql = "SELECT p.id, t.body FROM pipeline p JOIN pipeline_template t ON t.id = p.template_id
               WHERE p.tenant_id = $1 AND p.id = ANY($2)";
    let rows = conn.rows(sql, params![scope.tenant(), pipelines]).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.json("body")?))).collect()
}

/// The version that new pipelines start with.
pub async fn current_template(conn: &mut Conn, key: &str) -> Result<Option<TemplateVersion>> {
    conn.one("SELECT * FROM pipeline_template WHERE key = $1 ORDER BY version DESC LIMIT 1", params![key]).await
}

/// The current version of each.
pub async fn current_templates(conn: &mut Conn) -> Result<Vec<TemplateVersion>> {
    conn.all(
        "SELECT t.* FROM pipeline_template t
         WHERE t.version = (SELECT MAX(l.version) FROM pipeline_template l WHERE l.key = t.key) ORDER BY t.name, t.key",
        vec![],
    )
    .await
}

pub async fn template_versions(conn: &mut Conn, key: &str) -> Result<Vec<TemplateVersion>> {
    conn.all("SELECT * FROM pipeline_template WHERE key = $1 ORDER BY version DESC", params![key]).await
}

pub async fn insert_template(tx: &mut Tx, row: &TemplateVersion) -> Result<()> {
    let body = serde_json::to_value(&row.template).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO pipeline_template (id, key, version, name, deliverable_type, body, built_in, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            row.id,
            row.template.key.as_str(),
            row.version,
            row.template.name.as_str(),
            row.template.deliverable_type.as_deref(),
            body,
            row.built_in,
            row.created_at,
            &row.created_by,
        ],
    )
    .await?;
    Ok(())
}
