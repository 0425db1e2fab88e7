//! The cast: an administrator to sign in with, and the demonstration reviewer.

use anyhow::Result;
use aos_features::{
    people::{self, Email, Grant, HashedPassword, Principal, Role, commands::NewUser},
    product::Product,
};
use aos_kernel::{Actor, AgencyScope, Secret, TenantScope};

use crate::assemble::plain;

const ADMINISTRATOR: &str = "admin@demo.example";
const REVIEWER: &str = "reviewer@demo.example";
/// Who else works at a whole agency.
const COLLEAGUES: [(&str, &str, Role); 3] = [
    ("consultant@demo.example", "Carla Consultant", Role::Consultant),
    ("editor@demo.example", "Ravi Reviewer", Role::Reviewer),
    ("approver@demo.example", "Ada Approver", Role::Approver),
];
/// The people of the client that decides on its own posts.
const CLIENT_PEOPLE: [(&str, &str, Role); 2] = [
    ("client@demo.example", "Clara Client", Role::TenantAdmin),
    ("member@demo.example", "Milo Member", Role::TenantMember),
];

/// The people of the demonstration's agency.
pub struct Cast {
    pub administrator: Principal,
    pub reviewer: Principal,
    password: Option<Secret>,
    /// What everybody's password is kept as, for those who come later.
    hashed: Option<HashedPassword>,
}

impl Cast {
    /// Sets the agency up, or finds the people of an earlier demonstration in the same folder.
    pub async fn find_or_make(product: &Product) -> Result<Self> {
        let db = &product.db;
        let mut conn = db.read().await.map_err(plain)?;
        let (mut password, mut hashed) = (None, None);
        if !people::queries::is_set_up(&mut conn).await.map_err(plain)? {
            drop(conn);
            // Made as a one-time password is, but to be kept: whoever looks around needs no other one.
            let (secret, _) = HashedPassword::one_time().await.map_err(plain)?;
            let kept = HashedPassword::chosen(&secret).await.map_err(plain)?;
            let (_, unused) = HashedPassword::one_time().await.map_err(plain)?;
            let mut tx = db.begin(Actor::system("demo")).await.map_err(plain)?;
            let administrator = person(ADMINISTRATOR, "Alex Admin", kept.clone())?;
            people::commands::set_up_agency(&mut tx, "Demonstration Agency", "UTC", administrator)
                .await
                .map_err(plain)?;
            let reviewer = person(REVIEWER, "Demonstration reviewer", unused)?;
            let roles: Vec<Grant> =
                [Role::Reviewer, Role::Approver].into_iter().filter_map(Grant::agency_wide).collect();
            people::commands::add_user(&mut tx, &AgencyScope::all(), reviewer, &roles).await.map_err(plain)?;
            tx.commit().await.map_err(plain)?;
            (password, hashed) = (Some(secret), Some(kept));
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
        Ok(Self { administrator, reviewer, password, hashed })
    }

    /// Adds somebody of each role of the agency, with the administrator's password. Once, in a new folder.
    pub async fn add_colleagues(&self, product: &Product) -> Result<()> {
        let Some(hashed) = &self.hashed else { return Ok(()) };
        let mut tx = product.db.begin(self.administrator.actor().clone()).await.map_err(plain)?;
        for (email, name, role) in COLLEAGUES {
            let grants: Vec<Grant> = Grant::agency_wide(role).into_iter().collect();
            let colleague = person(email, name, hashed.clone())?;
            people::commands::add_user(&mut tx, &AgencyScope::all(), colleague, &grants).await.map_err(plain)?;
        }
        tx.commit().await.map_err(plain)?;
        Ok(())
    }

    /// Adds a client's own people, with the administrator's password; answers who speaks for the client. Once, in a new
    /// folder.
    pub async fn add_client_people(&self, product: &Product, scope: TenantScope) -> Result<Option<Actor>> {
        let Some(hashed) = &self.hashed else { return Ok(None) };
        let mut tx = product.db.begin(self.administrator.actor().clone()).await.map_err(plain)?;
        let mut first = None;
        for (email, name, role) in CLIENT_PEOPLE {
            let new = person(email, name, hashed.clone())?;
            let user = people::commands::add_client_person(&mut tx, scope, new, role).await.map_err(plain)?;
            first.get_or_insert(Actor::User { id: user });
        }
        tx.commit().await.map_err(plain)?;
        Ok(first)
    }

    /// Everybody whom [`Self::add_colleagues`] and [`Self::add_client_people`] add, as a list for a person.
    pub fn others() -> String {
        let all = COLLEAGUES.iter().chain(&CLIENT_PEOPLE);
        all.map(|(email, ..)| *email).collect::<Vec<_>>().join(", ")
    }

    pub fn introduction(&self) -> String {
        match &self.password {
            // Shown once, to the person who started the demonstration on their own machine.
            Some(password) => format!("{ADMINISTRATOR} with {}", password.expose()),
            None => format!("{ADMINISTRATOR} with the password of the first demonstration in this folder"),
        }
    }
}

fn person(email: &str, name: &str, password: HashedPassword) -> Result<NewUser> {
    Ok(NewUser { email: Email::parse(email).map_err(plain)?, name: name.to_owned(), password })
}
