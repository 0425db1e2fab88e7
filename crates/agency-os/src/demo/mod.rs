//! `demo`: the whole journey of a client on this machine, from a website to published posts.
//!
//! It drives the product as people and the engine do: the same commands, the same worker. Approvals are given by a
//! demonstration reviewer, who says so, unless they are left to the person in front of the screen.

mod agency;
mod journey;
mod people;
mod places;
mod reviewer;
mod screen;
mod social;

use anyhow::Result;
use aos_kernel::Secret;
use url::Url;

use crate::{
    assemble,
    config::{Config, Overrides},
    serve::{self, Role, Serving},
};

/// What a month of the journey is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Pipeline {
    /// Ten posts on the client's blog
    Blog,
    /// Twelve posts on each of the client's social channels, which are simulated
    Social,
}

/// What the demonstration is to show.
#[derive(Clone, clap::Args)]
pub struct Options {
    /// A real website instead of the sample site
    #[arg(long, value_name = "URL")]
    website: Option<Url>,
    /// A real WordPress to publish on instead of the sandbox
    #[arg(long, value_name = "URL", requires = "user")]
    wordpress: Option<Url>,
    /// The WordPress user name
    #[arg(long, value_name = "U", requires = "wordpress")]
    user: Option<String>,
    /// Read the WordPress application password from the standard input
    #[arg(long, requires = "wordpress")]
    password_stdin: bool,
    /// The client's name; else it is taken from the website
    #[arg(long)]
    client: Option<String>,
    /// The client's time zone
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// Where the month's work comes out
    #[arg(long, value_enum, default_value_t = Pipeline::Blog, conflicts_with_all = ["agency", "manual", "wordpress"])]
    pipeline: Pipeline,
    /// Of `--pipeline social`: the platforms whose sandbox accounts are connected
    #[arg(long, value_name = "P", value_delimiter = ',', default_values = ["linkedin", "instagram"])]
    platforms: Vec<String>,
    /// Simulated platforms that run already, instead of this program's own
    #[arg(long, value_name = "URL", hide = true)]
    vendors: Option<Url>,
    /// Leave the approvals to a person, in the portal
    #[arg(long)]
    manual: bool,
    /// A whole agency: people of each role, and clients at every stage instead of one that goes all the way
    #[arg(long, conflicts_with_all = ["client", "manual", "zone"])]
    agency: bool,
    /// Draft with the sandbox's scripted model instead of without a model
    #[arg(long)]
    sandbox_model: bool,
    /// What this process does; what it leaves out is for other processes on the same database (`serve --roles worker`)
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Role::ALL)]
    roles: Vec<Role>,
    /// End when the journey has come as far as it can instead of serving on; a journey that is not complete is an error
    #[arg(long)]
    exit: bool,
}

impl Options {
    /// A demonstration without a folder of its own gets a new one, and a port that is free.
    pub fn prepare(&self, overrides: &mut Overrides) {
        if overrides.data.is_none() {
            overrides.data = Some(std::env::temp_dir().join(format!("agency-os-demo-{}", std::process::id())));
        }
        if overrides.port.is_none() && std::net::TcpListener::bind(("127.0.0.1", 8080)).is_err() {
            overrides.port = Some(0);
        }
    }

    /// The journey of the one client.
    fn plan(&self, places: &places::Places) -> journey::Plan {
        let host = places.website.host_str().unwrap_or("client").trim_start_matches("www.").to_owned();
        let name = self.website.as_ref().map_or_else(|| "Harbour & Pine".to_owned(), |_| host);
        journey::Plan {
            client: self.client.clone().unwrap_or(name),
            zone: self.zone.clone(),
            social: match self.pipeline {
                Pipeline::Blog => Vec::new(),
                Pipeline::Social => self.platforms.clone(),
            },
            // By hand, the reviewer approves nothing and every decision is waited for.
            stage: if self.manual { journey::Stage::Strategy } else { journey::Stage::Published },
            waits: self.manual,
        }
    }

    fn password(&self) -> Result<Option<Secret>> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        Ok(Some(Secret::new(line.trim())))
    }
}

/// Runs the demonstration.
pub async fn run(mut config: Config, options: Options) -> Result<()> {
    let screen = screen::Screen::new();
    screen.title(if options.agency { "Agency OS: a whole agency" } else { "Agency OS: the journey of a client" });
    let password = options.password()?;
    std::fs::create_dir_all(&config.data.folder)?;
    // The places come first: the guard on outgoing requests has to know the loopback addresses that they got.
    let places = places::Places::open(&options, password, &config.data.folder).await?;
    config.outbound.allow_hosts.extend(places.hosts());
    config.mail = places.mail();
    config.simulated_vendors = Some(places.vendors.clone());
    let app = assemble::app(config).await?;
    let serving = Serving::start(&app, &options.roles).await?;
    let address = serving.address.map(|address| app.config.public_url(address.port())).transpose()?;

    let cast = people::Cast::find_or_make(&app.product).await?;
    if let Some(address) = &address {
        screen.line(&format!("Portal      {address}"));
        screen.line(&format!("Sign in as  {}", cast.introduction()));
    }
    screen.line(&format!("Data        {}", app.config.data.folder.display()));
    places.tell(&screen);

    let complete = match travel(&app, &cast, &places, &options, &screen, address.as_ref()).await {
        Ok(complete) => complete,
        Err(error) => {
            screen.problem(&format!("{error:#}"));
            false
        }
    };
    if !options.exit {
        screen.line("");
        screen.line("The portal stays open. Ctrl-C ends the demonstration.");
        serve::until_stopped().await;
    }
    serving.stop().await;
    places.close().await;
    app.product.db.close().await;
    if options.exit && !complete {
        anyhow::bail!("the journey is not complete");
    }
    Ok(())
}

/// Takes the client, or all of them, through the journey; whether it came to its end.
async fn travel(
    app: &assemble::App,
    cast: &people::Cast,
    places: &places::Places,
    options: &Options,
    screen: &screen::Screen,
    portal: Option<&Url>,
) -> Result<bool> {
    if let Some(model) = &places.model {
        journey::connect_model(app, cast, model, screen).await?;
    }
    if options.agency {
        let clients = agency::open(app, cast, places, screen).await?;
        screen.line("");
        if let Some(portal) = portal {
            screen.line(&format!("Portal       {portal}"));
        }
        screen.line(&format!("With the same password: {}", people::Cast::others()));
        screen.line(&format!("\nThe agency is open: {} clients", clients.len()));
        return Ok(true);
    }
    let plan = options.plan(places);
    let journey = journey::Journey::new(app, cast, places, &plan, screen::Voice::alone(screen));
    let ending = journey.travel().await?;
    ending.tell(screen, portal);
    Ok(ending.is_complete())
}
