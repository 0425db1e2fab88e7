//! The pages that a signed-in person opens most, asked for over loopback at a steady pace, whatever the answers take.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use aos_crawler::{BrowserChoice, Crawler, CrawlerConfig};
use aos_kernel::SystemClock;
use aos_outbound::{HostRule, Outbound, OutboundConfig, Request};
use aos_storage::DbKind;
use tokio::task::JoinSet;

use crate::{
    figure::{Figure, rounded},
    program::started,
    seed::{ACTIVITIES, seed, tenant},
    world::{EMAIL, PASSWORD, World, register},
};

const GOAL_MILLISECONDS: f64 = 25.0;
const GOAL_RATIO: f64 = 1.3;
const PER_SECOND: u32 = 200;
/// For each page: as many as a second's for so long.
const SECONDS: u32 = 10;

/// A page, and where it is for the n-th request.
struct Page {
    name: &'static str,
    path: fn(u32, u32) -> String,
}

const PAGES: [Page; 7] = [
    Page { name: "queue", path: |_, _| "/portal".to_owned() },
    Page { name: "clients", path: |_, _| "/portal/clients".to_owned() },
    // Another client each time, so that no cache holds them all.
    Page { name: "client", path: |n, clients| format!("/portal/clients/{}", tenant(n * 37 % clients)) },
    Page { name: "content", path: |_, _| "/portal/content".to_owned() },
    Page { name: "calendar", path: |_, _| "/portal/calendar".to_owned() },
    Page {
        name: "client_calendar",
        path: |n, clients| format!("/portal/clients/{}/calendar", tenant(n * 37 % clients)),
    },
    Page { name: "dashboard", path: |n, clients| format!("/client/{}", tenant(n * 37 % clients)) },
];

pub async fn run(clients: u32) -> Result<()> {
    let small = measure((clients / 10).max(1)).await?;
    let large = measure(clients).await?;
    for (page, (few, many)) in PAGES.iter().zip(small.iter().zip(&large)) {
        let work = format!("{clients} clients, {} activities, {PER_SECOND} requests/s", clients * ACTIVITIES);
        let figure = |figure: String, value, goal| {
            let seconds = f64::from(SECONDS);
            Figure { bench: "pages", figure: &figure, database: "sqlite", value, goal, work: work.clone(), seconds }
                .print()
        };
        figure(format!("{}_p50_milliseconds", page.name), rounded(many.median), GOAL_MILLISECONDS)?;
        figure(format!("{}_p99_milliseconds", page.name), rounded(many.p99), GOAL_MILLISECONDS)?;
        figure(format!("{}_times_a_tenth", page.name), rounded(many.median / few.median), GOAL_RATIO)?;
    }
    Ok(())
}

struct Times {
    median: f64,
    p99: f64,
}

/// The times of each page among the data of so many clients.
async fn measure(clients: u32) -> Result<Vec<Times>> {
    let outbound = Outbound::new(OutboundConfig::default())?;
    let config = CrawlerConfig { browser: BrowserChoice::Off, ..CrawlerConfig::default() };
    let crawler = Arc::new(Crawler::new(outbound.clone(), config, Arc::new(SystemClock)));
    let world = World::new(DbKind::Sqlite, Arc::new(SystemClock), crawler, outbound).await?;
    let mut tx = world.begin().await?;
    register(&mut tx, "A client".to_owned(), "https://client.example/".to_owned()).await?;
    seed(&mut tx, clients).await?;
    tx.commit().await?;
    world.db.close().await;

    // No worker: nothing but the pages is measured.
    let (mut process, address) = started(world.folder(), &["--roles", "web", "--database", world.database()]).await?;
    let browser = Browser::sign_in(&address).await?;
    let mut times = Vec::new();
    for page in &PAGES {
        for n in 0..20 {
            browser.get(&(page.path)(n, clients)).await?;
        }
        times.push(browser.at_pace(page, clients).await?);
    }
    process.kill().await?;
    Ok(times)
}

/// Somebody who is signed in.
#[derive(Clone)]
struct Browser {
    outbound: Outbound,
    address: String,
    cookies: String,
}

impl Browser {
    async fn sign_in(address: &str) -> Result<Self> {
        let allow = vec![address.parse::<HostRule>()?];
        let outbound = Outbound::new(OutboundConfig { allow, ..OutboundConfig::default() })?;
        let url = format!("http://{address}/sign-in");
        let form = outbound.send(Request::get(url.as_str())).await?;
        let text = form.text();
        let token = text.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let token = token.context("no token in the form")?;
        let fields = [("_csrf", token), ("email", EMAIL), ("password", PASSWORD), ("next", "")];
        let request =
            Request::post(url.as_str()).header("cookie", cookies(&form)).header("origin", format!("http://{address}"));
        let answer = outbound.send(request.form(fields)).await?;
        ensure!(answer.status == 303, "signing in answered {}: {}", answer.status, answer.text());
        Ok(Self { outbound, address: address.to_owned(), cookies: cookies(&answer) })
    }

    async fn get(&self, path: &str) -> Result<()> {
        let url = format!("http://{}{path}", self.address);
        let request = Request::get(url.as_str()).header("cookie", &self.cookies).redirects(0);
        let answer = self.outbound.send(request).await?;
        // So that nobody measures an empty page.
        ensure!(answer.status == 200 && answer.body.len() > 2_000, "{path} answered {}", answer.status);
        Ok(())
    }

    /// Sends at a steady pace; a time counts from when the request was due, so that a slow answer delays none unseen.
    async fn at_pace(&self, page: &Page, clients: u32) -> Result<Times> {
        let mut due = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
        let mut asked = JoinSet::new();
        for n in 0..PER_SECOND * SECONDS {
            let since = due.tick().await.into_std();
            let (browser, path) = (self.clone(), (page.path)(n, clients));
            asked.spawn(async move {
                browser.get(&path).await?;
                anyhow::Ok(Instant::now().duration_since(since).as_secs_f64() * 1_000.0)
            });
        }
        let mut times = Vec::new();
        while let Some(time) = asked.join_next().await {
            times.push(time??);
        }
        times.sort_by(f64::total_cmp);
        Ok(Times { median: times[times.len() / 2], p99: times[times.len() * 99 / 100] })
    }
}

/// The cookies that an answer sets, as the next request sends them.
fn cookies(answer: &aos_outbound::Response) -> String {
    let set = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}
