//! Reads files of cases by the rules of manifests.

use super::{Fields, Node, Reader};
use crate::cases::{Case, CaseAnswer, CaseCall, CaseFile, Expected};
use crate::error::{ManifestError, Problem};
use crate::model::At;
use std::collections::BTreeMap;

/// Returns the valid cases of `text`, and all errors in the order of the text.
pub(crate) fn cases(text: &str) -> (CaseFile, Vec<ManifestError>) {
    super::document(text, |reader, root| match root {
        Some(root) => reader.case_file(root),
        None => CaseFile::default(),
    })
}

impl Reader {
    fn case_file(&mut self, root: &Node) -> CaseFile {
        let fields = self.fields(root, "", &["cases"], &["cases"]);
        let cases = fields.and_then(|fields| fields.get("cases").copied());
        CaseFile {
            cases: self.list(cases, "cases", Self::case),
        }
    }

    fn case(&mut self, node: &Node, field: &str) -> Option<Case> {
        const KEYS: &[&str] = &[
            "name",
            "http",
            "headers",
            "body",
            "operation",
            "payload",
            "answers",
            "expect",
        ];
        let fields = self.fields(node, field, KEYS, &["name", "expect"])?;
        let name = self.optional(&fields, field, "name");
        let call = self.case_call(node, &fields, field);
        let answers = fields.get("answers").copied();
        let answers = self.list(answers, &format!("{field}.answers"), Self::answer);
        let expected = fields.get("expect");
        let expected = expected.and_then(|node| self.expected(node, &format!("{field}.expect")));
        Some(Case {
            name: name?,
            call: call?,
            answers,
            expected: expected?,
        })
    }

    fn case_call(&mut self, node: &Node, fields: &Fields<'_>, field: &str) -> Option<CaseCall> {
        let headers = self.texts(fields, field, "headers");
        let [request, body, name, payload] =
            ["http", "body", "operation", "payload"].map(|key| self.optional(fields, field, key));
        let of_http = fields.contains_key("headers") || fields.contains_key("body");
        match (request, name) {
            (Some(request), None) if payload.is_none() => Some(CaseCall::Http {
                request,
                headers,
                body,
            }),
            (None, Some(name)) if !of_http => Some(CaseCall::Operation { name, payload }),
            // A value of the wrong type is one fault, not two.
            (None, None) if fields.contains_key("http") || fields.contains_key("operation") => None,
            _ => self.fault(node, field, Problem::NoCall),
        }
    }

    fn answer(&mut self, node: &Node, field: &str) -> Option<CaseAnswer> {
        const KEYS: &[&str] = &["call", "payload", "error"];
        let fields = self.fields(node, field, KEYS, &["call"])?;
        let [call, payload, error] =
            ["call", "payload", "error"].map(|key| self.optional(&fields, field, key));
        let answer = match (payload, error) {
            (Some(_), Some(_)) => return self.fault(node, field, Problem::TwoAnswers),
            (payload, None) => Ok(payload),
            (None, Some(error)) => Err(error),
        };
        Some(CaseAnswer {
            call: call?,
            answer,
        })
    }

    fn expected(&mut self, node: &Node, field: &str) -> Option<Expected> {
        const KEYS: &[&str] = &["status", "headers", "body", "payload", "error"];
        let fields = self.fields(node, field, KEYS, &[])?;
        if fields.is_empty() {
            return self.fault(node, field, Problem::NothingExpected);
        }
        Some(Expected {
            position: node.position,
            status: self.optional(&fields, field, "status"),
            headers: self.texts(&fields, field, "headers"),
            body: self.optional(&fields, field, "body"),
            payload: self.optional(&fields, field, "payload"),
            error: self.optional(&fields, field, "error"),
        })
    }

    fn optional(&mut self, fields: &Fields<'_>, field: &str, key: &str) -> Option<At<String>> {
        let node = fields.get(key)?;
        self.text(node, &format!("{field}.{key}"))
    }

    fn texts(
        &mut self,
        fields: &Fields<'_>,
        field: &str,
        key: &str,
    ) -> BTreeMap<String, At<String>> {
        let field = format!("{field}.{key}");
        let entries = self.entries(fields.get(key).copied(), &field).into_iter();
        let text = |(key, node): (String, &Node)| {
            let field = format!("{field}.{key}");
            self.text(node, &field).map(|text| (key, text))
        };
        entries.filter_map(text).collect()
    }
}
