//! Remedies for actors that did not start or answer.

use capwire::wapc::CompileError;
use capwire::{ErrorKind, Remedy};
use capwire_text::{is_plain, word};
use std::error::Error as StdError;
use std::path::Path;

/// Returns what to do about a module that did not start.
pub(crate) fn of_start(error: &capwire::Error) -> Option<String> {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    let of_module = cause.and_then(of_module);
    of_module.or_else(|| of(error))
}

/// Returns what to do about a module that an engine did not compile.
pub(crate) fn of_module(error: &CompileError) -> Option<String> {
    let only_here = matches!(error, CompileError::TooCostly { .. });
    only_here.then(|| "another engine may take it: see `--engine`".to_owned())
}

/// Words a remedy for users of the command, where the library's own words name no option.
pub(crate) fn worded(remedy: &Remedy) -> Option<String> {
    match remedy {
        Remedy::Claim(capability) => {
            let capability = quoted(capability);
            Some(format!("sign the module again with `--cap {capability}`"))
        }
        Remedy::Alias(alias) => Some(format!(
            "to call an actor, give it `alias: {alias}` in the `actors` of the manifest, and sign the module again with `--cap KEY`, the key of that actor"
        )),
        Remedy::Renew => Some("sign the module again with a later `--expires`".to_owned()),
        Remedy::NameService => Some(
            "sign the caller with that capability, too; or, if the actor is a service, give it `chain: own` in the manifest and the policy"
                .to_owned(),
        ),
        Remedy::RaiseRevision(_) => Some("sign the module with a higher `--rev`".to_owned()),
        _ => None,
    }
}

/// Returns `permission` as the value of an option: quoted if it is not a plain word, or a
/// placeholder if it contains characters that end the quotes or deceive.
pub(crate) fn quoted(permission: &str) -> String {
    let harmless = |byte: u8| byte == b' ' || (byte.is_ascii_graphic() && byte != b'\'');
    match is_plain(permission) {
        true => permission.to_owned(),
        false if permission.bytes().all(harmless) => format!("'{permission}'"),
        false => "CAPABILITY".to_owned(),
    }
}

/// Returns `path` as a word of a proposed command, or a placeholder if a shell could interpret it.
pub(crate) fn file(path: &Path) -> String {
    path.to_str()
        .map_or("FILE", |path| word(path, "FILE"))
        .to_owned()
}

/// Returns what to do next, where that does not depend on the actor.
pub(crate) fn of(error: &capwire::Error) -> Option<String> {
    if let Some(help) = error.remedy().as_ref().and_then(worded) {
        return Some(help);
    }
    match error.kind() {
        ErrorKind::Engine => Some("try another engine, such as `--engine wasmi`".to_owned()),
        // The text of a failed call names the limit itself.
        _ if error.call_failure().is_some() => None,
        _ => error.exceeded_limit().map(|limit| {
            let key = limit.key();
            format!("correct the actor, or raise `{key}` in its `limits` in a manifest")
        }),
    }
}
