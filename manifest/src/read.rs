//! Builds the model from the tree. The reader continues after an error, so that it finds all
//! errors.

mod cases;
mod limits;
mod policy;
mod project;

pub(crate) use cases::cases;
pub(crate) use policy::policy;
pub(crate) use project::project;

use crate::error::{ManifestError, Problem};
use crate::model::{
    Actor, At, Binding, Capability, DEFAULT_BINDING, Manifest, SecretRef, Source, Value,
};
use crate::nearest;
use crate::tree::{self, Content, Node};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Returns the parts of `text` that are right, and all faults in the order of the text.
pub(crate) fn read(text: &str) -> (Manifest, Vec<ManifestError>) {
    document(text, |reader, root| {
        root.map_or_else(Manifest::default, |root| reader.manifest(root))
    })
}

/// Reads a document. `read` gets its root, or nothing if `text` contains nothing.
fn document<T: Default>(
    text: &str,
    read: impl FnOnce(&mut Reader, Option<&Node>) -> T,
) -> (T, Vec<ManifestError>) {
    let mut reader = Reader::default();
    let document = match tree::read(text) {
        Ok(root) => {
            let root = root.filter(|root| !matches!(*root.content, Content::Nothing));
            read(&mut reader, root.as_ref())
        }
        Err(error) => {
            reader.faults.push(error);
            T::default()
        }
    };
    reader.faults.sort_by_key(|fault| fault.position);
    (document, reader.faults)
}

#[derive(Default)]
struct Reader {
    faults: Vec<ManifestError>,
}

/// The values of a mapping, by its known keys.
type Fields<'n> = BTreeMap<&'static str, &'n Node>;

impl Reader {
    fn manifest(&mut self, root: &Node) -> Manifest {
        const KEYS: &[&str] = &[
            "labels",
            "chain",
            "limits",
            "actors",
            "capabilities",
            "bindings",
        ];
        let fields = self.fields(root, "", KEYS, &[]).unwrap_or_default();
        Manifest {
            chain: self.chain(fields.get("chain").copied(), "chain"),
            labels: self.labels(fields.get("labels").copied()),
            limits: self.limits(fields.get("limits").copied(), "limits"),
            actors: self.list(fields.get("actors").copied(), "actors", Self::actor),
            capabilities: self.list(
                fields.get("capabilities").copied(),
                "capabilities",
                Self::capability,
            ),
            bindings: self.list(fields.get("bindings").copied(), "bindings", Self::binding),
        }
    }

    fn labels(&mut self, node: Option<&Node>) -> BTreeMap<String, At<String>> {
        let entries = self.entries(node, "labels").into_iter();
        let label = |(key, node): (String, &Node)| {
            let field = format!("labels.{key}");
            self.text(node, &field).map(|text| (key, text))
        };
        entries.filter_map(label).collect()
    }

    /// Reads an actor: a text, or a mapping with the actor's limits.
    fn actor(&mut self, node: &Node, field: &str) -> Option<Actor> {
        const KEYS: &[&str] = &["path", "limits", "alias", "chain"];
        let Content::Map(_) = *node.content else {
            return self.text(node, field).map(Actor::of);
        };
        let fields = self.fields(node, field, KEYS, &["path"])?;
        let path = fields
            .get("path")
            .and_then(|node| self.text(node, &format!("{field}.path")));
        let alias = fields
            .get("alias")
            .map(|node| self.text(node, &format!("{field}.alias")));
        let limits = self.limits(fields.get("limits").copied(), &format!("{field}.limits"));
        let chain = self.chain(fields.get("chain").copied(), &format!("{field}.chain"));
        Some(Actor {
            path: path?,
            alias: alias.flatten(),
            chain,
            limits,
        })
    }

    fn capability(&mut self, node: &Node, field: &str) -> Option<Capability> {
        const KEYS: &[&str] = &["path", "builtin", "binding_name", "issuer", "isolation"];
        if let Content::Text(_) = *node.content {
            return self.wrong_type(node, field, "`path: FILE` or `builtin: NAME`");
        }
        let fields = self.fields(node, field, KEYS, &[])?;
        let source = match (fields.get("builtin"), fields.get("path")) {
            (Some(builtin), None) => self
                .text(builtin, &format!("{field}.builtin"))
                .map(|name| name.map(Source::Builtin)),
            (None, Some(path)) => self
                .text(path, &format!("{field}.path"))
                .map(|path| path.map(Source::Path)),
            (None, None) if stands_for(node, KEYS, &["path", "builtin"]) => None,
            (None, None) => self.fault(node, "", Problem::NoSource),
            (Some(_), Some(path)) => self.fault(path, "", Problem::TwoSources),
        };
        let name = self.name(node, &fields, field, "binding_name");
        let issuer = match (fields.get("issuer"), fields.get("path")) {
            (Some(issuer), None) => self.fault(issuer, "", Problem::KeyOfFiles { key: "issuer" }),
            (issuer, _) => issuer.and_then(|node| self.text(node, &format!("{field}.issuer"))),
        };
        let in_process = self.isolation(&fields, field);
        Some(Capability {
            source: source?,
            binding_name: name?,
            issuer,
            in_process,
        })
    }

    /// Reads whether the provider runs in a process of its own.
    fn isolation(&mut self, fields: &Fields<'_>, field: &str) -> bool {
        let Some(node) = fields.get("isolation") else {
            return false;
        };
        let text = self.text(node, &format!("{field}.isolation"));
        let is_process = text.is_some_and(|text| text.value == "process");
        if !is_process {
            let _: Option<()> = self.fault(node, "", Problem::Isolation);
        } else if !fields.contains_key("path") {
            let _: Option<()> = self.fault(node, "", Problem::KeyOfFiles { key: "isolation" });
        }
        is_process
    }

    fn binding(&mut self, node: &Node, field: &str) -> Option<Binding> {
        const KEYS: &[&str] = &["actor", "capability", "binding", "values"];
        let fields = self.fields(node, field, KEYS, &["actor", "capability"])?;
        let mut required = |key: &str| {
            let node = fields.get(key)?;
            self.text(node, &format!("{field}.{key}"))
        };
        let (actor, capability) = (required("actor"), required("capability"));
        let name = self.name(node, &fields, field, "binding");
        let values = self.values(fields.get("values").copied(), &format!("{field}.values"));
        Some(Binding {
            position: node.position,
            actor: actor?,
            capability: capability?,
            name: name?,
            values,
        })
    }

    /// Reads the name of a binding at `key` in `fields`; its default is [`DEFAULT_BINDING`].
    fn name(
        &mut self,
        node: &Node,
        fields: &Fields<'_>,
        field: &str,
        key: &str,
    ) -> Option<At<String>> {
        match fields.get(key) {
            Some(name) if !matches!(*name.content, Content::Nothing) => {
                self.text(name, &format!("{field}.{key}"))
            }
            _ => Some(At {
                value: DEFAULT_BINDING.to_owned(),
                position: node.position,
            }),
        }
    }

    fn values(&mut self, node: Option<&Node>, field: &str) -> BTreeMap<String, At<Value>> {
        let entries = self.entries(node, field).into_iter();
        let value = |(key, node): (String, &Node)| {
            let field = format!("{field}.{key}");
            self.value(node, &field).map(|value| (key, value))
        };
        entries.filter_map(value).collect()
    }

    fn value(&mut self, node: &Node, field: &str) -> Option<At<Value>> {
        if let Content::Map(_) = *node.content {
            return self.secret(node, field);
        }
        self.text(node, field).map(|text| text.map(Value::Text))
    }

    fn secret(&mut self, node: &Node, field: &str) -> Option<At<Value>> {
        let fields = self.fields(node, field, &["secret"], &["secret"])?;
        let node = fields.get("secret")?;
        let field = format!("{field}.secret");
        let text = self.text(node, &field)?;
        match SecretRef::parse(&text.value) {
            Some(secret) => Some(text.map(|_| Value::Secret(secret))),
            None => self.fault(node, &field, Problem::BadSecret),
        }
    }

    fn text(&mut self, node: &Node, field: &str) -> Option<At<String>> {
        match &*node.content {
            Content::Text(text) => Some(At {
                value: text.clone(),
                position: node.position,
            }),
            Content::Nothing => self.fault(node, field, Problem::Null),
            _ => self.wrong_type(node, field, "a text"),
        }
    }

    /// Reads the items of an optional list, without wrong items.
    fn list<T>(
        &mut self,
        node: Option<&Node>,
        field: &str,
        item: impl Fn(&mut Self, &Node, &str) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = node else { return Vec::new() };
        match &*node.content {
            Content::Nothing => Vec::new(),
            Content::List(nodes) => {
                let items = nodes.iter().enumerate();
                let items = items
                    .filter_map(|(index, node)| item(self, node, &format!("{field}[{index}]")));
                items.collect()
            }
            _ => {
                self.wrong_type::<()>(node, field, "a list");
                Vec::new()
            }
        }
    }

    /// Reads the values of a mapping with the keys `known`, all keys of `required` included.
    fn fields<'n>(
        &mut self,
        node: &'n Node,
        field: &str,
        known: &[&'static str],
        required: &[&'static str],
    ) -> Option<Fields<'n>> {
        if !matches!(*node.content, Content::Map(_)) {
            return self.wrong_type(node, field, MAPPING);
        }
        let mut fields = Fields::new();
        let mut meant = Vec::new();
        for (key, place, value) in self.pairs(node, field) {
            match known.iter().find(|known| **known == key) {
                Some(known) => {
                    fields.insert(known, value);
                }
                None => {
                    meant.extend(nearest::meant(&key, known));
                    let known = known.to_vec();
                    self.fault::<()>(place, "", Problem::UnknownKey { key, known });
                }
            }
        }
        for key in required {
            // A misspelt key is one fault, not two.
            if !fields.contains_key(key) && !meant.contains(key) {
                self.fault::<()>(node, field, Problem::MissingKey { key });
            }
        }
        Some(fields)
    }

    /// Reads the keys and values of an optional mapping with arbitrary keys.
    fn entries<'n>(&mut self, node: Option<&'n Node>, field: &str) -> Vec<(String, &'n Node)> {
        let Some(node) = node else { return Vec::new() };
        match *node.content {
            Content::Nothing => Vec::new(),
            Content::Map(_) => {
                let pairs = self.pairs(node, field).into_iter();
                pairs.map(|(key, _, value)| (key, value)).collect()
            }
            _ => {
                self.wrong_type::<()>(node, field, MAPPING);
                Vec::new()
            }
        }
    }

    /// Reads the key, the key's node and the value of each pair, without pairs whose key is wrong.
    fn pairs<'n>(&mut self, node: &'n Node, field: &str) -> Vec<(String, &'n Node, &'n Node)> {
        let Content::Map(pairs) = &*node.content else {
            return Vec::new();
        };
        let mut found: BTreeMap<String, (&Node, &Node)> = BTreeMap::new();
        for (key, value) in pairs {
            let Some(text) = self.text(key, field) else {
                continue;
            };
            match found.entry(text.value) {
                Entry::Vacant(entry) => {
                    entry.insert((key, value));
                }
                Entry::Occupied(entry) => {
                    let key_twice = Problem::DuplicateKey {
                        key: entry.key().clone(),
                    };
                    self.fault::<()>(key, "", key_twice);
                }
            }
        }
        found
            .into_iter()
            .map(|(text, (key, value))| (text, key, value))
            .collect()
    }

    fn wrong_type<T>(&mut self, node: &Node, field: &str, expected: &'static str) -> Option<T> {
        self.fault(node, field, Problem::WrongType { expected })
    }

    fn fault<T>(&mut self, node: &Node, field: &str, problem: Problem) -> Option<T> {
        self.faults.push(ManifestError {
            position: Some(node.position),
            field: field.to_owned(),
            problem,
        });
        None
    }
}

/// Returns true if a misspelt or outdated key of the mapping stands for one of `keys`.
fn stands_for(node: &Node, known: &[&'static str], keys: &[&str]) -> bool {
    let Content::Map(pairs) = &*node.content else {
        return false;
    };
    let mut meant = pairs.iter().filter_map(|(key, _)| match &*key.content {
        Content::Text(key) => nearest::meant(key, known),
        _ => None,
    });
    meant.any(|key| keys.contains(&key))
}

const MAPPING: &str = "a mapping of keys to values";
