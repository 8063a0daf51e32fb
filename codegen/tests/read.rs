//! Descriptions that are read, and those that are refused.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_codegen::{Absent, Contract, Type, outputs, read};
use std::path::Path;

const MAIL: &str = "/// Mails.
package acme:mail-box;
interface provider {
    /// A mail.
    record mail { /// The recipient.
        send-to: string, /// The content.
        /// @default
        body: list<u8> }
    /// Sends a mail.
    send: func(mail: mail);
}";

fn described(text: &str) -> Result<Vec<Contract>, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mail.wit"), text).unwrap();
    read(folder.path()).map_err(|error| format!("{error:#}"))
}

#[test]
fn a_contract_has_the_id_members_and_operations_of_its_description() {
    let contracts = described(MAIL).unwrap();
    let [contract] = &*contracts else {
        panic!("{contracts:?}");
    };
    assert_eq!(contract.id, "acme:mail_box");
    let [record] = &*contract.records else {
        panic!("{contract:?}");
    };
    let fields = record.fields.iter();
    let fields: Vec<_> = fields.map(|it| (&*it.name, &it.kind, it.absent)).collect();
    let expected = [
        ("send-to", &Type::Text, Absent::Error),
        ("body", &Type::Bytes, Absent::Default),
    ];
    assert_eq!(fields, expected);
    let page = outputs(&contracts).into_iter();
    let page = page.filter(|it| it.path == "docs/contracts/mail-box.md");
    let page: String = page.map(|it| it.text).collect();
    assert!(page.contains("| `sendTo` | text | an error |"), "{page}");
    assert!(
        page.contains("| `Send` | [Mail](#mail) | nothing |"),
        "{page}"
    );
}

#[test]
fn what_no_message_can_express_is_an_error_that_names_its_place() {
    for (from, to, reason) in [
        ("list<u8>", "char", "no message has the type"),
        ("list<u8>", "result", "a member of the type result"),
        ("@default", "@defualt", "@defualt"),
        ("(mail: mail)", "(to: string)", "takes a record"),
        ("(mail: mail)", "()", "takes one message"),
        ("(mail: mail)", "(mail: mail) -> u32", "returns a record"),
        (
            "interface provider",
            "interface mails",
            "expected `provider`",
        ),
        ("record mail", "variant mail", "expected"),
    ] {
        let error = described(&MAIL.replace(from, to)).unwrap_err();
        assert!(error.contains(reason), "{to}: {error}");
    }
    let missing = read(Path::new("no/such/folder")).unwrap_err();
    assert!(format!("{missing:#}").contains("no/such/folder"));
}
