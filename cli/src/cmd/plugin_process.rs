//! `capwire plugin-process`: the process of a provider from a library.

use crate::error::Error;
use std::io::stdin;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;

pub(super) fn run() -> Result<(), Error> {
    let socket = stdin().as_fd().try_clone_to_owned();
    let served = socket.and_then(|socket| capwire::plugin::serve(UnixStream::from(socket)));
    served.map_err(|error| {
        Error::failure("cannot serve the library of a host")
            .because(error)
            .help("write `isolation: process` in a manifest: the host starts this command itself")
    })
}
