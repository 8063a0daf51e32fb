//! Resolves the texts by which manifests and commands name actors.

use super::actors::PlannedActor;
use super::location::Folders;
use capwire::ActorId;
use capwire_manifest::nearest;
use std::path::{Path, PathBuf};

/// A text that does not name exactly one actor.
pub(crate) struct Unresolved {
    /// The problem.
    pub(crate) problem: String,
    /// The next step.
    pub(crate) help: String,
}

/// Returns the one of `actors` that `text` names: by its key, or else by its file, or else by its
/// alias, or else by the name in its claims.
///
/// The operator chose the files, keys and aliases, but anybody who signs a module chose the names in claims.
/// So a name in claims is never taken for a key, and an actor with the name of another one's file
/// is not found by that name.
///
/// # Errors
/// Returns [`Unresolved`] if no actor has the name, or several have it.
pub(crate) fn resolve<'a>(
    actors: &'a [PlannedActor],
    folders: &Folders,
    text: &str,
) -> Result<&'a PlannedActor, Unresolved> {
    let none = || unknown(actors, text);
    if let Ok(id) = text.parse::<ActorId>() {
        return actors
            .iter()
            .find(|actor| actor.id() == id)
            .ok_or_else(none);
    }
    let file = Named::new(folders, text);
    if let Some(actor) = actors.iter().find(|actor| file.is_of(actor)) {
        return Ok(actor);
    }
    let is_alias = |actor: &&PlannedActor| actor.alias.as_deref() == Some(text);
    if let Some(actor) = actors.iter().find(is_alias) {
        return Ok(actor);
    }
    let named = actors.iter().filter(|actor| actor.actor.name() == text);
    let mut named: Vec<&PlannedActor> = named.collect();
    if !named.is_empty() {
        // The name is claimed: it is ambiguous if files of others have it, too.
        named.extend(actors.iter().filter(|actor| is_called(actor, text)));
        named.sort_by_key(|actor| actor.id());
        named.dedup_by_key(|actor| actor.id());
    }
    match named.as_slice() {
        [] => Err(none()),
        [actor] => Ok(actor),
        several => Err(ambiguous(text, several)),
    }
}

/// Returns the actor whose file or alias has the name that another actor claims in `claimant`.
pub(super) fn owner_of_name<'a>(
    actors: &'a [PlannedActor],
    folders: &Folders,
    claimant: &PlannedActor,
) -> Option<&'a PlannedActor> {
    let name = claimant.actor.name();
    let file = Named::new(folders, &name);
    let mut others = actors.iter().filter(|other| other.id() != claimant.id());
    let has_alias = |other: &PlannedActor| other.alias.as_ref() == Some(&name);
    others.find(|other| file.is_of(other) || is_called(other, &name) || has_alias(other))
}

/// A text that may be the path of a file.
struct Named<'t> {
    text: &'t str,
    /// The file, if it exists.
    file: Option<PathBuf>,
}

impl<'t> Named<'t> {
    fn new(folders: &Folders, text: &'t str) -> Self {
        let file = folders.find(text).and_then(|file| file.canonicalize().ok());
        Self { text, file }
    }

    /// Returns `true` if the text is the path of the actor's file, however it is written.
    fn is_of(&self, actor: &PlannedActor) -> bool {
        let same = |file: &PathBuf| actor.file.canonicalize().is_ok_and(|own| own == *file);
        actor.written == self.text || self.file.as_ref().is_some_and(same)
    }
}

/// Returns `true` if `text` is the last part of the path of the actor's file.
fn is_called(actor: &PlannedActor, text: &str) -> bool {
    let last = Path::new(&actor.written).file_name();
    last.is_some_and(|last| last == text)
}

fn ambiguous(text: &str, several: &[&PlannedActor]) -> Unresolved {
    let shown = several.iter().map(|actor| {
        let line = actor.place.line();
        format!("{} (`{}` in line {line})", actor.id(), actor.written)
    });
    let shown: Vec<String> = shown.collect();
    Unresolved {
        problem: format!("{} actors are named `{text}`", several.len()),
        help: format!("use one of their keys: {}", shown.join(", ")),
    }
}

fn unknown(actors: &[PlannedActor], text: &str) -> Unresolved {
    let names: Vec<String> = actors.iter().map(|actor| actor.actor.name()).collect();
    let help = match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "add its file to `actors`".to_owned(),
        None => format!(
            "choose one of {}, or add its file to `actors`",
            names.join(", ")
        ),
    };
    Unresolved {
        problem: format!("`actors` has no actor `{text}`"),
        help,
    }
}
