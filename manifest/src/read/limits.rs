//! Reads mappings of limits.

use super::{Content, Node, Reader};
use crate::limits::LimitTexts;
use crate::model::At;
use capwire_limits::Limit;

impl Reader {
    /// Reads a mapping that may be missing. Texts with variables are checked when these are replaced.
    pub(super) fn limits(&mut self, node: Option<&Node>, field: &str) -> LimitTexts {
        let Some(node) = node.filter(|node| !matches!(*node.content, Content::Nothing)) else {
            return LimitTexts::default();
        };
        let mut limits = LimitTexts::new(field);
        let keys: Vec<&'static str> = Limit::ALL.iter().map(|limit| limit.key()).collect();
        for (key, node) in self.fields(node, field, &keys, &[]).unwrap_or_default() {
            let text = self.limit(node, &format!("{field}.{key}"));
            if let (Some(limit), Some(text)) = (Limit::from_key(key), text) {
                limits.insert(limit, text);
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
