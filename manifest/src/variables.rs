//! Variables: `${NAME}` and `${NAME:default}`.

use crate::model::{At, Manifest, SecretRef, Source, Value};

impl Manifest {
    /// Replaces `${NAME}` and `${NAME:default}` in all texts by the value that `variable` returns
    /// for the name, or else by the default. Returns the names that have neither, with their
    /// positions; their references stay unchanged.
    ///
    /// Variables are replaced after the manifest is parsed. A value therefore changes neither the
    /// structure nor other texts, and is not searched for variables. Keys stay unchanged. A name
    /// ends at the first `:` and contains no white space and no `=`. A default ends at the first
    /// `}`, contains no tabs and stays on one line. A variable with an empty value counts as set.
    ///
    /// ```
    /// use capwire_manifest::Manifest;
    ///
    /// let mut manifest = Manifest::parse("actors: ['${DIR:actors}/${NAME}.wasm', '${MISSING}']")?;
    /// let unset = manifest.expand(|name| (name == "NAME").then(|| "counter".to_owned()));
    /// assert_eq!(manifest.actors[0].path.value, "actors/counter.wasm");
    /// assert_eq!(manifest.actors[1].path.value, "${MISSING}");
    /// assert_eq!(unset[0].value, "MISSING");
    /// # Ok::<(), capwire_manifest::ManifestError>(())
    /// ```
    pub fn expand(&mut self, variable: impl Fn(&str) -> Option<String>) -> Vec<At<String>> {
        let mut unset = Vec::new();
        self.for_each_text(|position, text| {
            let (expanded, names) = expand(text, &variable);
            *text = expanded;
            let unset_here = names.into_iter().map(|value| At { value, position });
            unset.extend(unset_here);
        });
        unset.sort_by_key(|name| name.position);
        unset
    }

    fn for_each_text(&mut self, mut change: impl FnMut(crate::Position, &mut String)) {
        let mut at = |text: &mut At<String>| change(text.position, &mut text.value);
        self.labels.values_mut().for_each(&mut at);
        self.limits.texts_mut().for_each(&mut at);
        for actor in &mut self.actors {
            at(&mut actor.path);
            actor.alias.iter_mut().for_each(&mut at);
            actor.limits.texts_mut().for_each(&mut at);
        }
        for capability in &mut self.capabilities {
            at(&mut capability.binding_name);
            capability.issuer.iter_mut().for_each(&mut at);
        }
        for binding in &mut self.bindings {
            [
                &mut binding.actor,
                &mut binding.capability,
                &mut binding.name,
            ]
            .into_iter()
            .for_each(&mut at);
        }
        for source in self.capabilities.iter_mut().map(|one| &mut one.source) {
            let (Source::Builtin(text) | Source::Path(text)) = &mut source.value;
            change(source.position, text);
        }
        for value in self
            .bindings
            .iter_mut()
            .flat_map(|one| one.values.values_mut())
        {
            let (Value::Text(text) | Value::Secret(SecretRef::Env(text) | SecretRef::File(text))) =
                &mut value.value;
            change(value.position, text);
        }
    }
}

/// Returns `text` with its variables replaced, and the names of variables without a value.
fn expand(text: &str, variable: &impl Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let (mut expanded, mut unset) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some(reference) = Reference::read(after) else {
            expanded.push_str("${");
            rest = after;
            continue;
        };
        match variable(reference.name).as_deref().or(reference.default) {
            Some(value) => expanded.push_str(value),
            None => {
                expanded.push_str(&format!("${{{}}}", reference.name));
                unset.push(reference.name.to_owned());
            }
        }
        rest = reference.rest;
    }
    expanded.push_str(rest);
    (expanded, unset)
}

/// The rest of a text after `${`.
struct Reference<'a> {
    name: &'a str,
    default: Option<&'a str>,
    rest: &'a str,
}

impl<'a> Reference<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (inside, rest) = text.split_once('}')?;
        let (name, default) = match inside.split_once(':') {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let in_name = |character| matches!(character, ' ' | '=' | '\t' | '\n' | '\r');
        let in_default = |character| matches!(character, '\t' | '\n' | '\r');
        if name.is_empty()
            || name.contains(in_name)
            || default.is_some_and(|text| text.contains(in_default))
        {
            return None;
        }
        Some(Self {
            name,
            default,
            rest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn expanded(text: &str) -> String {
        let variable = |name: &str| match name {
            "PORT" => Some("8081".to_owned()),
            "EMPTY" => Some(String::new()),
            "SELF" => Some("${PORT}".to_owned()),
            _ => None,
        };
        expand(text, &variable).0
    }

    #[test]
    fn both_forms_are_replaced_and_nothing_else() {
        for (text, expected) in [
            ("${PORT}", "8081"),
            ("a${PORT}b${PORT}c", "a8081b8081c"),
            ("${PORT:9}", "8081"),
            ("${NONE:9}", "9"),
            ("${NONE:}", ""),
            ("${NONE:a b=c:d}", "a b=c:d"),
            ("${EMPTY:9}", ""),
            ("${SELF}", "${PORT}"),
            ("$PORT ${} $ {PORT} ${", "$PORT ${} $ {PORT} ${"),
            ("${NO NE:9} ${A=B}", "${NO NE:9} ${A=B}"),
            ("${NONE} ${NONE:${PORT}}", "${NONE} ${PORT}"),
            ("${ ${PORT}", "${ 8081"),
            ("ü${PORT}ü", "ü8081ü"),
        ] {
            assert_eq!(expanded(text), expected, "{text}");
        }
    }

    #[test]
    fn names_without_a_value_are_told() {
        let (text, unset) = expand("${A} ${B:b} ${C}", &|_| None);
        assert_eq!(text, "${A} b ${C}");
        assert_eq!(unset, ["A", "C"]);
    }
}
