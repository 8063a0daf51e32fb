//! The words of a statement, as the server reads them.
//!
//! The server has the last word on syntax. This reader only has to find each word, each parenthesis and each semicolon
//! where the server would, so that nothing hides in a comment or a text. What it does not know it refuses.

use crate::failure::Failure;

/// A part of a statement, with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The kind of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or a name, in lower case.
    Word(String),
    /// A name in double quotes.
    Name(String),
    /// A text, whose content does not matter.
    Text,
    /// `(`, `)`, `;` or another character.
    Sign(char),
}

impl Token {
    /// Returns the keyword, or `None` if this is something else.
    pub(crate) fn keyword(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Returns the name, in quotes or not, or `None` if this is something else.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(name) | Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

/// Returns the parts of `sql`, without comments and spaces.
pub(crate) fn tokens(sql: &str) -> Result<Vec<Token>, Failure> {
    if sql.contains('\0') {
        return Err(Failure::wrong("the statement contains a zero character"));
    }
    let mut reader = Reader { sql, at: 0 };
    let mut tokens: Vec<Token> = Vec::new();
    let mut escaped = false;
    while let Some(start) = reader.next_start()? {
        let (kind, has_escapes) = reader.token()?;
        // The server continues such a text with its escapes.
        if escaped && kind == Kind::Text {
            return Err(Failure::wrong("a text in `E''` has several parts"));
        }
        escaped = has_escapes;
        let end = reader.at;
        tokens.push(Token { kind, start, end });
    }
    Ok(tokens)
}

struct Reader<'s> {
    sql: &'s str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.sql.get(self.at..).unwrap_or_default()
    }

    /// Skips spaces and comments. Returns the place of what follows, or `None` at the end.
    fn next_start(&mut self) -> Result<Option<usize>, Failure> {
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return Ok(None);
            }
            let space = rest.find(|c| !matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c'));
            match space {
                None => self.at = self.sql.len(),
                Some(0) if rest.starts_with("--") => {
                    let line = rest.find(['\n', '\r']);
                    self.at += line.unwrap_or(rest.len());
                }
                Some(0) if rest.starts_with("/*") => self.skip_comment()?,
                Some(0) => return Ok(Some(self.at)),
                Some(length) => self.at += length,
            }
        }
    }

    /// Skips a comment, which may contain others.
    fn skip_comment(&mut self) -> Result<(), Failure> {
        let mut depth = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Ok(());
                }
            } else {
                let next = rest.chars().next();
                let next = next.ok_or_else(|| Failure::wrong("a comment does not end"))?;
                self.at += next.len_utf8();
            }
        }
    }

    /// Reads one part, and returns true if it is a text with escapes.
    fn token(&mut self) -> Result<(Kind, bool), Failure> {
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or_default();
        match first {
            '\'' => self.text(false).map(|()| (Kind::Text, false)),
            '"' => self.quoted().map(|name| (Kind::Name(name), false)),
            '$' => self.dollar().map(|kind| (kind, false)),
            _ if is_name_start(first) => self.word(),
            _ if first.is_ascii_digit() => {
                let end = rest.find(|c: char| !c.is_ascii_digit());
                self.at += end.unwrap_or(rest.len());
                Ok((Kind::Sign('0'), false))
            }
            _ => {
                self.at += first.len_utf8();
                Ok((Kind::Sign(first), false))
            }
        }
    }

    fn word(&mut self) -> Result<(Kind, bool), Failure> {
        let rest = self.rest();
        let end = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let word = word.to_ascii_lowercase();
        let is_text = after.starts_with('\'');
        if word == "u" && (after.starts_with("&\"") || after.starts_with("&'")) {
            return Err(Failure::forbidden(
                "names and texts with Unicode escapes (`U&`) are not available",
            ));
        }
        self.at += end;
        match &*word {
            "e" if is_text => self.text(true).map(|()| (Kind::Text, true)),
            "b" | "n" | "x" if is_text => self.text(false).map(|()| (Kind::Text, false)),
            _ => Ok((Kind::Word(word), false)),
        }
    }

    /// Reads a text from its first quote.
    fn text(&mut self, has_escapes: bool) -> Result<(), Failure> {
        let mut characters = self.rest().char_indices().skip(1).peekable();
        let mut end = None;
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' if has_escapes => drop(characters.next()),
                '\'' if characters.next_if(|(_, next)| *next == '\'').is_some() => {}
                '\'' => {
                    end = Some(at + 1);
                    break;
                }
                _ => {}
            }
        }
        self.at += end.ok_or_else(|| Failure::wrong("a text does not end"))?;
        Ok(())
    }

    /// Reads a name in double quotes.
    fn quoted(&mut self) -> Result<String, Failure> {
        let mut name = String::new();
        let mut characters = self.rest().char_indices().skip(1).peekable();
        let mut end = None;
        while let Some((at, character)) = characters.next() {
            if character == '"' && characters.next_if(|(_, next)| *next == '"').is_none() {
                end = Some(at + 1);
                break;
            }
            name.push(character);
        }
        self.at += end.ok_or_else(|| Failure::wrong("a name in quotes does not end"))?;
        Ok(name)
    }

    /// Reads a parameter, or a text such as `$tag$text$tag$`.
    fn dollar(&mut self) -> Result<Kind, Failure> {
        let rest = self.rest();
        let after = rest.get(1..).unwrap_or_default();
        let is_tag = |c| is_name_part(c) && c != '$';
        let tag = after.find(|c| !is_tag(c)).unwrap_or(after.len());
        let starts_with_digit = after.starts_with(|c: char| c.is_ascii_digit());
        if starts_with_digit || !after.get(tag..).unwrap_or_default().starts_with('$') {
            let digits = after.find(|c: char| !c.is_ascii_digit());
            self.at += 1 + digits.unwrap_or(after.len());
            return Ok(Kind::Sign('$'));
        }
        let length = tag + 2;
        let (mark, text) = rest.split_at(length);
        let end = text.find(mark);
        let end = end.ok_or_else(|| Failure::wrong("a text in `$$` does not end"))?;
        self.at += length + end + length;
        Ok(Kind::Text)
    }
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit() || c == '$'
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};

    fn shown(sql: &str) -> String {
        let shown = |kind| match kind {
            Kind::Word(word) => word,
            Kind::Name(name) => format!("<{name}>"),
            Kind::Text => "TEXT".to_owned(),
            Kind::Sign(sign) => sign.to_string(),
        };
        let tokens = tokens(sql).unwrap().into_iter();
        tokens
            .map(|token| shown(token.kind))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn words_are_found_where_the_server_finds_them() {
        for (sql, expected) in [
            ("SELECT a;b", "select a ; b"),
            ("a -- b; c\nd", "a d"),
            ("a /* b /* c */ ; */ d", "a d"),
            ("'a;''b' c", "TEXT c"),
            (r"'a\' b", "TEXT b"),
            (r"E'a\';' b", "TEXT b"),
            (r"e'a\\' b", "TEXT b"),
            ("\"A\"\"b;\" c", "<A\"b;> c"),
            ("$$a;'$$ b", "TEXT b"),
            ("$x$a$$;$x$ b", "TEXT b"),
            ("a$x$ b$x$", "a$x$ b$x$"),
            ("$1 $23", "$ $"),
            ("1E'a' b", "0 TEXT b"),
            ("a+-- b\nc", "a + c"),
            ("X'0' b'1' N'x' nn'y'", "TEXT TEXT TEXT nn TEXT"),
            ("\u{e4}B(\u{a0}", "\u{e4}b ( \u{a0}"),
        ] {
            assert_eq!(shown(sql), expected, "{sql}");
        }
    }

    #[test]
    fn parts_that_do_not_end_are_refused() {
        for wrong in [
            "'a",
            "\"a",
            "$$a",
            "$a$b$$",
            "/* /* */",
            "E'a\\'",
            "a\0b",
            "E'a' 'b'",
            "E'a'\n--\n'\\'",
            "U&\"d\\0061ta\"",
            "u&'a'",
        ] {
            assert!(tokens(wrong).is_err(), "{wrong:?}");
        }
    }
}
