//! Documents that a site offers: the text of PDF, Word and plain text files.

use std::{
    collections::HashSet,
    io::{Cursor, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use bytes::Bytes;
use quick_xml::{Reader, events::Event};
use tokio::{sync::oneshot, time::timeout};
use url::Url;

use crate::charset;

/// Libraries that read PDF recurse as deep as the file tells them to. A stack that overflows can't be caught, so it
/// is made large; memory that is not touched costs nothing.
const STACK: usize = 256 << 20;
/// A document that takes longer is given up.
const TIME: Duration = Duration::from_secs(30);
/// Text of one document beyond this is cut.
const MAX_TEXT: usize = 4 << 20;

/// The kinds we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    Pdf,
    Word,
    Text,
}

impl DocumentKind {
    /// By its first bytes, then by what the server says, then by its name.
    #[must_use]
    pub fn of(url: &Url, content_type: &str, bytes: &[u8]) -> Option<Self> {
        let path = url.path().to_ascii_lowercase();
        if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else if bytes.starts_with(b"PK\x03\x04")
            && (content_type.contains("wordprocessingml") || path.ends_with(".docx"))
        {
            Some(Self::Word)
        } else if content_type.starts_with("text/plain") || content_type.starts_with("text/markdown") {
            Some(Self::Text)
        } else {
            None
        }
    }

    /// Whether the name of a link promises a document.
    #[must_use]
    pub fn is_promised_by(url: &Url) -> bool {
        let path = url.path().to_ascii_lowercase();
        [".pdf", ".docx", ".txt", ".md"].iter().any(|end| path.ends_with(end))
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Word => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Text => "text/plain",
        }
    }
}

/// A document's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentText {
    /// As the document names itself; empty when it doesn't.
    pub title: String,
    pub text: String,
}

/// Why a document has no text for us, for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error("the document is damaged or protected")]
    Unreadable,
    #[error("the document took too long to read")]
    TooSlow,
    #[error("the document holds no text, perhaps only scanned pages")]
    NoText,
}

/// Reads a document on a thread of its own.
///
/// # Errors
/// See [`DocumentError`].
pub async fn read(kind: DocumentKind, bytes: Bytes) -> Result<DocumentText, DocumentError> {
    let (answer, answered) = oneshot::channel();
    let work = move || {
        // The receiver is gone when this took too long; then nobody wants the result.
        let _ = answer.send(read_now(kind, &bytes));
    };
    thread::Builder::new()
        .name("document".into())
        .stack_size(STACK)
        .spawn(work)
        .map_err(|_| DocumentError::Unreadable)?;
    match timeout(TIME, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(DocumentError::Unreadable),
        Err(_) => Err(DocumentError::TooSlow),
    }
}

/// Reads a document on this thread. Panics of the libraries are errors here.
///
/// # Errors
/// `Unreadable` or `NoText`.
pub fn read_now(kind: DocumentKind, bytes: &[u8]) -> Result<DocumentText, DocumentError> {
    let read = AssertUnwindSafe(|| match kind {
        DocumentKind::Pdf => read_pdf(bytes),
        DocumentKind::Word => read_word(bytes),
        DocumentKind::Text => {
            Some(DocumentText { title: String::new(), text: charset::decode(bytes, None).into_owned() })
        }
    });
    let mut document = catch_unwind(read).ok().flatten().ok_or(DocumentError::Unreadable)?;
    document.text = tidy(&document.text);
    document.title = document.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if document.text.chars().any(char::is_alphanumeric) { Ok(document) } else { Err(DocumentError::NoText) }
}

fn read_pdf(bytes: &[u8]) -> Option<DocumentText> {
    let mut pdf = pdf_extract::Document::load_mem(bytes).ok()?;
    if pdf.is_encrypted() {
        // Many are encrypted with the empty password, only to forbid printing.
        pdf.decrypt("").ok()?;
    }
    if !pages_have_ends(&pdf) {
        return None;
    }
    let mut text = String::new();
    let mut writer = pdf_extract::PlainTextOutput::new(&mut text);
    pdf_extract::output_doc(&pdf, &mut writer).ok()?;
    Some(DocumentText { title: pdf_title(&pdf).unwrap_or_default(), text })
}

/// Whether the parents of every page come to an end. What a page inherits is looked for along them, for ever where they
/// lead back to one that was asked already.
fn pages_have_ends(pdf: &pdf_extract::Document) -> bool {
    let parent = |id| pdf.get_dictionary(id).and_then(|page| page.get(b"Parent")).and_then(|up| up.as_reference()).ok();
    pdf.get_pages().into_values().all(|page| {
        let mut asked = HashSet::new();
        std::iter::successors(Some(page), |id| parent(*id)).all(|id| asked.insert(id))
    })
}

fn pdf_title(pdf: &pdf_extract::Document) -> Option<String> {
    let info = pdf.trailer.get(b"Info").ok()?;
    let info = match info.as_reference() {
        Ok(reference) => pdf.get_dictionary(reference).ok()?,
        Err(_) => info.as_dict().ok()?,
    };
    let raw = info.get(b"Title").ok()?.as_str().ok()?;
    // ISO 32000-1, 7.9.2.2: UTF-16 with a byte order mark, or an encoding that agrees with Latin-1 for letters.
    Some(match raw.strip_prefix(&[0xfe, 0xff]) {
        Some(utf16) => encoding_rs::UTF_16BE.decode(utf16).0.into_owned(),
        None => charset::decode(raw, None).into_owned(),
    })
}

/// A Word file is a ZIP archive; its text is in one XML file, a paragraph in each `w:p`.
fn read_word(bytes: &[u8]) -> Option<DocumentText> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let text = paragraphs(&entry(&mut archive, "word/document.xml")?);
    let title = entry(&mut archive, "docProps/core.xml").and_then(|xml| element(&xml, "title")).unwrap_or_default();
    Some(DocumentText { title, text })
}

fn entry(archive: &mut zip::ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<String> {
    let file = archive.by_name(name).ok()?;
    let mut bytes = Vec::new();
    // A small archive may unpack to any size.
    file.take(8 * MAX_TEXT as u64).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn paragraphs(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut text, mut inside) = (String::new(), false);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) if start.local_name().as_ref() == "t" => inside = true,
            Ok(Event::Empty(empty)) if matches!(empty.local_name().as_ref(), "tab" | "br") => text.push(' '),
            Ok(Event::Text(part)) if inside => text.push_str(&part),
            Ok(Event::GeneralRef(reference)) if inside => match reference.resolve_char_ref() {
                Ok(Some(character)) => text.push(character),
                _ => text.push_str(quick_xml::escape::resolve_predefined_entity(&reference).unwrap_or_default()),
            },
            Ok(Event::End(end)) => match end.local_name().as_ref() {
                "t" => inside = false,
                "p" => text.push_str("\n\n"),
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => return text,
            Ok(_) => {}
        }
    }
}

fn element(xml: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut inside = false;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if start.local_name().as_ref() == name => inside = true,
            Event::Text(text) if inside => return Some(text.to_string()),
            Event::End(_) if inside => return None,
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// Folds the ragged white space that comes out of laid-out files: words with one blank, paragraphs with one line.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len().min(MAX_TEXT));
    let mut gap = false;
    for line in text.lines() {
        let mut words = line.split_whitespace().peekable();
        if words.peek().is_none() {
            gap = !tidy.is_empty();
            continue;
        }
        if !tidy.is_empty() {
            tidy.push_str(if gap { "\n\n" } else { "\n" });
        }
        gap = false;
        for (at, word) in words.enumerate() {
            if at > 0 {
                tidy.push(' ');
            }
            tidy.extend(word.chars().filter(|c| *c != '\0'));
        }
        if tidy.len() >= MAX_TEXT {
            break;
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_word_file_gives_its_paragraphs_and_its_title() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, xml) in [
            (
                "word/document.xml",
                "<w:document><w:p><w:r><w:t>Bread &amp; </w:t><w:t>cakes</w:t></w:r></w:p><w:p><w:t>Daily</w:t></w:p></w:document>",
            ),
            ("docProps/core.xml", "<cp:core><dc:title>Price list</dc:title></cp:core>"),
        ] {
            archive.start_file(name, options).unwrap();
            archive.write_all(xml.as_bytes()).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        let url = Url::parse("http://x/list.docx").unwrap();
        assert_eq!(DocumentKind::of(&url, "application/octet-stream", &bytes), Some(DocumentKind::Word));
        let document = read_now(DocumentKind::Word, &bytes).unwrap();
        assert_eq!((document.title.as_str(), document.text.as_str()), ("Price list", "Bread & cakes\n\nDaily"));
    }

    #[test]
    fn damaged_files_are_errors_and_nothing_worse() {
        for bytes in [&b"%PDF-1.7\nnonsense"[..], b"%PDF-", b"PK\x03\x04nonsense", b""] {
            assert_eq!(read_now(DocumentKind::Pdf, bytes), Err(DocumentError::Unreadable));
            assert_eq!(read_now(DocumentKind::Word, bytes), Err(DocumentError::Unreadable));
        }
        assert_eq!(read_now(DocumentKind::Text, b" \n\0 "), Err(DocumentError::NoText));
    }

    #[test]
    fn a_page_that_is_its_own_parent_is_refused_and_not_followed_for_ever() {
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 3 0 R/Contents 4 0 R>>",
            "<</Length 3>>stream\nBT \nendstream",
        ];
        let (mut file, mut places) = ("%PDF-1.4\n".to_owned(), String::new());
        for (at, object) in objects.iter().enumerate() {
            places.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.push_str(&format!("{} 0 obj{object}endobj\n", at + 1));
        }
        let table = file.len();
        file.push_str(&format!(
            "xref\n0 5\n0000000000 65535 f \n{places}trailer<</Size 5/Root 1 0 R>>\nstartxref\n{table}\n%%EOF"
        ));
        assert_eq!(read_now(DocumentKind::Pdf, file.as_bytes()), Err(DocumentError::Unreadable));
    }
}
