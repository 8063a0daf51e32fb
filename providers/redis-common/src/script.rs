//! Scripts that run on the server. Redis runs a script as one step: nothing else happens meanwhile.

use redis::{Cmd, Script};

/// Returns the command that runs `script` on `keys`. The arguments follow.
#[must_use]
pub fn run(script: &Script, keys: &[String]) -> Cmd {
    let mut cmd = redis::cmd("EVALSHA");
    cmd.arg(script.get_hash()).arg(keys.len()).arg(keys);
    cmd
}
