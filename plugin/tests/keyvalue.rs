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

#[tokio::test(flavor = "multi_thread")]
async fn the_store_in_zig_keeps_the_core_of_the_contract() {
    match library::zig() {
        Some(library) => {
            capwire_contracts_suite::keyvalue::the_core(async || {
                library::subject(library.clone()).await
            })
            .await;
        }
        None => capwire_scaffold::skip(
            "`zig` is not there: `cargo xtask setup --languages zig` installs it",
        ),
    }
}

mod rust_in_a_process {
    capwire_contracts_suite::keyvalue_core_tests!(crate::library::isolated(crate::library::built(
        "keyvalue"
    )));
}

mod c_in_a_process {
    capwire_contracts_suite::keyvalue_core_tests!(crate::library::isolated(crate::library::c()));
}
