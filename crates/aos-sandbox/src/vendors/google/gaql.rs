//! The query language of Google Ads, as far as reading needs it.

/// A query, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Query {
    pub(super) select: Vec<String>,
    pub(super) from: String,
    pub(super) conditions: Vec<Condition>,
    /// Fields to order by; true: backwards.
    pub(super) order: Vec<(String, bool)>,
    pub(super) limit: Option<usize>,
}

/// `field operator values`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) field: String,
    /// In upper case: `=`, `NOT IN`, `BETWEEN`, `DURING`.
    pub(super) operator: String,
    pub(super) values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A word, a number or a sign.
    Word(String),
    Text(String),
}

/// Takes a query apart, or says in words what is wrong.
pub(super) fn parse(text: &str) -> Result<Query, String> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0 };
    let mut query = Query::default();
    // In lower case, as any spelling is taken: this is Google's language and no SQL of ours.
    reader.expect("select")?;
    query.select = reader.fields()?;
    reader.expect("FROM")?;
    query.from = reader.word()?;
    if reader.takes("WHERE") {
        loop {
            query.conditions.push(reader.condition()?);
            if !reader.takes("AND") {
                break;
            }
        }
    }
    if reader.takes("ORDER") {
        reader.expect("BY")?;
        loop {
            let field = reader.word()?;
            let backwards = reader.takes("DESC");
            if !backwards {
                reader.takes("ASC");
            }
            query.order.push((field, backwards));
            if !reader.takes(",") {
                break;
            }
        }
    }
    if reader.takes("LIMIT") {
        let limit = reader.word()?.parse().map_err(|_| "LIMIT needs a number".to_owned())?;
        query.limit = Some(limit);
    }
    if reader.takes("PARAMETERS") {
        reader.at = reader.tokens.len();
    }
    match reader.tokens.get(reader.at) {
        None => Ok(query),
        Some(rest) => Err(format!("unexpected input {rest:?}")),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let (mut all, mut rest) = (Vec::new(), text.chars().peekable());
    while let Some(c) = rest.next() {
        match c {
            c if c.is_whitespace() => {}
            '\'' | '"' => {
                let mut own = String::new();
                loop {
                    match rest.next() {
                        None => return Err("a text has no end".to_owned()),
                        Some('\\') => own.extend(rest.next()),
                        Some(end) if end == c => break,
                        Some(other) => own.push(other),
                    }
                }
                all.push(Token::Text(own));
            }
            ',' | '(' | ')' => all.push(Token::Word(c.to_string())),
            '=' | '!' | '<' | '>' => {
                let mut sign = c.to_string();
                if rest.peek() == Some(&'=') {
                    sign.extend(rest.next());
                }
                all.push(Token::Word(sign));
            }
            c if c.is_alphanumeric() || matches!(c, '_' | '.' | '-') => {
                let mut own = c.to_string();
                while let Some(next) = rest.peek().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-')) {
                    own.push(*next);
                    rest.next();
                }
                all.push(Token::Word(own));
            }
            other => return Err(format!("unexpected input {other}")),
        }
    }
    Ok(all)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn takes(&mut self, word: &str) -> bool {
        let is = matches!(self.tokens.get(self.at), Some(Token::Word(own)) if own.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }
    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.takes(word) { Ok(()) } else { Err(format!("expected {word}")) }
    }
    fn word(&mut self) -> Result<String, String> {
        match self.tokens.get(self.at) {
            Some(Token::Word(own)) if own.starts_with(|c: char| c.is_alphanumeric()) => {
                self.at += 1;
                Ok(own.clone())
            }
            _ => Err("expected a name".to_owned()),
        }
    }
    fn value(&mut self) -> Result<String, String> {
        let value = match self.tokens.get(self.at) {
            Some(Token::Word(own) | Token::Text(own)) => own.clone(),
            None => return Err("expected a value".to_owned()),
        };
        self.at += 1;
        Ok(value)
    }
    fn fields(&mut self) -> Result<Vec<String>, String> {
        let mut fields = vec![self.word()?];
        while self.takes(",") {
            fields.push(self.word()?);
        }
        Ok(fields)
    }
    fn condition(&mut self) -> Result<Condition, String> {
        let field = self.word()?;
        let mut operator = self.value()?.to_ascii_uppercase();
        if operator == "NOT" {
            operator = format!("NOT {}", self.value()?.to_ascii_uppercase());
        }
        let mut values = Vec::new();
        match operator.as_str() {
            "=" | "!=" | "<" | "<=" | ">" | ">=" | "DURING" | "LIKE" | "NOT LIKE" => values.push(self.value()?),
            "BETWEEN" => {
                values.push(self.value()?);
                self.expect("AND")?;
                values.push(self.value()?);
            }
            "IN" | "NOT IN" => {
                self.expect("(")?;
                values.push(self.value()?);
                while self.takes(",") {
                    values.push(self.value()?);
                }
                self.expect(")")?;
            }
            other => return Err(format!("unknown operator {other}")),
        }
        Ok(Condition { field, operator, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_taken_apart() {
        let query = parse(
            "SELECT campaign.id, metrics.clicks FROM campaign WHERE segments.date BETWEEN '2026-10-01' AND '2026-10-31' \
             AND campaign.name = 'Anna\\'s' AND campaign.status NOT IN (REMOVED, 'PAUSED') \
             ORDER BY metrics.clicks DESC, campaign.id ASC LIMIT 5",
        )
        .unwrap();
        assert_eq!((query.select.len(), query.from.as_str(), query.limit), (2, "campaign", Some(5)));
        assert_eq!(query.conditions[0].values, ["2026-10-01", "2026-10-31"]);
        assert_eq!(query.conditions[1].values, ["Anna's"]);
        assert_eq!(query.conditions[2].operator, "NOT IN");
        assert_eq!(query.order, [("metrics.clicks".to_owned(), true), ("campaign.id".to_owned(), false)]);
    }

    #[test]
    fn what_is_no_query_is_refused() {
        for text in
            ["", "SELECT FROM campaign", "SELECT a FROM b WHERE", "SELECT a FROM b c", "SELECT a FROM b WHERE x = 'y"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
