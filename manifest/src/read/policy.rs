//! Reads policy files by the rules of manifests.

use super::{Content, Node, Reader};
use crate::error::{ManifestError, Problem};
use crate::model::{At, Chain};
use crate::policy::{PolicyFile, PolicySection};

/// Returns the valid sections of `text`, and all errors in the order of the text.
pub(crate) fn policy(text: &str) -> (PolicyFile, Vec<ManifestError>) {
    super::document(text, |reader, root| match root {
        Some(root) => reader.policy(root),
        // A file that is being replaced can be empty for a moment, and no rules allow everything.
        None => {
            let empty = ManifestError::whole(Problem::EmptyPolicy);
            reader.faults.push(empty);
            PolicyFile::default()
        }
    })
}

impl Reader {
    fn policy(&mut self, root: &Node) -> PolicyFile {
        const KEYS: &[&str] = &["everyone", "accounts", "actors"];
        let fields = self.fields(root, "", KEYS, &[]).unwrap_or_default();
        let everyone = fields.get("everyone");
        PolicyFile {
            everyone: everyone
                .and_then(|node| self.section(node, "everyone"))
                .unwrap_or_default(),
            accounts: self.sections(fields.get("accounts").copied(), "accounts"),
            actors: self.sections(fields.get("actors").copied(), "actors"),
        }
    }

    fn sections(&mut self, node: Option<&Node>, field: &str) -> Vec<(At<String>, PolicySection)> {
        let Some(node) = node else { return Vec::new() };
        if !matches!(*node.content, Content::Map(_)) {
            self.wrong_type::<()>(node, field, super::MAPPING);
            return Vec::new();
        }
        let mut sections = Vec::new();
        for (key, place, node) in self.pairs(node, field) {
            let field = format!("{field}.{key}");
            let key = At {
                value: key,
                position: place.position,
            };
            sections.extend(self.section(node, &field).map(|section| (key, section)));
        }
        sections
    }

    fn section(&mut self, node: &Node, field: &str) -> Option<PolicySection> {
        const KEYS: &[&str] = &["only", "limit", "start", "chain"];
        let fields = self.fields(node, field, KEYS, &[])?;
        let list = |reader: &mut Self, key: &str| {
            let (node, field) = (fields.get(key).copied(), format!("{field}.{key}"));
            if let Some(node) = node.filter(|node| matches!(*node.content, Content::Nothing)) {
                reader.fault::<()>(node, &field, Problem::MissingList);
            }
            reader.list(node, &field, Self::text)
        };
        let only = list(self, "only");
        let start = fields.get("start");
        Some(PolicySection {
            only: fields.get("only").map(|node| (node.position, only)),
            limit: list(self, "limit"),
            chain: self.chain(fields.get("chain").copied(), &format!("{field}.chain")),
            start: start.and_then(|node| self.flag(node, &format!("{field}.start"))),
        })
    }

    /// Reads the rule by which actors act for others.
    pub(super) fn chain(&mut self, node: Option<&Node>, field: &str) -> Option<At<Chain>> {
        let node = node?;
        let text = self.text(node, field)?;
        match text.value.as_str() {
            "own" => Some(text.map(|_| Chain::Own)),
            "shrink" => Some(text.map(|_| Chain::Shrink)),
            _ => self.wrong_type(node, field, "`own` or `shrink`"),
        }
    }

    fn flag(&mut self, node: &Node, field: &str) -> Option<At<bool>> {
        let text = self.text(node, field)?;
        match text.value.as_str() {
            "true" => Some(text.map(|_| true)),
            "false" => Some(text.map(|_| false)),
            _ => self.wrong_type(node, field, "true or false"),
        }
    }
}
