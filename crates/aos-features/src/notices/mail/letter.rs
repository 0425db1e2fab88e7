//! What stands in a mail, and how it looks: once as text, once as HTML that any mail program shows. Pure.

use std::fmt::Write as _;

/// One thing of a list, with a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub title: String,
    pub text: Option<String>,
    pub href: Option<String>,
}

/// A mail in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// Whose installation writes.
    pub agency: String,
    pub subject: String,
    pub heading: String,
    pub paragraphs: Vec<String>,
    pub list: Vec<Line>,
    /// The one thing to do: words and address.
    pub action: Option<(String, String)>,
    /// Small words at the end.
    pub notes: Vec<String>,
    /// Where the reader chooses what they are mailed.
    pub choices: Option<String>,
}

impl Letter {
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n{}\n\n", self.agency, self.heading);
        for paragraph in &self.paragraphs {
            let _ = writeln!(text, "{paragraph}\n");
        }
        for line in &self.list {
            let _ = writeln!(text, "- {}", line.title);
            for more in line.text.iter().chain(&line.href) {
                let _ = writeln!(text, "  {more}");
            }
        }
        if !self.list.is_empty() {
            text.push('\n');
        }
        if let Some((words, href)) = &self.action {
            let _ = writeln!(text, "{words}:\n{href}\n");
        }
        for note in &self.notes {
            let _ = writeln!(text, "{note}\n");
        }
        if let Some(choices) = &self.choices {
            let _ = writeln!(text, "Choose what you are mailed about:\n{choices}");
        }
        text
    }

    pub fn html(&self) -> String {
        let mut body = String::new();
        for paragraph in &self.paragraphs {
            let _ = write!(body, "<p style=\"margin:0 0 14px\">{}</p>", escape(paragraph));
        }
        if !self.list.is_empty() {
            body.push_str(
                "<table role=\"presentation\" width=\"100%\" style=\"border-collapse:collapse;margin:0 0 14px\">",
            );
            for line in &self.list {
                let title = match &line.href {
                    Some(href) => format!(
                        "<a href=\"{}\" style=\"color:#274690;text-decoration:none\">{}</a>",
                        escape(href),
                        escape(&line.title)
                    ),
                    None => escape(&line.title),
                };
                let more = line.text.as_ref().map_or_else(String::new, |text| {
                    format!("<br><span style=\"color:#5b6472;font-size:13px\">{}</span>", escape(text))
                });
                let _ = write!(
                    body,
                    "<tr><td style=\"padding:9px 0;border-top:1px solid #e3e6ea\"><b>{title}</b>{more}</td></tr>"
                );
            }
            body.push_str("</table>");
        }
        if let Some((words, href)) = &self.action {
            let _ = write!(
                body,
                "<p style=\"margin:20px 0\"><a href=\"{href}\" style=\"background:#274690;color:#ffffff;padding:11px 18px;\
                 border-radius:8px;text-decoration:none;font-weight:600;display:inline-block\">{}</a></p>\
                 <p style=\"margin:0 0 14px;color:#5b6472;font-size:13px\">If the button does not work, open this address:\
                 <br><a href=\"{href}\" style=\"color:#274690;word-break:break-all\">{href}</a></p>",
                escape(words),
                href = escape(href)
            );
        }
        for note in &self.notes {
            let _ = write!(body, "<p style=\"margin:0 0 10px;color:#5b6472;font-size:13px\">{}</p>", escape(note));
        }
        let choices = self.choices.as_ref().map_or_else(String::new, |href| {
            format!(" · <a href=\"{}\" style=\"color:#5b6472\">Choose what you are mailed about</a>", escape(href))
        });
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light\"><title>{subject}</title></head>\
             <body style=\"margin:0;padding:0;background:#f4f5f7\"><table role=\"presentation\" width=\"100%\" \
             style=\"background:#f4f5f7;padding:24px 12px\"><tr><td align=\"center\"><table role=\"presentation\" \
             width=\"100%\" style=\"max-width:560px;background:#ffffff;border:1px solid #e3e6ea;border-radius:12px;\
             font:15px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1c2430;text-align:left\">\
             <tr><td style=\"padding:22px 26px 0;color:#5b6472;font-size:13px;font-weight:600\">{agency}</td></tr>\
             <tr><td style=\"padding:6px 26px 22px\"><h1 style=\"margin:0 0 14px;font-size:20px;line-height:1.3\">{heading}\
             </h1>{body}</td></tr></table><p style=\"max-width:560px;margin:14px auto 0;color:#5b6472;\
             font:12px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif\">Sent by {agency}{choices}</p>\
             </td></tr></table></body></html>",
            subject = escape(&self.subject),
            agency = escape(&self.agency),
            heading = escape(&self.heading),
        )
    }
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_say_the_same_and_nothing_typed_becomes_markup() {
        let letter = Letter {
            agency: "Lighthouse <&> Co".to_owned(),
            subject: "S".to_owned(),
            heading: "<script>alert(1)</script>".to_owned(),
            paragraphs: vec!["One “thing”".to_owned()],
            list: vec![Line {
                title: "T".to_owned(),
                text: Some("why".to_owned()),
                href: Some("https://a.example/?a=1&b=2".to_owned()),
            }],
            action: Some(("Look".to_owned(), "https://a.example/a/token".to_owned())),
            notes: vec!["Small".to_owned()],
            choices: Some("https://a.example/account/notifications".to_owned()),
        };
        let (text, html) = (letter.text(), letter.html());
        for words in ["One “thing”", "why", "https://a.example/a/token", "Small", "/account/notifications"] {
            assert!(text.contains(words) && html.contains(words), "{words}");
        }
        assert!(
            !html.contains("<script") && html.contains("Lighthouse &lt;&amp;&gt; Co") && html.contains("a=1&amp;b=2")
        );
    }
}
