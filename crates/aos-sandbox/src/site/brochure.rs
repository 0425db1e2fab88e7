//! The brochure: a small PDF with text, written by hand since one page needs no library.

/// Where the site offers it.
pub(super) const PATH: &str = "/downloads/harbour-and-pine-brochure.pdf";

const TITLE: &str = "Harbour & Pine: garden rooms built to be used all year";

const LINES: &[&str] = &[
    "Harbour & Pine is an invented company; this brochure is sample data.",
    "",
    "We build timber-frame garden rooms and home offices on the Marram coast.",
    "Every room is insulated to 0.18 W/m2K in the walls and 0.15 in the roof,",
    "has triple-glazed windows and stands on galvanised ground screws.",
    "",
    "The range",
    "Skiff: 2.4 by 3.0 metres, a desk and a shelf, from 16,900 pounds.",
    "Cutter: 3.0 by 4.2 metres, the size most home offices choose, from 23,400.",
    "Ketch: 3.6 by 5.4 metres, a studio or a meeting room, from 31,800.",
    "Lugger: 4.2 by 6.6 metres, with shower room, from 46,500.",
    "",
    "What is included",
    "Survey, drawings, foundations, frame, larch cladding, windows, electrics",
    "with certificate, heating, painting inside and removal of all waste.",
    "",
    "How long it takes",
    "Ten weeks from signed drawings to delivery; eight to twelve days on site.",
    "",
    "Aftercare",
    "Ten-year warranty on the structure, two visits in the first year.",
    "",
    "The Old Ropeworks, Quay Lane, Saltby. hello@harbourandpine.example",
];

/// One A4 page.
pub(super) fn pdf() -> Vec<u8> {
    let mut content = format!("BT /F1 17 Tf 56 770 Td ({}) Tj ET\nBT /F1 11 Tf 16 TL 56 735 Td\n", escaped(TITLE));
    for line in LINES {
        content.push_str(&format!("({}) Tj T*\n", escaped(line)));
    }
    content.push_str("ET\n");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R \
         /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}endstream", content.len()),
        format!("<< /Title ({}) /Producer (Agency OS sandbox) >>", escaped(TITLE)),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        offsets.push(pdf.len());
        pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        pdf.push_str(&format!("{offset:010} 00000 n \n"));
    }
    pdf.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    ));
    pdf.into_bytes()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)")
}
