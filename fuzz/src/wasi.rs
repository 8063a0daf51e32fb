//! A hostile WASI guest, which calls any function with any arguments.

use arbitrary::{Arbitrary, Unstructured};
use capwire_wapc::EmptyWorld;
use capwire_wasi::{Outcome, Wasi, functions};

#[derive(Arbitrary, Debug)]
struct Call {
    function: u8,
    arguments: [u64; 9],
}

/// Makes the calls. Only `proc_exit` may end the guest.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(calls) = Vec::<Call>::arbitrary(&mut Unstructured::new(bytes)) else {
        return;
    };
    let functions: Vec<_> = functions().collect();
    let mut memory = vec![0; 4096];
    let mut wasi = Wasi::default();
    for call in calls {
        let Some(function) = functions.get(usize::from(call.function) % functions.len()) else {
            return;
        };
        let arguments = call
            .arguments
            .get(..function.parameters.len())
            .unwrap_or_default();
        let outcome = wasi.call(function, arguments, &mut memory, &EmptyWorld);
        assert_eq!(
            matches!(outcome, Outcome::Exit(_)),
            !function.returns,
            "{}",
            function.name
        );
    }
    wasi.flush(&EmptyWorld);
}
