//! Reads the paths in a source file, without a Rust parser.

/// A path as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// The names in the path. A group at its end is resolved, and a `*` is left out.
    pub(super) path: Vec<String>,
    /// The name that a `use` declares.
    pub(super) alias: Option<String>,
    /// True if the name is declared for other modules, too.
    pub(super) public: bool,
}

/// Returns all paths in `use` declarations, and the paths in code that begin with `crate`, `super`
/// or `self`.
pub(super) fn read(text: &str) -> Vec<Use> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let tokens = tokens(&bare(text));
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
    };
    reader.all()
}

struct Reader<'t> {
    tokens: &'t [String],
    at: usize,
}

impl Reader<'_> {
    fn all(&mut self) -> Vec<Use> {
        let mut found = Vec::new();
        let mut public = false;
        while let Some(token) = self.peek(0) {
            match token {
                "pub" => public = true,
                "use" => {
                    self.at += 1;
                    self.tree(&[], public, &mut found);
                    public = false;
                }
                ";" | "{" | "}" => public = false,
                "crate" | "super" | "self" if self.peek(1) == Some("::") => {
                    found.extend(self.in_code());
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        found
    }

    /// Reads the rest of a `use` after `prefix`, up to its last token.
    fn tree(&mut self, prefix: &[String], public: bool, found: &mut Vec<Use>) {
        let mut path = prefix.to_vec();
        loop {
            match self.peek(0) {
                Some("{") => {
                    self.group(&path, public, found);
                    return;
                }
                Some("*") => {
                    found.push(Use {
                        path,
                        alias: None,
                        public: false,
                    });
                    return;
                }
                Some(name) => path.push(name.to_owned()),
                None => return,
            }
            if self.peek(1) != Some("::") {
                break;
            }
            self.at += 2;
        }
        if path.last().is_some_and(|name| name == "self") && path.len() > 1 {
            path.pop();
        }
        let mut alias = path.last().cloned();
        if self.peek(1) == Some("as") {
            alias = self.peek(2).map(str::to_owned);
            self.at += 2;
        }
        found.push(Use {
            path,
            alias,
            public,
        });
    }

    fn group(&mut self, prefix: &[String], public: bool, found: &mut Vec<Use>) {
        self.at += 1;
        loop {
            match self.peek(0) {
                Some("}") | None => return,
                Some(",") => self.at += 1,
                Some(_) => {
                    self.tree(prefix, public, found);
                    self.at += 1;
                }
            }
        }
    }

    /// Reads a path in code, up to its end.
    fn in_code(&mut self) -> Option<Use> {
        let mut path = Vec::new();
        while let Some(name) = self.peek(0).filter(|name| is_name(name)) {
            path.push(name.to_owned());
            self.at += 1;
            if self.peek(0) != Some("::") {
                break;
            }
            self.at += 1;
        }
        (path.len() > 1).then_some(Use {
            path,
            alias: None,
            public: false,
        })
    }

    fn peek(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.at + ahead).map(String::as_str)
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        let end = match name.unwrap_or(rest.len()) {
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            end => end,
        };
        let (token, after) = rest.split_at(end);
        if !token.trim().is_empty() {
            tokens.push(token.to_owned());
        }
        rest = after;
    }
    tokens
}

/// Returns the text without comments and literals.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(raw) = raw_string(rest) {
            raw
        } else if first == '"' {
            quoted(rest)
        } else {
            bare.push(first);
            rest = &rest[first.len_utf8()..];
            // A character: `'"'` would look like the beginning of a text.
            if first == '\'' && rest.starts_with("\"'") {
                rest = &rest[2..];
            }
            continue;
        };
        bare.push(' ');
        rest = &rest[skipped..];
    }
    bare
}

/// Returns the length of a literal at the beginning of `rest`.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (place, character) in rest.char_indices().skip(1) {
        match character {
            '"' if !escaped => return place + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// Returns the length of a raw literal at the beginning of `rest`, or `None` if there is none.
fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.strip_prefix('r')?;
    let count = hashes.len() - hashes.trim_start_matches('#').len();
    let begin = 1 + count + 1;
    hashes[count..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(count));
    let length = rest[begin..]
        .find(&end)
        .map(|place| begin + place + end.len());
    Some(length.unwrap_or(rest.len()))
}
