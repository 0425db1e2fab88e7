//! A year of work of many clients, written by SQLite itself: rows in the number that pages have to cope with.
//!
//! The rows of one client lie between those of all others, as they do when everybody works at the same time, so that
//! no page profits from an order that real data does not have.

use anyhow::Result;
use aos_storage::{Sql, Tx};

/// Of each client: ten pipelines of forty activities, nine of them finished.
pub const ACTIVITIES: u32 = PIPELINES * STEPS;
const PIPELINES: u32 = 10;
const STEPS: u32 = 40;
/// Briefs, each with its post.
const POSTS: u32 = 100;
/// Decisions: on each brief and on each post.
const APPROVALS: u32 = 2 * POSTS;

/// Milliseconds since 1970 of the first row; microseconds are these with three digits more.
const BEGIN: u64 = 1_760_000_000_000;

/// Microseconds of a day.
const DAY: u64 = 86_400_000_000;

/// Writes the rows of so many clients. One of them is there already and lends what every client has.
pub async fn seed(tx: &mut Tx, clients: u32) -> Result<()> {
    let (t, today) = (clients, tx.now().timestamp_micros());
    let tenant = id("1", &format!("i % {t}"));
    let (now, hash) = (format!("{BEGIN}000 + i * 1000"), "printf('%064x', i)");
    let fill = |count: u32, rows: String| {
        format!("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}) {rows}")
    };
    let own = id("1", "i");
    // A post every three days, the last but one of a client in the days that follow: what a calendar shows.
    let day = format!("({today} + (i / {t} - 97) * 3 * {DAY} + i % {t} * 1000)");
    let statements = [
        fill(
            t,
            format!(
                "INSERT INTO tenant (id, name, slug, website, zone, state, settings, created_at)
                 SELECT {own}, printf('Client %05d', i), 'client-' || i, 'https://client-' || i || '.example/', 'UTC',
                        'active', (SELECT settings FROM tenant LIMIT 1), {now} FROM n"
            ),
        ),
        fill(
            t * PIPELINES,
            format!(
                "INSERT INTO pipeline (tenant_id, id, template_id, template_key, template_version, name, origin, key,
                        input, state, open_activities, created_at, completed_at)
                 SELECT {tenant}, {}, p.id, p.key, p.version, 'Blog posts', '{{\"kind\":\"ad_hoc\"}}', 'made-' || i,
                        '{{}}', iif(i / {t} < 9, 'completed', 'running'), iif(i / {t} < 9, 0, 4), {now},
                        iif(i / {t} < 9, {now}, NULL)
                 FROM n, (SELECT id, key, version FROM pipeline_template WHERE key = 'blog_posts' LIMIT 1) AS p",
                id("2", "i")
            ),
        ),
        fill(
            t * ACTIVITIES,
            format!(
                "INSERT INTO activity (tenant_id, id, pipeline_id, step_key, name, assignee_kind, assignee_role,
                        is_approval, state, input, open_items, attempt, created_at, updated_at, completed_at)
                 SELECT {tenant}, {}, {}, iif(s % 2, 'approve', 'write'), iif(s % 2, 'Approve the post', 'Write the post'),
                        iif(s % 2, 'human', 'agent'), iif(s % 2, 'reviewer', 'content_writer'), s % 2,
                        iif(i < {}, 'completed', iif(s % 2, 'assigned', 'awaiting_approval')), '{{}}',
                        iif(i < {} OR s % 2 = 0, 0, 1), 1, {now}, {now}, iif(i < {}, {now}, NULL)
                 FROM (SELECT i, (i / {t}) % {STEPS} AS s FROM n)",
                id("3", "i"),
                id("2", &format!("(i / {t} / {STEPS}) * {t} + i % {t}")),
                t * (ACTIVITIES - 4),
                t * (ACTIVITIES - 4),
                t * (ACTIVITIES - 4),
            ),
        ),
        fill(
            t * ACTIVITIES,
            format!(
                "INSERT INTO event (tenant_id, kind, subject_kind, subject_id, actor, data, at)
                 SELECT {tenant}, 'activities.completed', 'activity', {}, 'agent:content_writer',
                        '{{\"from\":\"in_progress\"}}', {now} FROM n",
                id("3", "i")
            ),
        ),
        fill(
            t * POSTS,
            format!(
                "INSERT INTO request (tenant_id, id, kind, state, title, brief, keywords, search_intent, audience,
                        outline, sources, notes, priority, version, hash, offline, made_by, created_at, updated_at)
                 SELECT {tenant}, {}, 'blog', iif(i / {t} < 98, 'completed', 'in_progress'),
                        'How to keep a roof dry, part ' || i, 'What owners of houses ask every autumn.', '[\"roof\"]',
                        'informational', 'Owners', '[\"What to look for\"]', '[]', '', 'normal', 1, {hash}, 0,
                        'agent:strategist', {now}, {now} FROM n",
                id("4", "i")
            ),
        ),
        fill(
            t * POSTS,
            format!(
                "INSERT INTO content_item (tenant_id, id, request_id, kind, state, title, current_version,
                        approved_version, publish_mode, planned_at, published_url, published_at, created_at, updated_at)
                 SELECT {tenant}, {}, {}, 'blog_post', iif(i / {t} < 98, 'published', 'review'),
                        'How to keep a roof dry, part ' || i, 1, iif(i / {t} < 98, 1, NULL), '\"now\"',
                        iif(i / {t} = 98, {day}, NULL),
                        iif(i / {t} < 98, 'https://client.example/post-' || i, NULL),
                        iif(i / {t} < 98, {day}, NULL), {now}, {now} FROM n",
                id("5", "i"),
                id("4", "i")
            ),
        ),
        fill(
            t * POSTS,
            format!(
                "INSERT INTO content_version (tenant_id, id, item_id, version, title, slug, excerpt, markdown,
                        categories, tags, sources, gaps, word_count, hash, offline, author, created_at)
                 SELECT {tenant}, {}, {}, 1, 'How to keep a roof dry, part ' || i, 'post-' || i, 'In short.',
                        replace(hex(zeroblob(200)), '00', 'roof '), '[]', '[]', '[]', '[]', 200, {hash}, 0,
                        'agent:content_writer', {now} FROM n",
                id("6", "i"),
                id("5", "i")
            ),
        ),
        fill(
            t * (POSTS - 2),
            format!(
                "INSERT INTO publication (tenant_id, id, item_id, channel_id, version, hash, state, url, notes, attempts,
                        created_at, updated_at)
                 SELECT {tenant}, {}, {}, {}, 1, {hash}, 'live', 'https://client.example/post-' || i, '[]', 1, {now},
                        {now} FROM n",
                id("7", "i"),
                id("5", "i"),
                id("8", &format!("i % {t}"))
            ),
        ),
        // The k-th decision of a client: in each pipeline ten on briefs, then ten on their posts.
        fill(
            t * APPROVALS,
            format!(
                "INSERT INTO approval (tenant_id, id, activity_id, pipeline_id, subject_kind, subject_id, title, version,
                        hash, made_by, role, state, requested_at, decided_at, decided_by)
                 SELECT {tenant}, {}, {}, {}, iif(k % 20 < 10, 'request', 'content_item'),
                        iif(k % 20 < 10, {}, {}), 'How to keep a roof dry', 1, {hash}, 'agent:content_writer',
                        'reviewer', iif(k < {}, 'approved', 'pending'), {now}, iif(k < {}, {now}, NULL),
                        iif(k < {}, 'system:bench', NULL)
                 FROM (SELECT i, i / {t} AS k FROM n)",
                id("9", "i"),
                id("3", &format!("((k / 20) * {STEPS} + (k % 20) * 2 + 1) * {t} + i % {t}")),
                id("2", &format!("(k / 20) * {t} + i % {t}")),
                id("4", &format!("((k / 20) * 10 + k % 10) * {t} + i % {t}")),
                id("5", &format!("((k / 20) * 10 + k % 10) * {t} + i % {t}")),
                APPROVALS - 2,
                APPROVALS - 2,
                APPROVALS - 2,
            ),
        ),
    ];
    for statement in statements {
        tx.execute(Sql::built(statement), Vec::new()).await?;
    }
    Ok(())
}

/// The id of the client with this number, as the statements make it.
pub fn tenant(number: u32) -> uuid::Uuid {
    let number = u128::from(number);
    uuid::Uuid::from_u128((u128::from(BEGIN) + number) << 80 | 0x0007_0018 << 60 | number)
}

/// The UUIDv7 of the row with this number: in the order of time, as the product's own ids are.
fn id(kind: &str, number: &str) -> String {
    format!("unhex(printf('%012x700{kind}8%015x', {BEGIN} + ({number}), {number}))")
}
