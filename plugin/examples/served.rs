//! The program of the processes that `IsolatedPlugin` starts: it serves the library that its host sends.

use std::io::stdin;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;

fn main() -> std::io::Result<()> {
    let socket = stdin().as_fd().try_clone_to_owned()?;
    capwire_plugin::serve(UnixStream::from(socket))
}
