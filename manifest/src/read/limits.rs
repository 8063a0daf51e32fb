//! What is said of limits.

use super::{Content, Node, Reader};
use crate::limits::{KEYS, LimitTexts};
use crate::model::At;

impl Reader {
    /// A mapping that may be missing. What has variables is understood when they are replaced.
    pub(super) fn limits(&mut self, node: Option<&Node>, field: &str) -> LimitTexts {
        let Some(node) = node.filter(|node| !matches!(*node.content, Content::Nothing)) else {
            return LimitTexts::default();
        };
        let mut limits = LimitTexts::new(field);
        for (key, node) in self.fields(node, field, KEYS, &[]).unwrap_or_default() {
            if let Some(text) = self.limit(node, &format!("{field}.{key}")) {
                limits.insert(key, text);
            }
        }
        self.faults.extend(limits.take_wrong());
        limits
    }

    fn limit(&mut self, node: &Node, field: &str) -> Option<At<String>> {
        match &*node.content {
            Content::Text(_) => self.text(node, field),
            _ => self.wrong_type(node, field, "a limit such as `16MiB`, `100ms` or `4`"),
        }
    }
}
