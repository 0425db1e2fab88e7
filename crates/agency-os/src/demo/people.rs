//! The cast: an administrator to sign in with, and the demonstration reviewer.

use anyhow::Result;
use aos_features::{
    people::{self, Email, Grant, HashedPassword, Principal, Role, commands::NewUser},
    product::Product,
};
use aos_kernel::{Actor, AgencyScope, Secret};

use crate::assemble::plain;

const ADMINISTRATOR: &str = "admin@demo.example";
const REVIEWER: &str = "reviewer@demo.example";

/// The people of the demonstration's agency.
pub struct Cast {
    pub administrator: Principal,
    pub reviewer: Principal,
    password: Option<Secret>,
}

impl Cast {
    /// Sets the agency up, or finds the people of an earlier demonstration in the same folder.
    pub async fn find_or_make(product: &Product) -> Result<Self> {
        let db = &product.db;
        let mut conn = db.read().await.map_err(plain)?;
        let mut password = None;
        if !people::queries::is_set_up(&mut conn).await.map_err(plain)? {
            drop(conn);
            // Made as a one-time password is, but to be kept: whoever looks around needs no other one.
            let (secret, _) = HashedPassword::one_time().await.map_err(plain)?;
            let hashed = HashedPassword::chosen(&secret).await.map_err(plain)?;
            let (_, unused) = HashedPassword::one_time().await.map_err(plain)?;
            let mut tx = db.begin(Actor::system("demo")).await.map_err(plain)?;
            let administrator = NewUser {
                email: Email::parse(ADMINISTRATOR).map_err(plain)?,
                name: "Alex Admin".into(),
                password: hashed,
            };
            people::commands::set_up_agency(&mut tx, "Demonstration Agency", "UTC", administrator)
                .await
                .map_err(plain)?;
            let reviewer = NewUser {
                email: Email::parse(REVIEWER).map_err(plain)?,
                name: "Demonstration reviewer".into(),
                password: unused,
            };
            let roles: Vec<Grant> =
                [Role::Reviewer, Role::Approver].into_iter().filter_map(Grant::agency_wide).collect();
            people::commands::add_user(&mut tx, &AgencyScope::all(), reviewer, &roles).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            password = Some(secret);
            conn = db.read().await.map_err(plain)?;
        }
        let mut find = async |email: &str| -> Result<Principal> {
            let user = people::queries::user_by_email(&mut conn, email).await.map_err(plain)?;
            let user =
                user.ok_or_else(|| anyhow::anyhow!("this data folder is not a demonstration's: nobody is {email}"))?;
            people::queries::principal(&mut conn, user.id).await.map_err(plain)
        };
        let administrator = find(ADMINISTRATOR).await?;
        let reviewer = find(REVIEWER).await?;
        Ok(Self { administrator, reviewer, password })
    }

    pub fn introduction(&self) -> String {
        match &self.password {
            // Shown once, to the person who started the demonstration on their own machine.
            Some(password) => format!("{ADMINISTRATOR} with {}", password.expose()),
            None => format!("{ADMINISTRATOR} with the password of the first demonstration in this folder"),
        }
    }
}
