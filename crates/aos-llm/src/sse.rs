//! Server-sent events from bytes that arrive in any pieces.

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The `event:` line; empty where a server sends none.
    pub name: String,
    /// The `data:` lines, joined by line breaks.
    pub data: String,
}

/// Collects bytes and gives whole events back.
#[derive(Debug, Default)]
pub struct Parser {
    /// Bytes of a line that is not finished; text is decoded by whole lines, so a character is never cut in half.
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    after_return: bool,
}

impl Parser {
    /// The events that these bytes complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                other => self.line.push(*other),
            }
            self.after_return = *byte == b'\r';
        }
        events
    }

    /// What is left when the connection ends without a blank line.
    pub fn finish(&mut self) -> Option<Event> {
        let from_line = if self.line.is_empty() { None } else { self.end_line() };
        from_line.or_else(|| self.dispatch())
    }

    fn end_line(&mut self) -> Option<Event> {
        let bytes = std::mem::take(&mut self.line);
        if bytes.is_empty() {
            return self.dispatch();
        }
        let line = String::from_utf8_lossy(&bytes);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field.trim_start_matches('\u{feff}') {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            // Comments (keep-alive), `id`, `retry` and fields of later versions.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event { name: name.into(), data: data.into() }
    }

    #[test]
    fn events_are_whole_however_the_bytes_are_cut() {
        let text = "event: a\r\ndata: {\"x\":\"ü\"}\r\n\r\n: keep-alive\n\ndata: one\ndata: two\n\ndata: [DONE]";
        let expected = [event("a", "{\"x\":\"ü\"}"), event("", "one\ntwo"), event("", "[DONE]")];
        for size in 1..=text.len() {
            let mut parser = Parser::default();
            let mut events: Vec<Event> = text.as_bytes().chunks(size).flat_map(|part| parser.push(part)).collect();
            events.extend(parser.finish());
            assert_eq!(events, expected, "in pieces of {size}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut parser = Parser::default();
            parser.push(&bytes);
            parser.finish();
        }
    }
}
