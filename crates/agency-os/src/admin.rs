//! `admin`: what an administrator does on the machine itself.

use std::io::Read;

use anyhow::{Context, Result, bail};
use aos_features::people::{
    self, Access, Email, Grant, HashedPassword, Role, api_tokens::NewApiToken, commands::NewUser,
};
use aos_kernel::{Actor, AgencyScope, PageSize, Secret};
use aos_storage::Conn;

use crate::{assemble, assemble::plain, config::Config};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Set up the agency and its first administrator
    SetUp {
        #[arg(long)]
        agency: String,
        #[arg(long, default_value = "UTC")]
        zone: String,
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// Read the password from the standard input; it is not asked for
        #[arg(long)]
        password_stdin: bool,
    },
    /// Add a person of the agency
    UserAdd {
        email: String,
        #[arg(long)]
        name: String,
        /// administrator, consultant, reviewer, approver; several with commas
        #[arg(long, value_delimiter = ',')]
        roles: Vec<String>,
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the people
    Users,
    /// Give a person a new password
    ResetPassword {
        email: String,
        #[arg(long)]
        password_stdin: bool,
    },
    /// End a person's sessions and tokens and keep them from signing in
    Deactivate { email: String },
    /// Take somebody's second factor away, who lost their device
    ResetTwoFactor { email: String },
    /// Let the agency's staff work from anywhere again
    LiftOfficeLimit,
    /// Make an API token for a person; it is shown once
    Token {
        email: String,
        #[arg(long)]
        name: String,
        /// May also change things
        #[arg(long)]
        write: bool,
    },
    /// Put a new master key in place and wrap all credentials under it, while the system runs
    RotateKey,
    /// Forget the older master keys
    RetireKeys,
}

fn operator() -> Actor {
    Actor::system("command line")
}

fn password(stdin: bool) -> Result<Secret> {
    if !stdin {
        bail!("give the password on the standard input, with --password-stdin");
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

async fn hashed(stdin: bool) -> Result<HashedPassword> {
    HashedPassword::chosen(&password(stdin)?).await.map_err(plain)
}

fn address(text: &str) -> Result<Email> {
    Email::parse(text).map_err(plain)
}

async fn user(conn: &mut Conn, email: &str) -> Result<people::User> {
    people::queries::user_by_email(conn, email)
        .await
        .map_err(plain)?
        .with_context(|| format!("nobody has the address {email}"))
}

pub async fn run(config: Config, command: Command) -> Result<()> {
    let db = assemble::database(&config).await?;
    match command {
        Command::SetUp { agency, zone, email, name, password_stdin } => {
            let administrator = NewUser { email: address(&email)?, name, password: hashed(password_stdin).await? };
            let mut tx = db.begin(operator()).await.map_err(plain)?;
            let (agency, _) =
                people::commands::set_up_agency(&mut tx, &agency, &zone, administrator).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            println!("{} is set up.", agency.name);
        }
        Command::UserAdd { email, name, roles, password_stdin } => {
            let grants = roles
                .iter()
                .map(|role| {
                    let role: Role = role.parse().map_err(plain)?;
                    Grant::agency_wide(role)
                        .with_context(|| format!("{role} is a role for one client, not for the agency"))
                })
                .collect::<Result<Vec<_>>>()?;
            let new = NewUser { email: address(&email)?, name, password: hashed(password_stdin).await? };
            let mut tx = db.begin(operator()).await.map_err(plain)?;
            people::commands::add_user(&mut tx, &AgencyScope::all(), new, &grants).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            println!("Added.");
        }
        Command::Users => {
            let mut conn = db.read().await.map_err(plain)?;
            let (agency, everybody, mut after) = (AgencyScope::all(), people::UserFilter::default(), None);
            loop {
                let page =
                    people::queries::users(&mut conn, &agency, &everybody, after.as_ref(), PageSize::clamped(200));
                let page = page.await.map_err(plain)?;
                for person in &page.items {
                    let note = if person.user.is_active() { "" } else { "(deactivated)" };
                    println!("{}  {}  {note}", person.user.email, person.user.name);
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Command::ResetPassword { email, password_stdin } => {
            let id = user(&mut db.read().await.map_err(plain)?, &email).await?.id;
            let password = hashed(password_stdin).await?;
            let mut tx = db.begin(operator()).await.map_err(plain)?;
            people::commands::reset_password(&mut tx, &AgencyScope::all(), id, &password).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            println!("The password is changed; all sessions of {email} ended.");
        }
        Command::Deactivate { email } => {
            let id = user(&mut db.read().await.map_err(plain)?, &email).await?.id;
            let mut tx = db.begin(operator()).await.map_err(plain)?;
            people::commands::deactivate(&mut tx, &AgencyScope::all(), id).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            println!("{email} can't sign in any more.");
        }
        Command::ResetTwoFactor { email } => {
            let id = user(&mut db.read().await.map_err(plain)?, &email).await?.id;
            let credentials = assemble::credentials(&config)?;
            let mut tx = db.begin(operator()).await.map_err(plain)?;
            people::two_factor::reset(&mut tx, &credentials, &AgencyScope::all(), id).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            println!("{email} signs in with the password alone, until a new second factor is set up.");
        }
        Command::LiftOfficeLimit => {
            let mut tx = db.begin(operator()).await.map_err(plain)?;
            let anywhere = people::OfficeNetworks::default();
            people::settings::limit_to_office(&mut tx, &anywhere, None).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            println!("Staff may work from anywhere.");
        }
        Command::Token { email, name, write } => {
            let mut conn = db.read().await.map_err(plain)?;
            let id = user(&mut conn, &email).await?.id;
            let principal = people::queries::principal(&mut conn, id).await.map_err(plain)?;
            drop(conn);
            let access = if write { Access::Write } else { Access::Read };
            let mut tx = db.begin(operator()).await.map_err(plain)?;
            let input = NewApiToken { name, access, expires_at: None };
            let (_, secret) = people::api_tokens::create(&mut tx, &principal, input).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            println!("{}", secret.expose());
        }
        Command::RotateKey => rotate(&config, &db).await?,
        Command::RetireKeys => retire(&config, &db).await?,
    }
    db.close().await;
    Ok(())
}

/// With the keys in a file a new one is made; with those of the environment everything goes under their first.
async fn rotate(config: &Config, db: &aos_storage::Db) -> Result<()> {
    let credentials = assemble::credentials(config)?;
    let given = Config::master_key().is_some();
    let rotating = if given { credentials.rewrap_all(db).await } else { credentials.rotate(db).await };
    println!("{} credentials are under the new master key.", rotating.map_err(plain)?.rewrapped);
    if !given {
        println!("The old key stays in the file, for older backups: `agency-os admin retire-keys` forgets it.");
    }
    Ok(())
}

async fn retire(config: &Config, db: &aos_storage::Db) -> Result<()> {
    let credentials = assemble::credentials(config)?;
    credentials.retire(db).await.map_err(plain)?;
    println!("Only the current master key is left. A backup from before it needs the key file from then.");
    Ok(())
}
