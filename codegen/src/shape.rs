//! The shape of a client's methods, which all languages share.

use crate::model::{Contract, Field, Operation, Record, RecordName, Type};

/// The most members of a message that become the parameters of a method.
const MOST_PARAMETERS: usize = 3;

/// The messages of all contracts.
pub(crate) struct Shape<'c> {
    contracts: &'c [Contract],
}

/// The parameters of a method.
pub(crate) enum Parameters<'c> {
    /// The message.
    Message,
    /// The members of a small message.
    Fields(&'c [Field]),
}

impl<'c> Shape<'c> {
    pub(crate) fn new(contracts: &'c [Contract]) -> Self {
        Self { contracts }
    }

    /// Returns the parameters of the method for `operation`.
    pub(crate) fn parameters(&self, operation: &Operation) -> Parameters<'c> {
        match self.find(&operation.request) {
            Some(record) if record.fields.len() <= MOST_PARAMETERS && is_plain(record) => {
                Parameters::Fields(&record.fields)
            }
            _ => Parameters::Message,
        }
    }

    /// Returns the only member of an answer, which a method then returns instead of the answer.
    pub(crate) fn only_field(&self, name: &RecordName) -> Option<&'c Field> {
        match &*self.find(name)?.fields {
            [field] => Some(field),
            _ => None,
        }
    }

    fn find(&self, name: &RecordName) -> Option<&'c Record> {
        let mut records = self.contracts.iter().flat_map(|it| &it.records);
        records.find(|record| record.name == *name)
    }
}

/// Returns true if the message contains no other message.
fn is_plain(record: &Record) -> bool {
    let mut fields = record.fields.iter();
    fields.all(|field| !matches!(field.kind, Type::Record(_) | Type::Option(_)))
}
