//! Rust source as a flat list of tokens with lines: comments are gone, literals are whole, and what only tests see is
//! marked. The rules look for words in it, so that a word in a comment or in prose is never taken for code.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Literal, Spacing, TokenStream, TokenTree};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub line: usize,
    /// In an item under `#[cfg(test)]` or `#[test]`.
    pub test: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Word(String),
    /// A string literal's characters, escapes left as written.
    Text(String),
    /// A mark; the two colons of a path are one.
    Mark(&'static str),
    /// A number, a character, or a mark that no rule asks for.
    Other,
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
    pub fn is(&self, expected: &str) -> bool {
        match &self.kind {
            Kind::Word(word) => word == expected,
            Kind::Mark(mark) => *mark == expected,
            Kind::Text(_) | Kind::Other => false,
        }
    }
}

/// The tokens of a file, or the line at which it stops being Rust.
pub fn read(source: &str) -> Result<Vec<Token>, usize> {
    let stream = TokenStream::from_str(source).map_err(|error| error.span().start().line)?;
    let mut tokens = Vec::new();
    flatten(stream, false, &mut tokens);
    Ok(tokens)
}

fn flatten(stream: TokenStream, test: bool, tokens: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    // Set by a test's attribute, ended by the body or the semicolon of the item under it.
    let mut item_is_test = false;
    let mut index = 0;
    while let Some(tree) = trees.get(index) {
        index += 1;
        let test = test || item_is_test;
        let line = tree.span().start().line;
        match tree {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                // `#[…]` or `#![…]`.
                let inner = matches!(trees.get(index), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
                let Some(TokenTree::Group(group)) = trees.get(index + usize::from(inner)) else { continue };
                index += 1 + usize::from(inner);
                let words = words_in(group);
                if words.first().is_some_and(|word| word == "doc") {
                    continue;
                }
                if is_for_tests(&words) {
                    item_is_test = true;
                }
                flatten(group.stream(), test || item_is_test, tokens);
            }
            TokenTree::Group(group) => {
                let (open, close) = marks_of(group.delimiter());
                tokens.push(Token { kind: Kind::Mark(open), line, test });
                flatten(group.stream(), test, tokens);
                tokens.push(Token { kind: Kind::Mark(close), line: group.span_close().start().line, test });
                if group.delimiter() == Delimiter::Brace {
                    item_is_test = false;
                }
            }
            TokenTree::Ident(word) => tokens.push(Token { kind: Kind::Word(word.to_string()), line, test }),
            TokenTree::Literal(literal) => tokens.push(Token { kind: literal_kind(literal), line, test }),
            TokenTree::Punct(mark) => {
                let kind = match mark.as_char() {
                    ':' if mark.spacing() == Spacing::Joint
                        && matches!(trees.get(index), Some(TokenTree::Punct(next)) if next.as_char() == ':') =>
                    {
                        index += 1;
                        Kind::Mark("::")
                    }
                    ',' => Kind::Mark(","),
                    '.' => Kind::Mark("."),
                    '!' => Kind::Mark("!"),
                    ';' => {
                        item_is_test = false;
                        Kind::Mark(";")
                    }
                    _ => Kind::Other,
                };
                tokens.push(Token { kind, line, test });
            }
        }
    }
}

fn marks_of(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Brace => ("{", "}"),
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// All words of an attribute, in order: `cfg`, `any`, `test`, …
fn words_in(group: &Group) -> Vec<String> {
    let mut words = Vec::new();
    for tree in group.stream() {
        match tree {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Group(group) => words.extend(words_in(&group)),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    words
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`; not `#[cfg(not(test))]`.
fn is_for_tests(words: &[String]) -> bool {
    let has = |name: &str| words.iter().any(|word| word == name);
    let attribute = words.first().map_or("", String::as_str);
    match attribute {
        "cfg" => has("test") && !has("not"),
        "cfg_attr" => false,
        _ => words.last().is_some_and(|word| word == "test") || (attribute == "tokio" && has("test")),
    }
}

fn literal_kind(literal: &Literal) -> Kind {
    let source = literal.to_string();
    let body = source.trim_start_matches(['b', 'c', 'r']).trim_matches('#');
    match body.strip_prefix('"').and_then(|body| body.strip_suffix('"')) {
        Some(text) => Kind::Text(text.to_owned()),
        None => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_gone_and_literals_are_whole() {
        let tokens = read("//! SELECT\n/// UPDATE\nfn a() { b::c(r#\"x \"y\"\"#) } // INSERT").unwrap();
        let texts: Vec<_> = tokens.iter().filter_map(Token::text).collect();
        assert_eq!(texts, ["x \"y\""]);
        assert!(tokens.iter().any(|token| token.is("::") && token.line == 3));
    }

    #[test]
    fn what_only_tests_see_is_marked_and_the_rest_is_not() {
        let source = "fn a() { one }\n#[cfg(test)]\nmod tests { fn b() { two } }\n#[cfg(not(test))]\nfn c() { three }\n\
                      #[tokio::test(flavor = \"x\")]\nasync fn d() { four }\n#[cfg(test)]\nmod e;\nfn f() { five }";
        let marked: Vec<_> = read(source)
            .unwrap()
            .into_iter()
            .filter_map(|token| Some((token.word()?.to_owned(), token.test)))
            .filter(|(word, _)| ["one", "two", "three", "four", "five"].contains(&word.as_str()))
            .map(|(_, test)| test)
            .collect();
        assert_eq!(marked, [false, true, false, true, false]);
    }

    #[test]
    fn what_is_not_rust_says_where() {
        assert_eq!(read("fn a() {\n  )\n}"), Err(2));
    }
}
