//! Consent at Google. Source: contract `google.md`, section 1.

use aos_capabilities::{
    PlatformError, PlatformErrorKind as Kind,
    connect::{OAuthApp, Tokens, Visit},
};
use aos_kernel::{Retry, Secret, Timestamp};
use aos_outbound::{Request, Response};
use chrono::TimeDelta;
use url::Url;

use super::{
    Google, Operation,
    api::{TokenRefusal, TokenReply},
    errors,
};
use crate::vendor;

const AUTHORIZE: &str = "https://accounts.google.com/o/oauth2/v2/auth";
const TOKEN: &str = "https://oauth2.googleapis.com/token";
const REVOKE: &str = "https://oauth2.googleapis.com/revoke";

/// Where an administrator registers the application.
pub(crate) const REGISTERED_AT: &str = "Google Cloud console (console.cloud.google.com): APIs & Services, Credentials";

const DEPART: Operation = Operation::read("ask for consent", "ask for consent");
const REDEEM: Operation = Operation::read("redeem consent", "finish the consent");
const REFRESH: Operation = Operation::read("refresh access", "renew the access");
const REVOCATION: Operation = Operation::read("revoke access", "give the access back");

const CONNECT_AGAIN: &str = "Connect it again with the same Google account.";

impl Google<'_> {
    pub fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        if app.client_id.trim().is_empty() {
            let message = "The agency's application at Google has no client id.";
            let help = "An administrator enters it under Manage, Credentials.";
            return Err(self.error(DEPART, Kind::Invalid("client_id".to_owned()), message, help));
        }
        let mut url = Url::parse(&self.vendor.url(AUTHORIZE)).map_err(|_| {
            let help = "An administrator checks the address of the sandbox.";
            self.error(DEPART, Kind::Invalid("sandbox".to_owned()), "The sandbox's address can't be used.", help)
        })?;
        let scopes: Vec<&str> = self.consent.scopes.iter().map(|scope| scope.name).collect();
        url.query_pairs_mut().extend_pairs([
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", app.redirect.as_str()),
            ("response_type", "code"),
            ("scope", &scopes.join(" ")),
            // Only so does Google hand out what renews the access, and only when it asks again.
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("state", visit.state.expose()),
        ]);
        Ok(url)
    }

    pub async fn redeem(&self, app: &OAuthApp, code: &Secret) -> Result<Tokens, PlatformError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("client_id", &app.client_id),
            ("client_secret", app.client_secret.expose()),
            ("redirect_uri", app.redirect.as_str()),
        ];
        let reply = self.token(REDEEM, &fields).await?;
        Ok(tokens(reply, None, self.vendor.now()))
    }

    pub async fn refresh(&self, app: &OAuthApp, old: &Tokens) -> Result<Tokens, PlatformError> {
        let Some(refresh) = &old.refresh else {
            let message = "Google gave nothing by which the access could be renewed.";
            return Err(self.error(REFRESH, Kind::Unsupported, message, CONNECT_AGAIN));
        };
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose()),
            ("client_id", &app.client_id),
            ("client_secret", app.client_secret.expose()),
        ];
        let reply = self.token(REFRESH, &fields).await?;
        Ok(tokens(reply, Some(old), self.vendor.now()))
    }

    pub async fn revoke(&self, tokens: &Tokens) -> Result<(), PlatformError> {
        let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
        let request = Request::post(&*self.vendor.url(REVOKE)).form([("token", token.expose())]);
        let response = self.send(REVOCATION, request).await?;
        // Whoever has revoked it before us did what we wanted.
        if response.is_success() || code_of(&response).as_deref() == Some("invalid_token") {
            return Ok(());
        }
        Err(self.token_refusal(REVOCATION, &response))
    }

    /// Refuses to go on without a permission that nothing works without.
    pub fn granted(&self, operation: Operation, tokens: &Tokens) -> Result<(), PlatformError> {
        let missing = self.consent.missing(tokens.scopes.as_deref());
        if missing.iter().all(|scope| !scope.required) {
            return Ok(());
        }
        let words = errors::scope_missing(self.descriptor.name, operation.doing);
        Err(self.error(operation, words.kind, words.message, words.help))
    }

    async fn send(&self, operation: Operation, request: Request) -> Result<Response, PlatformError> {
        self.vendor.exchange(self.descriptor.id, operation.name, operation.effect, request).await
    }

    async fn token(&self, operation: Operation, fields: &[(&str, &str)]) -> Result<TokenReply, PlatformError> {
        let fields = fields.iter().copied();
        let request = Request::post(&*self.vendor.url(TOKEN)).form(fields).header("accept", "application/json");
        let response = self.send(operation, request).await?;
        if !response.is_success() {
            return Err(self.token_refusal(operation, &response));
        }
        let reply: TokenReply =
            vendor::read(self.descriptor.id, self.descriptor.name, operation.name, operation.effect, &response)?;
        if reply.access_token.is_empty() {
            let Google { descriptor, .. } = *self;
            return Err(vendor::unreadable(descriptor.id, descriptor.name, operation.name, operation.effect));
        }
        Ok(reply)
    }

    fn token_refusal(&self, operation: Operation, response: &Response) -> PlatformError {
        let code = code_of(response);
        let wait = vendor::wait_of(response, self.vendor.now());
        let mut error = judge(self, operation, response.status, code.as_deref(), wait);
        error.provider_code = Some(code.unwrap_or_else(|| format!("http_{}", response.status)));
        error
    }
}

fn code_of(response: &Response) -> Option<String> {
    serde_json::from_slice::<TokenRefusal>(&response.body).ok().map(|refusal| refusal.error)
}

fn judge(google: &Google<'_>, operation: Operation, status: u16, code: Option<&str>, wait: Retry) -> PlatformError {
    let Operation { doing, .. } = operation;
    let name = google.descriptor.name;
    let never = |kind, message: String, help: &str| google.error(operation, kind, message, help);
    match (status, code) {
        (429, _) => {
            let message = format!("Google asks for fewer requests; it could not {doing} now.");
            PlatformError { retry: wait, ..never(Kind::RateLimited, message, "It is tried again.") }
        }
        (408 | 500..=599, _) => {
            let message = format!("Google could not {doing} because it failed itself.");
            PlatformError { retry: wait, ..never(Kind::Unavailable, message, "It is tried again.") }
        }
        (_, Some("invalid_grant")) if operation.name == REDEEM.name => never(
            Kind::AuthExpired,
            "The consent was used already or took too long.".to_owned(),
            "Connect again, and finish within a few minutes.",
        ),
        (_, Some("invalid_grant")) => {
            never(Kind::AuthExpired, format!("Google has ended the access to {name}."), CONNECT_AGAIN)
        }
        (_, Some("admin_policy_enforced" | "org_internal" | "access_denied")) => never(
            Kind::PermissionMissing,
            "The organisation of this Google account does not allow the agency's application.".to_owned(),
            "Ask an administrator of that organisation to allow it, then connect again.",
        ),
        (_, Some("invalid_client" | "unauthorized_client" | "deleted_client")) => never(
            Kind::PermissionMissing,
            "Google does not know the agency's application, or its secret is wrong.".to_owned(),
            "An administrator checks the client id and the secret under Manage, Credentials.",
        ),
        (_, Some("redirect_uri_mismatch")) => never(
            Kind::Invalid("redirect".to_owned()),
            "The address that Google sends people back to is not registered with the agency's application.".to_owned(),
            "An administrator registers exactly the address that stands under Manage, Credentials at Google.",
        ),
        _ => never(
            Kind::UnexpectedResponse,
            format!("Google would not {doing}."),
            "Try it once more; if it stays like this, tell an administrator.",
        ),
    }
}

/// What the reply holds. A refresh brings no refresh token: the old one goes on.
fn tokens(reply: TokenReply, old: Option<&Tokens>, now: Timestamp) -> Tokens {
    let moment = |seconds: Option<u64>| {
        let life = TimeDelta::try_seconds(i64::try_from(seconds?).ok()?)?;
        now.checked_add_signed(life)
    };
    let scopes = reply.scope.map(|scope| scope.split_whitespace().map(str::to_owned).collect());
    Tokens {
        access: Secret::new(reply.access_token),
        refresh: reply.refresh_token.map(Secret::new).or_else(|| old?.refresh.clone()),
        expires_at: moment(reply.expires_in),
        refresh_expires_at: moment(reply.refresh_token_expires_in).or_else(|| old?.refresh_expires_at),
        scopes: scopes.or_else(|| old?.scopes.clone()),
    }
}

#[cfg(test)]
mod tests {
    use aos_capabilities::connect::Authorize;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        GoogleBusiness,
        prompter::{Answer, Rehearsal, app, now, visit},
    };

    fn tokens_of(access: &str, refresh: Option<&str>) -> Tokens {
        Tokens {
            access: Secret::new(access),
            refresh: refresh.map(Secret::new),
            expires_at: None,
            refresh_expires_at: None,
            scopes: Some(vec!["https://www.googleapis.com/auth/business.manage".to_owned()]),
        }
    }
    fn token(status: u16, body: Value) -> Rehearsal {
        Rehearsal::new([Answer::post(TOKEN, status, body)])
    }

    #[test]
    fn the_way_there_asks_for_lasting_access_each_time() {
        let platform = GoogleBusiness::new(Rehearsal::new([]).vendor());
        let url = platform.departure(&app(), &visit()).unwrap();
        insta::assert_snapshot!(url, @"https://accounts.google.com/o/oauth2/v2/auth?client_id=agency-os&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fback&response_type=code&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fbusiness.manage&access_type=offline&prompt=consent&state=the-state");
        let nameless = OAuthApp { client_id: " ".to_owned(), ..app() };
        assert_eq!(platform.departure(&nameless, &visit()).unwrap_err().kind, Kind::Invalid("client_id".to_owned()));
    }

    #[tokio::test]
    async fn a_code_becomes_tokens_with_their_ends() {
        let rehearsal = token(
            200,
            json!({"access_token": "ya29.A", "expires_in": 3599, "refresh_token": "1//R", "token_type": "Bearer",
                   "scope": "https://www.googleapis.com/auth/business.manage openid", "refresh_token_expires_in": 604_800}),
        );
        let platform = GoogleBusiness::new(rehearsal.vendor());
        let tokens = platform.redeem(&app(), &visit(), &Secret::new("4/code")).await.unwrap();
        assert_eq!((tokens.access.expose(), tokens.refresh.unwrap().expose()), ("ya29.A", "1//R"));
        assert_eq!(tokens.expires_at, Some(now() + TimeDelta::seconds(3_599)));
        assert_eq!(tokens.refresh_expires_at, Some(now() + TimeDelta::days(7)));
        assert_eq!(tokens.scopes.unwrap()[1], "openid");
        insta::assert_json_snapshot!(rehearsal.sent());
    }

    #[tokio::test]
    async fn a_refresh_keeps_what_the_reply_leaves_out() {
        let rehearsal = token(200, json!({"access_token": "ya29.B", "expires_in": "3599"}));
        let platform = GoogleBusiness::new(rehearsal.vendor());
        let tokens = platform.refresh(&app(), &tokens_of("ya29.A", Some("1//R"))).await.unwrap();
        assert_eq!((tokens.access.expose(), tokens.refresh.unwrap().expose()), ("ya29.B", "1//R"));
        assert_eq!(tokens.scopes.unwrap().len(), 1);
        insta::assert_json_snapshot!(rehearsal.sent());
        let nothing = GoogleBusiness::new(Rehearsal::new([]).vendor());
        let error = nothing.refresh(&app(), &tokens_of("a", None)).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unsupported);
    }

    #[tokio::test]
    async fn only_googles_own_word_ends_the_access() {
        for (status, body, kind) in [
            (400, json!({"error": "invalid_grant", "error_description": "revoked"}), Kind::AuthExpired),
            (401, json!({"error": "invalid_client"}), Kind::PermissionMissing),
            (400, json!({"error": "unauthorized_client"}), Kind::PermissionMissing),
            (400, json!({"error": "invalid_request"}), Kind::UnexpectedResponse),
            (429, json!({}), Kind::RateLimited),
            (503, json!({"error": "invalid_grant"}), Kind::Unavailable),
            (200, json!({"access_token": ""}), Kind::UnexpectedResponse),
            (200, json!({"expires_in": 1}), Kind::UnexpectedResponse),
        ] {
            let platform = GoogleBusiness::new(token(status, body.clone()).vendor());
            let error = platform.refresh(&app(), &tokens_of("a", Some("r"))).await.unwrap_err();
            assert_eq!(error.kind, kind, "{status} {body}");
            assert!(!error.outcome_unknown);
        }
    }

    #[tokio::test]
    async fn giving_access_back_twice_is_harmless() {
        for (status, body, good) in [
            (200, json!({}), true),
            (400, json!({"error": "invalid_token"}), true),
            (400, json!({"error": "invalid_request"}), false),
            (503, json!({}), false),
        ] {
            let platform = GoogleBusiness::new(Rehearsal::new([Answer::post(REVOKE, status, body)]).vendor());
            assert_eq!(platform.revoke(&app(), &tokens_of("a", Some("r"))).await.is_ok(), good, "{status}");
        }
    }

    #[tokio::test]
    async fn a_permission_that_was_unticked_is_told_before_a_request() {
        let rehearsal = Rehearsal::new([]);
        let platform = GoogleBusiness::new(rehearsal.vendor());
        let unticked = Tokens { scopes: Some(vec!["openid".to_owned()]), ..tokens_of("a", None) };
        let error = platform.targets(&app(), &unticked).await.unwrap_err();
        assert_eq!(error.kind, Kind::PermissionMissing);
        assert!(error.help.unwrap().contains("ticked"));
        assert!(rehearsal.sent().is_empty());
    }
}
