//! The broker keeps the contract of every broker.
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_contracts_suite::messaging::Subject;
use capwire_messaging_local::MessagingLocal;

capwire_contracts_suite::messaging_tests!(async {
    Subject::new(MessagingLocal::new(), [], "test", ())
});
