//! Finding a site's API. Source: contract `cms.md`, section 1.1.

use aos_capabilities::{Account, PlatformError, PlatformErrorKind};
use aos_kernel::Clock;
use aos_outbound::{Outbound, OutboundErrorKind, Request};
use dom_query::Document;
use url::Url;

use super::{
    ID,
    api::Index,
    errors::{self, Verb},
    root::{from_link_header, guesses},
    session::{Session, Settings},
};
use crate::failure;

/// How much of a page is read to find the link in its head.
const HEAD_BYTES: u64 = 256 << 10;

/// What was found at a site.
pub(super) struct Found {
    pub settings: Settings,
    pub index: Index,
}

/// Asks the site where its API is, looks there, then at the usual places.
///
/// The first page is read with GET at once: many sites refuse HEAD, and the page may be needed anyway.
pub(super) async fn discover(
    outbound: &Outbound,
    clock: &dyn Clock,
    account: &Account,
) -> Result<Found, PlatformError> {
    let request = Request::get(account.base_url.clone()).header("accept", "text/html").truncate_at(HEAD_BYTES);
    let named = host_of(&account.base_url);
    let page = outbound.send(request.retries(1)).await.map_err(|error| match error.kind {
        OutboundErrorKind::TooManyRedirects => errors::not_wordpress(&named),
        _ => failure::without_answer(ID, Verb::Connect.name(), Verb::Connect.effect(), &error),
    })?;
    let site = page.final_url.clone();
    // Also before anything else is asked: the password must not go where the tenant did not point.
    same_site(&account.base_url, &site)?;
    let announced = page
        .headers
        .get_all("link")
        .iter()
        .filter_map(|value| from_link_header(value.to_str().ok()?))
        .map(ToOwned::to_owned)
        .next()
        .or_else(|| from_page(&page.text()))
        .and_then(|target| site.join(&target).ok());
    let mut candidates = Vec::new();
    if let Some(root) = announced {
        same_site(&account.base_url, &root)?;
        candidates.push(as_secure_as(root, &site));
    }
    candidates.extend(guesses(&site));

    let mut refused = None;
    for root in candidates {
        match look(outbound, clock, account, root).await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            // A missing page or an answer that is none is expected at a wrong place; other refusals are the reason.
            Err(error) if is_about_the_place(&error) => {}
            Err(error) => {
                refused.get_or_insert(error);
            }
        }
    }
    Err(refused.unwrap_or_else(|| errors::not_wordpress(&named)))
}

/// Whether WordPress's API answers at a root.
async fn look(
    outbound: &Outbound,
    clock: &dyn Clock,
    account: &Account,
    root: Url,
) -> Result<Option<Found>, PlatformError> {
    let start = Settings { api_root: root.clone(), home: account.base_url.clone(), admin: account.base_url.clone() };
    let mut session = Session::new(outbound, clock, account, start);
    let request = session.get("", &[("_fields", Index::FIELDS)]);
    let index: Index = session.call(Verb::Connect, request).await?;
    if index.namespaces.iter().all(|namespace| namespace != "wp/v2") {
        return Ok(None);
    }
    let address = |text: &Option<String>| {
        let url = text.as_deref().and_then(|text| Url::parse(text).ok()).unwrap_or_else(|| account.base_url.clone());
        as_secure_as(url, &root)
    };
    let settings = Settings { home: address(&index.home), admin: address(&index.url), api_root: root };
    Ok(Some(Found { settings, index }))
}

fn is_about_the_place(error: &PlatformError) -> bool {
    matches!(error.kind, PlatformErrorKind::NotFound | PlatformErrorKind::UnexpectedResponse)
}

/// `<link rel="https://api.w.org/" href="…">` of a page.
fn from_page(html: &str) -> Option<String> {
    let page = Document::from(html);
    let link = page.select_single(r#"link[rel="https://api.w.org/"]"#);
    link.attr("href").map(|href| href.to_string())
}

/// The same address over HTTPS when the site came over HTTPS: behind a proxy, WordPress often believes otherwise.
fn as_secure_as(mut root: Url, site: &Url) -> Url {
    if site.scheme() == "https" && root.scheme() == "http" && root.set_scheme("https").is_err() {
        tracing::debug!("an http address that can't become https stays as it is");
    }
    root
}

/// Refuses a site that leads elsewhere. `www.` in front makes no difference.
fn same_site(named: &Url, found: &Url) -> Result<(), PlatformError> {
    let bare = |url: &Url| {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        host.strip_prefix("www.").map_or(host.clone(), ToOwned::to_owned)
    };
    if bare(named) == bare(found) { Ok(()) } else { Err(errors::another_site(&host_of(named), &host_of(found))) }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("the address").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_page_names_its_api_in_its_head() {
        let page = r#"<html><head><link rel='https://api.w.org/' href='https://a.test/wp-json/' /></head>"#;
        assert_eq!(from_page(page).as_deref(), Some("https://a.test/wp-json/"));
        assert_eq!(from_page("<p>no"), None);
    }

    #[test]
    fn www_is_the_same_site_and_another_name_is_not() {
        assert!(same_site(&url("https://a.test/"), &url("https://www.a.test/blog")).is_ok());
        let error = same_site(&url("https://a.test/"), &url("https://parked.test/")).unwrap_err();
        assert_eq!(error.kind, PlatformErrorKind::NotFound);
        assert!(error.message.contains("a.test leads to parked.test"), "{}", error.message);
    }

    #[test]
    fn a_secure_site_has_a_secure_api() {
        let root = as_secure_as(url("http://a.test/wp-json/"), &url("https://a.test/"));
        assert_eq!(root.as_str(), "https://a.test/wp-json/");
        let local = as_secure_as(url("http://a.test/wp-json/"), &url("http://a.test/"));
        assert_eq!(local.scheme(), "http");
    }
}
