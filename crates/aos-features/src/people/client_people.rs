//! A client's own people, as the client's administrators and the agency manage them.

use aos_kernel::{Error, Result, TenantScope, UserId};
use aos_storage::Tx;
use serde_json::json;

use super::{
    commands::{self, note},
    model::{Grant, Role},
    principal::Principal,
    store::users as store,
};

/// Two who take each other's role away at the same moment would leave nobody.
async fn one_at_a_time(tx: &mut Tx, scope: TenantScope) -> Result<()> {
    tx.lock(&format!("people.client:{}", scope.tenant())).await
}

fn not_yourself(principal: &Principal, user: UserId) -> Result<()> {
    if principal.user() == user {
        return Err(Error::conflict("yourself", "This would shut you out yourself.")
            .with_help("Ask another administrator to do it."));
    }
    Ok(())
}

/// A client whose people manage themselves keeps somebody who can; the agency may leave it without, as it can invite
/// somebody else.
async fn somebody_is_left(tx: &mut Tx, principal: &Principal, scope: TenantScope) -> Result<()> {
    if !principal.is_staff() && store::active_client_administrators(tx, scope).await? == 0 {
        return Err(Error::conflict("last_client_administrator", "This is your last administrator.")
            .with_help("Make somebody else an administrator first."));
    }
    Ok(())
}

/// Makes one of the client's people its administrator, or a member.
///
/// # Errors
/// `NotFound` when they are not one of this client's people; `Invalid` for a role of the agency's staff; `Conflict`
/// `yourself` or `last_client_administrator`.
pub async fn change_role(
    tx: &mut Tx,
    principal: &Principal,
    scope: TenantScope,
    user: UserId,
    role: Role,
) -> Result<()> {
    let grant = Grant::new(role, Some(scope.tenant()))?;
    not_yourself(principal, user)?;
    one_at_a_time(tx, scope).await?;
    let before = store::client_role(tx, scope, user).await?.ok_or_else(|| Error::not_found("user"))?;
    if before == role {
        return Ok(());
    }
    store::grant(tx, user, grant).await?;
    if before == Role::TenantAdmin {
        somebody_is_left(tx, principal, scope).await?;
    }
    note(tx, grant.tenant, "people.client_role_changed", user, json!({ "role": role, "before": before })).await
}

/// Takes one of the client's people out of it; their account stays.
///
/// # Errors
/// `NotFound` when they are not one of this client's people; `Conflict` `yourself` or `last_client_administrator`.
pub async fn remove(tx: &mut Tx, principal: &Principal, scope: TenantScope, user: UserId) -> Result<()> {
    not_yourself(principal, user)?;
    one_at_a_time(tx, scope).await?;
    let before = store::client_role(tx, scope, user).await?;
    commands::remove_client_person(tx, scope, user).await?;
    if before == Some(Role::TenantAdmin) {
        somebody_is_left(tx, principal, scope).await?;
    }
    Ok(())
}
