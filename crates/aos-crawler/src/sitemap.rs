//! Sitemaps (sitemaps.org protocol): lists of pages, lists of lists, plain text lists, gzip; bad XML is read as far
//! as it goes.

use std::io::Read;

use quick_xml::{Reader, events::Event};

/// The protocol's own limits: 50 MB and 50,000 addresses in one file. We read less of the bytes.
pub const MAX_BYTES: u64 = 20 << 20;
pub const MAX_URLS: usize = 50_000;

/// What one sitemap file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sitemap {
    /// Addresses of pages, as written.
    pub pages: Vec<String>,
    /// Addresses of more sitemaps.
    pub sitemaps: Vec<String>,
    /// The file broke off or was longer than we read.
    pub cut: bool,
}

/// Reads a sitemap from the bytes of an answer. Never fails: a file that is no sitemap has no pages.
#[must_use]
pub fn parse_sitemap(bytes: &[u8]) -> Sitemap {
    let (bytes, cut) = unpack(bytes);
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut sitemap = if text.starts_with('<') { parse_xml(text) } else { parse_lines(text) };
    sitemap.cut |= cut;
    sitemap
}

/// gzip is told by its first bytes: servers label `.xml.gz` in every possible way.
fn unpack(bytes: &[u8]) -> (std::borrow::Cow<'_, [u8]>, bool) {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return (bytes.into(), false);
    }
    let mut unpacked = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes).take(MAX_BYTES).read_to_end(&mut unpacked);
    let cut = read.is_err() || unpacked.len() as u64 >= MAX_BYTES;
    (unpacked.into(), cut)
}

fn parse_xml(text: &str) -> Sitemap {
    let mut sitemap = Sitemap::default();
    let mut reader = Reader::from_str(text);
    // People write these by hand: a wrong closing tag is no reason to lose the rest.
    reader.config_mut().check_end_names = false;
    let (mut in_list_of_lists, mut depth_of_image, mut loc) = (false, 0u32, None::<String>);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => match start.local_name().as_ref() {
                "sitemap" => in_list_of_lists = true,
                "url" => in_list_of_lists = false,
                // `image:image` and `video:video` have a `loc` of their own, of a file and not of a page.
                "image" | "video" => depth_of_image += 1,
                "loc" if depth_of_image == 0 => loc = Some(String::new()),
                _ => {}
            },
            Ok(Event::Text(text)) => {
                if let Some(loc) = &mut loc {
                    loc.push_str(&text);
                }
            }
            Ok(Event::CData(text)) => {
                if let Some(loc) = &mut loc {
                    loc.push_str(&text);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                if let Some(loc) = &mut loc {
                    match reference.resolve_char_ref() {
                        Ok(Some(character)) => loc.push(character),
                        _ => loc.push_str(quick_xml::escape::resolve_predefined_entity(&reference).unwrap_or_default()),
                    }
                }
            }
            Ok(Event::End(end)) => match end.local_name().as_ref() {
                "image" | "video" => depth_of_image = depth_of_image.saturating_sub(1),
                "loc" => {
                    let Some(address) = loc.take().map(|loc| loc.trim().to_owned()).filter(|loc| !loc.is_empty())
                    else {
                        continue;
                    };
                    if sitemap.pages.len() + sitemap.sitemaps.len() >= MAX_URLS {
                        sitemap.cut = true;
                        return sitemap;
                    }
                    if in_list_of_lists { sitemap.sitemaps.push(address) } else { sitemap.pages.push(address) }
                }
                _ => {}
            },
            Ok(Event::Eof) => return sitemap,
            Ok(_) => {}
            Err(_) => {
                sitemap.cut = true;
                return sitemap;
            }
        }
    }
}

/// The protocol also allows one address per line.
fn parse_lines(text: &str) -> Sitemap {
    let addresses = text.lines().map(str::trim).filter(|line| line.starts_with("http"));
    let pages: Vec<String> = addresses.take(MAX_URLS + 1).map(str::to_owned).collect();
    let cut = pages.len() > MAX_URLS;
    Sitemap { pages: pages.into_iter().take(MAX_URLS).collect(), cut, ..Sitemap::default() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const PAGES: &str = r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
        <url><loc> https://example.com/?a=1&amp;b=2 </loc><image:image><image:loc>https://example.com/i.png</image:loc></image:image></url>
        <url><loc><![CDATA[https://example.com/about]]></loc></url></urlset>"#;

    #[test]
    fn pages_are_listed_and_their_images_are_not() {
        assert_eq!(
            parse_sitemap(PAGES.as_bytes()).pages,
            ["https://example.com/?a=1&b=2", "https://example.com/about"]
        );
    }

    #[test]
    fn a_list_of_lists_names_sitemaps() {
        let index = "<sitemapindex><sitemap><loc>https://example.com/s1.xml</loc></sitemap></sitemapindex>";
        let read = parse_sitemap(index.as_bytes());
        assert_eq!((read.pages.len(), read.sitemaps), (0, vec!["https://example.com/s1.xml".to_owned()]));
    }

    #[test]
    fn gzip_and_plain_lines_are_read_too() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(PAGES.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(parse_sitemap(&packed).pages.len(), 2);
        assert!(parse_sitemap(&packed[..packed.len() / 2]).cut);
        assert_eq!(parse_sitemap(b"https://a.example/\n\nhttps://b.example/x\nnonsense").pages.len(), 2);
    }

    #[test]
    fn bad_xml_is_read_as_far_as_it_goes() {
        let broken =
            "<urlset><url><loc>https://example.com/a</loc></wrong></url><url><loc>https://example.com/b</loc><";
        assert_eq!(parse_sitemap(broken.as_bytes()).pages, ["https://example.com/a", "https://example.com/b"]);
        assert_eq!(parse_sitemap(b"<!doctype html><p>Not found"), Sitemap::default());
    }
}
