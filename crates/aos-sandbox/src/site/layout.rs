//! The frame of every page of the sample site.

use serde_json::json;

use super::{SampleSite, brochure, pages::Head};
use crate::html::escape;

pub(super) const STYLE: &str = include_str!("../../site/style.css");

const NAVIGATION: &[(&str, &str)] = &[
    ("/garden-rooms/", "Garden rooms"),
    ("/services/", "Services"),
    ("/materials/", "Materials"),
    ("/guides/", "Guides"),
    ("/case-studies/", "Case studies"),
    ("/prices/", "Prices"),
    ("/about/", "About"),
    ("/contact/", "Contact"),
];

const FOOTER: &[(&str, &str)] = &[
    ("/process/", "How we work"),
    ("/faqs/", "Questions"),
    ("/areas-served/", "Areas served"),
    ("/warranty/", "Warranty"),
    ("/sustainability/", "Sustainability"),
    ("/privacy/", "Privacy"),
];

pub(super) fn page(origin: &str, path: &str, head: &Head<'_>, body: &str) -> String {
    let company = escape(SampleSite::CLIENT);
    let (title, description) = (escape(head.title), escape(head.description));
    let robots = if head.noindex { "<meta name=\"robots\" content=\"noindex\">\n" } else { "" };
    let picture = head.image.map_or_else(String::new, |image| {
        format!(
            "<img class=\"lead\" src=\"/images/{}\" alt=\"{}\" width=\"960\" height=\"540\">\n",
            escape(image),
            escape(head.alt)
        )
    });
    let full_title = if path == "/" { title.clone() } else { format!("{title} | {company}") };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{full_title}</title>\n\
         <meta name=\"description\" content=\"{description}\">\n{robots}\
         <link rel=\"canonical\" href=\"{origin}{path}\">\n<link rel=\"icon\" href=\"/images/logo.png\">\n\
         <meta property=\"og:site_name\" content=\"{company}\">\n<meta name=\"theme-color\" content=\"#1f4d4a\">\n\
         <link rel=\"stylesheet\" href=\"/assets/style.css\">\n\
         <script type=\"application/ld+json\">{organisation}</script>\n</head>\n<body>\n\
         <header class=\"top\">\n<a class=\"logo\" href=\"/\"><img src=\"/images/logo.png\" alt=\"{company} logo\" \
         width=\"44\" height=\"44\"> <span>{company}</span></a>\n<nav aria-label=\"Main\">{navigation}</nav>\n</header>\n\
         <main>\n<article>\n<h1>{title}</h1>\n{picture}{body}</article>\n</main>\n\
         <footer>\n<nav aria-label=\"More\">{footer}<a href=\"{brochure}\">Brochure (PDF)</a></nav>\n\
         <p>{company} is an invented company. This website is a sample that Agency OS serves for demonstrations.</p>\n\
         </footer>\n</body>\n</html>\n",
        organisation = organisation(origin),
        navigation = links(NAVIGATION, path),
        footer = links(FOOTER, path),
        brochure = brochure::PATH,
    )
}

fn links(list: &[(&str, &str)], here: &str) -> String {
    list.iter()
        .map(|(path, name)| {
            let current = if here.starts_with(path) { " aria-current=\"page\"" } else { "" };
            format!("<a href=\"{path}\"{current}>{name}</a>")
        })
        .collect()
}

/// The company in the words of schema.org. `<` can't end the script element early.
fn organisation(origin: &str) -> String {
    json!({
        "@context": "https://schema.org",
        "@type": "HomeAndConstructionBusiness",
        "name": SampleSite::CLIENT,
        "url": format!("{origin}/"),
        "logo": format!("{origin}/images/logo.png"),
        "description": "Timber-frame garden rooms and home offices, built on the Marram coast.",
        "telephone": "+44 1632 960 218",
        "email": "hello@harbourandpine.example",
        "foundingDate": "2011",
        "address": {"@type": "PostalAddress", "streetAddress": "The Old Ropeworks, Quay Lane",
            "addressLocality": "Saltby", "addressRegion": "Marramshire"},
        "openingHours": "Mo-Fr 08:00-17:00",
    })
    .to_string()
    .replace('<', "\\u003c")
}
