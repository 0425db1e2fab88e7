//! One's own API tokens.

use aos_features::people::{
    Access, ApiToken,
    api_tokens::{self, NewApiToken},
};
use aos_kernel::{ApiTokenId, Error, Result};
use axum::Form;
use chrono::TimeDelta;

use super::{
    roles::zone,
    views::{TokenForm, TokenRow, TokensPage},
};
use crate::{
    flash::Flash,
    forms::FieldErrors,
    layout::Place,
    paths,
    session::{Answer, At, Viewer},
    show::Dial,
};

/// Programs are looked after; one that lives longer than this is forgotten.
const LONGEST_DAYS: i64 = 3_650;

async fn view(viewer: &Viewer, form: TokenForm, errors: FieldErrors, created: Option<String>) -> Result<TokensPage> {
    let mut conn = viewer.read().await?;
    let tokens = api_tokens::list(&mut conn, &viewer.principal).await?;
    let dial = Dial { zone: zone(&mut conn).await?, now: viewer.now };
    Ok(TokensPage {
        shell: viewer.shell(&mut conn, "API tokens", Place::Tokens).await?,
        tokens: tokens.into_iter().filter(|token| token.revoked_at.is_none()).map(|token| row(token, dial)).collect(),
        form,
        errors,
        created,
        example: viewer.state.settings.public_url.join("api/v1/me").map_or_else(|_| String::new(), Into::into),
    })
}

fn row(token: ApiToken, dial: Dial) -> TokenRow {
    let over = token.expires_at.is_some_and(|at| at <= dial.now);
    TokenRow {
        id: token.id.to_string(),
        name: token.name,
        prefix: token.starts_with,
        reads_only: token.access == Access::Read,
        created: dial.moment(token.created_at),
        last_used: token.last_used_at.map(|at| dial.moment(at)),
        expires: token.expires_at.map(|at| dial.moment(at)),
        state: if over { "expired" } else { "active" }.to_owned(),
    }
}

/// `GET /portal/tokens`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let form = TokenForm { expires_days: "90".to_owned(), ..TokenForm::default() };
    let view = view(&viewer, form, FieldErrors::default(), None).await?;
    viewer.page(&view)
}

/// `POST /portal/tokens`: the token stands on the page that answers, and nowhere else.
pub(super) async fn create(viewer: Viewer, Form(form): Form<TokenForm>) -> Answer {
    match try_create(&viewer, &form).await {
        Ok(secret) => {
            let view = view(&viewer, TokenForm::default(), FieldErrors::default(), Some(secret)).await?;
            viewer.page(&view)
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let view = view(&viewer, form, errors, None).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_create(viewer: &Viewer, form: &TokenForm) -> Result<String> {
    let expires_at = match form.expires_days.trim() {
        "" => None,
        days => {
            let days = days.parse().ok().filter(|days| (1..=LONGEST_DAYS).contains(days));
            let days = days.ok_or_else(|| Error::invalid("expires_days", "Choose for how long."))?;
            Some(viewer.now + TimeDelta::days(days))
        }
    };
    let access = if form.access == Access::Read.as_str() { Access::Read } else { Access::Write };
    let input = NewApiToken { name: form.name.clone(), access, expires_at };
    let mut tx = viewer.begin().await?;
    let (_, secret) = api_tokens::create(&mut tx, &viewer.principal, input).await?;
    tx.commit().await?;
    Ok(secret.expose().to_owned())
}

/// `POST /portal/tokens/{token}/revoke`.
pub(super) async fn revoke(viewer: Viewer, At(token): At<ApiTokenId>) -> Answer {
    let mut tx = viewer.begin().await?;
    api_tokens::revoke(&mut tx, &viewer.principal, token).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The token is revoked. Programs that use it are refused from now on."), paths::TOKENS))
}
