//! Agency OS: the binary. Settings, wiring and the command line; everything else is in the crates.

mod admin;
mod assemble;
mod backup;
mod config;
mod crawl;
mod demo;
mod doctor;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    config::{Config, Overrides},
    serve::Role,
};

/// A page makes and drops many small strings, which the system's allocator spends more time on than on the page itself:
/// see the calendar in docs/benchmarks.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The operating system of a digital-marketing agency.
#[derive(Parser)]
#[command(name = "agency-os", version)]
struct Cli {
    #[command(flatten)]
    overrides: Overrides,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the web faces and do the work
    Serve {
        /// What this process does
        #[arg(long, value_enum, value_delimiter = ',', default_values_t = Role::ALL)]
        roles: Vec<Role>,
        /// Simulate the platforms of all vendors, to try what clients connect without an account anywhere
        #[arg(long)]
        sandbox: bool,
        /// Where the simulated platforms answer; 0 takes any port that is free, and addresses change at each start
        #[arg(long, value_name = "N", default_value_t = 8090, requires = "sandbox")]
        sandbox_port: u16,
    },
    /// Show the whole journey, from a website to ten published posts
    Demo(Box<demo::Options>),
    /// Bring the database's schema up to date
    Migrate,
    /// Look whether this installation is whole
    Doctor,
    /// Copy database and files into a folder, while the system runs
    Backup {
        /// A folder that is new or empty
        folder: std::path::PathBuf,
    },
    /// Fill an empty installation from a backup
    Restore {
        /// The folder of the backup
        folder: std::path::PathBuf,
    },
    /// Users, tokens, keys and ways back in
    #[command(subcommand)]
    Admin(admin::Command),
    /// Crawl a website and print what was found
    Crawl {
        /// The website's address
        url: url::Url,
        /// Print pages as JSON lines
        #[arg(long)]
        json: bool,
    },
    /// Print the settings file with all defaults
    Config,
    /// Print every route of the web faces
    Routes,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("agency-os: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    if let Command::Config = cli.command {
        print!("{}", Config::defaults());
        return Ok(());
    }
    if let Command::Routes = cli.command {
        for route in aos_web::router::routes().list() {
            println!("{} {}", route.method, route.path);
        }
        return Ok(());
    }
    let mut overrides = cli.overrides;
    if let Command::Demo(options) = &cli.command {
        options.prepare(&mut overrides);
    }
    let config = Config::load(&overrides)?;
    log(&config, matches!(cli.command, Command::Demo(_)))?;
    match cli.command {
        Command::Serve { roles, sandbox, sandbox_port } => {
            serve_until_stopped(config, &roles, sandbox.then_some(sandbox_port)).await
        }
        Command::Demo(options) => demo::run(config, *options).await,
        Command::Migrate => {
            let db = assemble::database(&config).await?;
            db.close().await;
            println!("The database is up to date.");
            Ok(())
        }
        Command::Doctor => doctor::run(config).await,
        Command::Backup { folder } => backup::backup(config, &folder).await,
        Command::Restore { folder } => backup::restore(config, &folder).await,
        Command::Admin(command) => admin::run(config, command).await,
        Command::Crawl { url, json } => crawl::run(&config, url, json).await,
        Command::Config | Command::Routes => Ok(()),
    }
}

async fn serve_until_stopped(mut config: Config, roles: &[Role], sandbox: Option<u16>) -> anyhow::Result<()> {
    let sandbox = match sandbox {
        Some(port) => Some(serve::simulate_vendors(&mut config, port).await?),
        None => None,
    };
    let app = assemble::app(config).await?;
    let serving = serve::Serving::start(&app, roles).await?;
    if let Some(address) = serving.address {
        println!("Agency OS is at {}", app.config.public_url(address.port())?);
    }
    if let Some(vendors) = &app.config.simulated_vendors {
        println!("The platforms of vendors are simulated at {vendors}");
    }
    serve::until_stopped().await;
    println!("Stopping: what is under way is finished or given back.");
    serving.stop().await;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    app.product.db.close().await;
    Ok(())
}

/// The log goes to the error output, so that a command's own output can be piped. The demo tells its story itself.
fn log(config: &Config, quiet: bool) -> anyhow::Result<()> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) => filter,
        Err(_) if quiet => "error,chromiumoxide=off".to_owned(),
        Err(_) => config.log.filter.clone(),
    };
    let registry = tracing_subscriber::registry().with(EnvFilter::try_new(filter)?);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if config.log.json {
        registry.with(layer.json()).try_init()?
    } else {
        registry.with(layer).try_init()?
    }
    Ok(())
}
