//! The key-value stores in the examples keep the core of the contract, each through its shared library.

mod library;

mod rust {
    capwire_contracts_suite::keyvalue_core_tests!(crate::library::subject(crate::library::built(
        "keyvalue"
    )));
}

mod c {
    capwire_contracts_suite::keyvalue_core_tests!(crate::library::subject(crate::library::c()));
}

mod rust_in_a_process {
    capwire_contracts_suite::keyvalue_core_tests!(crate::library::isolated(crate::library::built(
        "keyvalue"
    )));
}

mod c_in_a_process {
    capwire_contracts_suite::keyvalue_core_tests!(crate::library::isolated(crate::library::c()));
}
