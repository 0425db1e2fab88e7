//! `api.linkedin.com`: who calls, in which version, and what for (contract 1.2 and 1.3).

use axum::{http::Method, response::Response};
use serde_json::{Value, json};

use super::{
    super::{
        call::{self, Call, decoded},
        grants::{Holder, Standing},
    },
    LinkedIn, PAGE_ID, PAGE_NAME, PAGE_URN,
    errors::Refused,
    state::{State, member},
};

pub(super) type Outcome = Result<Response, Refused>;

impl LinkedIn {
    pub(super) fn api(&self, call: &Call) -> Response {
        let outcome = self.holder(call).and_then(|holder| {
            if call.path == "/v2/userinfo" {
                return userinfo(call, &holder);
            }
            if !call.path.starts_with("/rest/") {
                return Err(Refused::missing("The resource"));
            }
            // The lock must be free again before the call is served.
            let versioned = versioned(&self.kept.lock(), call);
            versioned.and_then(|()| self.rest(call, &holder))
        });
        outcome.unwrap_or_else(|refused| refused.answer())
    }

    pub(super) fn holder(&self, call: &Call) -> Result<Holder, Refused> {
        let mut state = self.kept.lock();
        state.requests += 1;
        match state.grants.look(call.bearer().unwrap_or_default(), call.now) {
            Standing::Good(holder) => Ok(holder),
            Standing::Expired => Err(Refused::token_expired()),
            Standing::Unknown => Err(Refused::token_unknown()),
        }
    }

    fn rest(&self, call: &Call, holder: &Holder) -> Outcome {
        let pieces = call.segments();
        match (&call.method, &pieces[1..]) {
            (&Method::POST, ["posts"]) => self.create(call, holder),
            (&Method::GET, ["posts"]) => self.list(call, holder),
            (&Method::GET, ["posts", urn]) => self.read(&urn_of(urn)?, holder),
            (&Method::POST, ["posts", urn]) => self.edit(&urn_of(urn)?, call, holder),
            (&Method::DELETE, ["posts", urn]) => self.delete(&urn_of(urn)?, holder),
            (&Method::POST, [kind @ ("images" | "documents" | "videos")]) => self.upload_action(kind, call, holder),
            (&Method::GET, ["images" | "documents" | "videos", urn]) => self.upload_state(&urn_of(urn)?, holder),
            (&Method::GET, ["organizationAcls"]) => acls(&self.kept.lock(), call, holder),
            (&Method::GET, ["organizations"]) => by_vanity_name(call, holder),
            (&Method::GET, ["organizations", id]) => page_of(&self.kept.lock(), id, holder),
            (&Method::GET, ["organizationsLookup"]) => lookup(call),
            (&Method::GET, ["networkSizes", urn]) => network_size(&self.kept.lock(), &urn_of(urn)?, call, holder),
            (&Method::GET, ["organizationalEntityShareStatistics"]) => self.share_statistics(call, holder),
            (&Method::GET, ["organizationalEntityFollowerStatistics"]) => self.follower_statistics(call, holder),
            (_, ["posts" | "images" | "documents" | "videos", ..]) => Err(Refused::method()),
            _ => Err(Refused::missing("The resource")),
        }
    }
}

fn versioned(state: &State, call: &Call) -> Result<(), Refused> {
    let version = call.header("linkedin-version").ok_or_else(Refused::version_missing)?;
    let known = &state.settings.versions;
    if !known.iter().any(|own| own == version) {
        let deprecated = known.last().is_some_and(|newest| version.len() == 6 && version < newest.as_str());
        return Err(Refused::version(deprecated, version));
    }
    if call.header("x-restli-protocol-version") != Some("2.0.0") {
        return Err(Refused::bad("Header X-Restli-Protocol-Version must be 2.0.0"));
    }
    Ok(())
}

/// A URN that is part of a path: it must be encoded.
fn urn_of(piece: &str) -> Result<String, Refused> {
    if piece.contains(':') {
        return Err(Refused::bad(format!(
            "Key parameter value {piece} is invalid: reserved characters must be encoded"
        )));
    }
    Ok(decoded(piece))
}

/// A URN in the query: it must be encoded too.
pub(super) fn asked_urn(call: &Call, name: &str) -> Result<String, Refused> {
    let raw = call.asked_raw(name).ok_or_else(|| Refused::bad(format!("Query parameter {name} is required")))?;
    urn_of(raw)
}

/// `List(a,b)` of the query, each piece decoded; none: the parameter is not there.
pub(super) fn asked_list(call: &Call, name: &str) -> Result<Option<Vec<String>>, Refused> {
    let Some(raw) = call.asked_raw(name) else { return Ok(None) };
    let inner = raw.strip_prefix("List(").and_then(|rest| rest.strip_suffix(')'));
    let inner = inner.ok_or_else(|| Refused::bad(format!("Array parameter '{name}' value is invalid")))?;
    inner.split(',').filter(|piece| !piece.is_empty()).map(urn_of).collect::<Result<_, _>>().map(Some)
}

/// `start` and `count` of the query.
pub(super) fn paging(call: &Call) -> Result<(usize, usize), Refused> {
    let bad = || Refused::bad("start and count must be whole numbers, count at most 100");
    let (start, count) = (call.number("start", 0).ok_or_else(bad)?, call.number("count", 10).ok_or_else(bad)?);
    if count > 100 { Err(bad()) } else { Ok((start, count)) }
}

/// One page of a list.
pub(super) fn page(elements: Vec<Value>, start: usize, count: usize) -> Response {
    let total = elements.len();
    let shown: Vec<Value> = elements.into_iter().skip(start).take(count).collect();
    let paging = json!({"start": start, "count": count, "total": total, "links": []});
    call::json(200, json!({"elements": shown, "paging": paging}))
}

pub(super) fn needs(holder: &Holder, scopes: &[&str], what: &str) -> Result<(), Refused> {
    if scopes.iter().any(|scope| holder.scopes.contains(*scope)) { Ok(()) } else { Err(Refused::denied(what)) }
}

fn userinfo(call: &Call, holder: &Holder) -> Outcome {
    if call.method != Method::GET {
        return Err(Refused::method());
    }
    needs(holder, &["openid"], "userinfo.GET.NO_VERSION")?;
    let member = member(&holder.person).ok_or_else(Refused::token_unknown)?;
    let mut body = json!({"sub": member.sub});
    if holder.scopes.contains("profile") {
        body["name"] = member.name.into();
        body["locale"] = json!({"country": "GB", "language": "en"});
    }
    if holder.scopes.contains("email") {
        body["email"] = member.email.into();
        body["email_verified"] = true.into();
    }
    Ok(call::json(200, body))
}

const ADMIN_SCOPES: &[&str] = &["rw_organization_admin", "r_organization_admin"];

fn acls(state: &State, call: &Call, holder: &Holder) -> Outcome {
    needs(holder, ADMIN_SCOPES, "organizationAcls.FINDER-roleAssignee.NO_VERSION")?;
    if call.asked("q").as_deref() != Some("roleAssignee") {
        return Err(Refused::bad("Query parameter q must be roleAssignee"));
    }
    let (start, count) = paging(call)?;
    let role = state.role(&holder.person);
    let fits = call.asked("role").is_none_or(|asked| role == Some(asked.as_str()))
        && call.asked("state").is_none_or(|asked| asked == "APPROVED");
    let sub = member(&holder.person).map_or("", |member| member.sub);
    let elements = role
        .filter(|_| fits)
        .map(|role| {
            json!({"role": role, "organization": PAGE_URN, "roleAssignee": format!("urn:li:person:{sub}"),
                "state": "APPROVED"})
        })
        .into_iter()
        .collect();
    Ok(page(elements, start, count))
}

fn described() -> Value {
    json!({
        "id": PAGE_ID, "localizedName": PAGE_NAME, "vanityName": "harbour-and-pine",
        "localizedWebsite": "https://harbour-and-pine.test",
        "localizedDescription": "Garden offices and timber workshops, built to order.",
        "logoV2": {"original": "urn:li:digitalmediaAsset:D4E0BAQHarbour"},
    })
}

fn by_vanity_name(call: &Call, holder: &Holder) -> Outcome {
    needs(holder, &["r_organization_social", "rw_organization_admin", "r_organization_admin"], "organizations.FINDER")?;
    if call.asked("q").as_deref() != Some("vanityName") {
        return Err(Refused::bad("Query parameter q must be vanityName"));
    }
    let (start, count) = paging(call)?;
    let fits = call.asked("vanityName").as_deref() == Some("harbour-and-pine");
    Ok(page(fits.then(described).into_iter().collect(), start, count))
}

fn page_of(state: &State, id: &str, holder: &Holder) -> Outcome {
    needs(holder, ADMIN_SCOPES, "organizations.GET")?;
    if id != PAGE_ID.to_string() {
        return Err(Refused::missing("The organization"));
    }
    if state.role(&holder.person) != Some("ADMINISTRATOR") {
        return Err(Refused::denied("organizations.GET"));
    }
    Ok(call::json(200, described()))
}

fn lookup(call: &Call) -> Outcome {
    let ids = asked_list(call, "ids")?.ok_or_else(|| Refused::bad("Query parameter ids is required"))?;
    let (mut results, mut errors) = (json!({}), json!({}));
    for id in ids {
        if id == PAGE_ID.to_string() {
            results[&id] = described();
        } else {
            errors[&id] = json!({"status": 404, "message": "Not found"});
        }
    }
    Ok(call::json(200, json!({"results": results, "statuses": {}, "errors": errors})))
}

fn network_size(state: &State, urn: &str, call: &Call, holder: &Holder) -> Outcome {
    needs(holder, &["r_organization_social", "rw_organization_admin", "r_organization_admin"], "networkSizes.GET")?;
    if call.asked("edgeType").as_deref() != Some("COMPANY_FOLLOWED_BY_MEMBER") {
        return Err(Refused::bad("Query parameter edgeType must be COMPANY_FOLLOWED_BY_MEMBER"));
    }
    if urn != PAGE_URN {
        return Err(Refused::missing("The organization"));
    }
    Ok(call::json(200, json!({"firstDegreeSize": state.followers})))
}
