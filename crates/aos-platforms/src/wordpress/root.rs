//! The address of the API, which has two forms, and the one function that builds addresses from it.

use url::Url;

/// Start of every address of a site's API: `https://a.test/wp-json/` or `https://a.test/index.php?rest_route=/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiRoot(Url);

const ROUTE: &str = "rest_route";

impl ApiRoot {
    pub fn new(url: Url) -> Self {
        Self(url)
    }
    /// The address of a route such as `wp/v2/posts`; the empty route is the root itself.
    pub fn url(&self, route: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.0.clone();
        let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        match pairs.iter_mut().find(|(name, _)| name == ROUTE) {
            Some((_, root)) => *root = format!("{}/{route}", root.trim_end_matches('/')),
            None => url.set_path(&format!("{}/{route}", self.0.path().trim_end_matches('/'))),
        }
        pairs.extend(query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        if pairs.is_empty() {
            url.set_query(None);
        } else {
            url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        url
    }
}

/// Where a site may have its API when it does not say so: with and without readable addresses.
pub(super) fn guesses(site: &Url) -> [Url; 2] {
    let mut pretty = site.clone();
    pretty.set_query(None);
    pretty.set_fragment(None);
    let folder = pretty.path().trim_end_matches('/').to_owned();
    let mut plain = pretty.clone();
    pretty.set_path(&format!("{folder}/wp-json/"));
    plain.set_path(&format!("{folder}/"));
    plain.query_pairs_mut().append_pair(ROUTE, "/");
    [pretty, plain]
}

/// The target of the header `Link: <…>; rel="https://api.w.org/"`, of which there may be several in one value.
pub(super) fn from_link_header(value: &str) -> Option<&str> {
    value.split('<').skip(1).find_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        parameters.contains("https://api.w.org/").then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> ApiRoot {
        ApiRoot::new(Url::parse(text).unwrap())
    }

    #[test]
    fn both_forms_of_the_root_give_addresses_that_mean_the_same() {
        let query = [("slug", "a,b"), ("context", "edit")];
        for (start, expected) in [
            ("https://a.test/wp-json/", "https://a.test/wp-json/wp/v2/posts?slug=a%2Cb&context=edit"),
            ("https://a.test/blog/wp-json", "https://a.test/blog/wp-json/wp/v2/posts?slug=a%2Cb&context=edit"),
            (
                "https://a.test/index.php?rest_route=/",
                "https://a.test/index.php?rest_route=%2Fwp%2Fv2%2Fposts&slug=a%2Cb&context=edit",
            ),
            (
                "https://a.test/?rest_route=/&lang=de",
                "https://a.test/?rest_route=%2Fwp%2Fv2%2Fposts&lang=de&slug=a%2Cb&context=edit",
            ),
        ] {
            assert_eq!(root(start).url("wp/v2/posts", &query).as_str(), expected);
        }
        assert_eq!(root("https://a.test/wp-json/").url("", &[]).as_str(), "https://a.test/wp-json/");
        assert_eq!(root("https://a.test/?rest_route=/").url("", &[]).as_str(), "https://a.test/?rest_route=%2F");
    }

    #[test]
    fn a_silent_site_is_asked_at_the_two_usual_places() {
        let site = Url::parse("https://a.test/blog/?x=1#top").unwrap();
        let [pretty, plain] = guesses(&site);
        assert_eq!(pretty.as_str(), "https://a.test/blog/wp-json/");
        assert_eq!(plain.as_str(), "https://a.test/blog/?rest_route=%2F");
    }

    #[test]
    fn the_root_is_found_among_other_links() {
        let header = r#"<https://a.test/?p=1>; rel=shortlink, <https://a.test/wp-json/>; rel="https://api.w.org/""#;
        assert_eq!(from_link_header(header), Some("https://a.test/wp-json/"));
        assert_eq!(from_link_header("<https://a.test/x>; rel=preload"), None);
        assert_eq!(from_link_header("nonsense"), None);
    }
}
