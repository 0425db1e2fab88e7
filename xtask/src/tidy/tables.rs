//! What is allowed, as data: the tables of `ARCHITECTURE.md`. A change here is a change of the architecture and belongs
//! in a commit that says so.

/// A crate, and the crates of the workspace that it may use. Dev-dependencies are free.
pub const CRATES: &[(&str, &[&str])] = &[
    ("aos-kernel", &[]),
    ("aos-storage", &["aos-kernel"]),
    ("aos-workflow", &["aos-kernel", "aos-storage"]),
    ("aos-capabilities", &["aos-kernel"]),
    ("aos-outbound", &["aos-kernel"]),
    ("aos-platforms", &["aos-kernel", "aos-capabilities", "aos-outbound"]),
    ("aos-llm", &["aos-kernel", "aos-capabilities", "aos-outbound"]),
    ("aos-crawler", &["aos-kernel", "aos-capabilities", "aos-outbound"]),
    ("aos-media", &["aos-kernel", "aos-capabilities"]),
    ("aos-features", &["aos-kernel", "aos-storage", "aos-workflow", "aos-capabilities"]),
    // The engine's queues and history are shown as they are, and drafts and brand signals are spoken of in the neutral
    // types; both lie below the features, so neither lengthens an arm of the build.
    ("aos-web", &["aos-features", "aos-kernel", "aos-storage", "aos-workflow", "aos-capabilities"]),
    ("aos-sandbox", &["aos-kernel"]),
    ("agency-os", PRODUCT),
    ("aos-testkit", PRODUCT),
    ("aos-bench", WITH_TESTKIT),
    ("xtask", &[]),
];

const PRODUCT: &[&str] = &[
    "aos-kernel",
    "aos-storage",
    "aos-workflow",
    "aos-capabilities",
    "aos-outbound",
    "aos-platforms",
    "aos-llm",
    "aos-crawler",
    "aos-media",
    "aos-features",
    "aos-web",
    "aos-sandbox",
];

/// The benchmarks are no part of the product, so they may build their data with what tests use.
const WITH_TESTKIT: &[&str] = &[
    "aos-kernel",
    "aos-storage",
    "aos-workflow",
    "aos-capabilities",
    "aos-outbound",
    "aos-platforms",
    "aos-llm",
    "aos-crawler",
    "aos-media",
    "aos-features",
    "aos-web",
    "aos-sandbox",
    "aos-testkit",
];

/// A library that is heavy, or that marks a border, and the crates that may name it in their dependencies.
pub const LIBRARIES: &[(&str, &[&str])] = &[
    ("sqlx", &["aos-storage"]),
    ("object_store", &["aos-storage"]),
    ("reqwest", &["aos-outbound", "aos-bench", "aos-testkit"]),
    ("axum", &["aos-web", "aos-sandbox", "aos-bench", "aos-testkit"]),
    ("axum-extra", &["aos-web"]),
    ("askama", &["aos-web"]),
    ("utoipa", &["aos-web"]),
    ("chromiumoxide", &["aos-crawler"]),
    // Signing people in over a protocol of the outside: features see the capability.
    ("openidconnect", &["aos-platforms"]),
    ("lettre", &["aos-platforms"]),
    ("clap", &["agency-os", "aos-bench", "xtask"]),
    ("figment", &["agency-os"]),
    ("image", &["aos-media"]),
];

/// A slice of `aos-features`, and the slices right below it. What those may call, it may call too; and all may call
/// `people` and `tenants`, which everything is for.
pub const SLICES: &[(&str, &[&str])] = &[
    ("people", &[]),
    ("tenants", &["people"]),
    ("channels", &["tenants"]),
    ("website", &["tenants"]),
    ("onboarding", &["tenants", "channels", "website"]),
    ("strategy", &["tenants"]),
    ("activities", &["tenants"]),
    ("content", &["channels", "website", "activities", "strategy"]),
    ("agents", &["onboarding", "activities"]),
    ("data_plane", &["channels"]),
    ("reports", &["data_plane", "agents"]),
    ("intake", &["activities", "agents", "reports"]),
    ("crm", &["channels", "activities"]),
    ("ads", &["channels", "activities"]),
    ("seo", &["channels", "activities"]),
    ("notices", &["tenants", "people"]),
];

/// Joins slices for the screens: may read every slice's models, queries and tables, and changes nothing.
pub const READ_MODELS: &str = "read_models";

/// A file of `aos-features` that belongs to no slice.
pub struct BesideSlices {
    pub name: &'static str,
    /// Slices don't call it: it stands above them.
    pub above: bool,
    pub why: &'static str,
}

/// A file that is not above the slices either only names again what a slice offers to those below and beside it, so
/// that they can implement it without calling upwards, or it serves all slices and knows none.
pub const BESIDE_SLICES: &[BesideSlices] = &[
    BesideSlices { name: "lib.rs", above: true, why: "lists the slices and their migrations" },
    BesideSlices { name: "product.rs", above: true, why: "puts the slices together: what plugs into what" },
    BesideSlices { name: "doctor.rs", above: true, why: "looks into every slice for what cannot be" },
    BesideSlices { name: "steps.rs", above: false, why: "what slices implement to be a step of a pipeline" },
    BesideSlices { name: "reactions.rs", above: false, why: "what slices implement to hear of an event" },
    BesideSlices { name: "markdown.rs", above: false, why: "makes texts clean HTML; serves all slices and knows none" },
    BesideSlices { name: "cancellation.rs", above: false, why: "watches for a person's wish to stop what runs" },
];

/// A word of the code that has its place.
pub struct Border {
    /// The tokens, as in `["Utc", "::", "now"]`.
    pub words: &'static [&'static str],
    /// Paths, or the starts of paths, at which it may stand.
    pub allowed: &'static [&'static str],
    /// Whether tests may use it anywhere.
    pub tests: bool,
    /// What to do instead.
    pub instead: &'static str,
}

const CLOCK: &str = "take a `Clock`, or `tx.now()` inside a transaction";

pub const BORDERS: &[Border] = &[
    Border {
        words: &["sqlx"],
        allowed: &["crates/aos-storage/"],
        tests: false,
        instead: "driver types stay in aos-storage: use `Db`, `Conn`, `Tx` and `Row`",
    },
    Border {
        words: &["object_store"],
        allowed: &["crates/aos-storage/"],
        tests: false,
        instead: "driver types stay in aos-storage: use its object store",
    },
    Border {
        words: &["reqwest"],
        allowed: &["crates/aos-outbound/", "crates/aos-bench/"],
        tests: true,
        instead: "aos-outbound is the only HTTP client, because it alone has the SSRF guard and the redaction",
    },
    Border {
        words: &["axum"],
        allowed: &["crates/aos-web/", "crates/aos-sandbox/", "crates/aos-bench/"],
        tests: true,
        instead: "only aos-web and aos-sandbox serve HTTP",
    },
    Border {
        words: &["StatusCode"],
        // The client reads a status to decide on a retry; it hands on an error kind.
        allowed: &["crates/aos-web/", "crates/aos-sandbox/", "crates/aos-outbound/", "crates/aos-bench/"],
        tests: true,
        instead: "HTTP is decided last: answer with an error kind",
    },
    Border {
        words: &["chromiumoxide"],
        allowed: &["crates/aos-crawler/"],
        tests: false,
        instead: "the browser stays in aos-crawler",
    },
    Border {
        words: &["lettre"],
        allowed: &["crates/aos-platforms/src/smtp/"],
        tests: false,
        instead: "mail leaves through the `Mailer` capability, because it alone knows when an outcome is unknown",
    },
    Border { words: &["Utc", "::", "now"], allowed: &["crates/aos-kernel/src/time.rs"], tests: false, instead: CLOCK },
    Border { words: &["Local", "::", "now"], allowed: &[], tests: false, instead: CLOCK },
    Border {
        words: &["SystemTime", "::", "now"],
        // The time of change that makes cargo build a file again.
        allowed: &["xtask/src/timings.rs"],
        tests: false,
        instead: CLOCK,
    },
    Border {
        words: &["Instant", "::", "now"],
        allowed: STOPWATCHES,
        tests: false,
        instead: "only what measures or limits elapsed time reads the monotonic clock; for the rest take a `Clock`",
    },
    Border {
        words: &["thread", "::", "sleep"],
        allowed: &["xtask/src/chaos.rs"],
        tests: false,
        instead: "nothing sleeps: wait for the thing itself, and step the clock in tests",
    },
];

/// What measures how long something took, or bounds it: requests and pages by their time limits, and the benchmarks.
const STOPWATCHES: &[&str] = &[
    "crates/agency-os/src/demo/screen.rs",
    "crates/aos-outbound/src/",
    "crates/aos-crawler/src/",
    "crates/aos-bench/",
    "xtask/src/timings.rs",
    "xtask/src/chaos.rs",
];

/// Files whose SQL is theirs, beside `store.rs` and `store/` of a slice or of the engine and `read_models/`.
pub const SQL_CRATES: &[&str] = &["aos-storage", "aos-testkit", "aos-bench"];

/// Where the right to a tenant's rows is proved or lent by the system, and why there.
pub const SCOPE_MAKERS: &[(&str, &str)] = &[
    ("crates/aos-kernel/src/scope.rs", "defines it"),
    ("crates/aos-features/src/people/", "checks memberships"),
    ("crates/aos-features/src/product.rs", "lends the scope of the tenant that an event names"),
    ("crates/aos-features/src/activities/workflow.rs", JOB),
    ("crates/aos-features/src/activities/stalled.rs", "lends the scope of the tenant of a row that waits"),
    ("crates/aos-features/src/agents/ledger.rs", "the gateway names the tenant of the run that calls it"),
    ("crates/aos-features/src/channels/farewell.rs", "asks whether another client lives on the same consent"),
    ("crates/aos-features/src/channels/workflow.rs", JOB),
    ("crates/aos-features/src/content/publish/watch.rs", JOB),
    ("crates/aos-features/src/content/reschedule.rs", JOB),
    ("crates/aos-features/src/notices/workflow.rs", JOB),
    ("crates/aos-features/src/strategy/alerts.rs", JOB),
    ("crates/aos-features/src/strategy/workflow.rs", JOB),
    ("crates/agency-os/src/admin.rs", OPERATOR),
    ("crates/agency-os/src/doctor.rs", OPERATOR),
    ("crates/agency-os/src/demo/", OPERATOR),
    ("crates/aos-web/src/workflow/", "checks the right to operate the system"),
    ("crates/aos-bench/", "makes its own tenants"),
];

const JOB: &str = "lends the scope of the tenant that a job or a schedule names";
const OPERATOR: &str = "whoever can start the program on the data folder owns all of it";
