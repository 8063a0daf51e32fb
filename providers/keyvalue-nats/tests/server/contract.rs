//! The store keeps the contract of every key-value provider. The cases on the work for a call are left out, because
//! the work is bounded by the size of a message of the server.

use crate::subject::subject;

capwire_contracts_suite::keyvalue_tests! { async { subject() }; on a server }
