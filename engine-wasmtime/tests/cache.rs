//! Tests of the cache of compiled code: what is loaded, what is compiled again, and what is removed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use capwire_conformance::guests::ECHO;
use capwire_engine_wasmtime::{
    Allocation, CacheError, CacheKey, CodeCache, Strategy, Wasmtime, WasmtimeBuilder,
};
use capwire_scaffold::start;
use capwire_wapc::{Engine, HostCall, Reply, Request};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder for a cache, and its key beside it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("code")
    }

    /// A cache as another process would open it.
    fn cache(&self) -> CodeCache {
        let key = CacheKey::read_or_create(&self.0.path().join("keys/cache.key")).unwrap();
        CodeCache::open(self.folder(), key).unwrap()
    }

    /// The only file in the cache.
    fn file(&self) -> PathBuf {
        let [code] = &self.cache().list().unwrap()[..] else {
            panic!("not one file");
        };
        self.folder().join(code.name())
    }
}

/// Returns how many modules the cache loaded and compiled when this engine runs `wat`, which echoes.
fn uses(cache: &CodeCache, builder: WasmtimeBuilder, wat: &str) -> (u64, u64) {
    let before = cache.uses();
    let engine = builder.code_cache(cache.clone()).build().unwrap();
    let module = engine.compile(&wat::parse_str(wat).unwrap()).unwrap();
    let mut host = |_: HostCall<'_>| Reply::error("");
    let answer = start(&*module)
        .unwrap()
        .call(Request::new("echo", &b"hello"[..]), &mut host);
    assert_eq!(answer.unwrap(), &b"hello"[..]);
    let after = cache.uses();
    (
        after.loaded - before.loaded,
        after.compiled - before.compiled,
    )
}

const LOADED: (u64, u64) = (1, 0);
const COMPILED: (u64, u64) = (0, 1);

fn echo(cache: &CodeCache) -> (u64, u64) {
    uses(cache, Wasmtime::builder(), ECHO)
}

/// Returns an echo module that is another one for each `text`.
fn other(text: &str) -> String {
    let (fields, _) = ECHO.trim_end().rsplit_once(')').unwrap();
    format!("{fields} (data \"{text}\"))")
}

#[test]
fn a_known_module_is_loaded_and_another_is_compiled() {
    let home = Home::new();
    assert_eq!(echo(&home.cache()), COMPILED);
    assert_eq!(echo(&home.cache()), LOADED);
    let cache = home.cache();
    assert_eq!(uses(&cache, Wasmtime::builder(), &other("x")), COMPILED);
    assert_eq!(echo(&cache), LOADED);
    assert_eq!(cache.list().unwrap().len(), 2);
}

#[test]
fn a_module_that_only_says_other_things_of_itself_is_known() {
    let home = Home::new();
    assert_eq!(echo(&home.cache()), COMPILED);
    let (fields, _) = ECHO.trim_end().rsplit_once(')').unwrap();
    let signed = format!("{fields} (@custom \"jwt\" \"claims\"))");
    assert_eq!(uses(&home.cache(), Wasmtime::builder(), &signed), LOADED);
}

#[test]
fn other_options_have_code_of_their_own() {
    let home = Home::new();
    let cache = home.cache();
    assert_eq!(echo(&cache), COMPILED);
    let pulley = || Wasmtime::builder().strategy(Strategy::Pulley);
    assert_eq!(uses(&cache, pulley(), ECHO), COMPILED);
    assert_eq!(uses(&cache, pulley(), ECHO), LOADED);
    assert_eq!(echo(&cache), LOADED);
}

#[test]
fn a_module_that_does_not_fit_into_the_pool_is_loaded_without_it() {
    let home = Home::new();
    let (fields, _) = ECHO.trim_end().rsplit_once(')').unwrap();
    let tables = format!("{fields} {})", "(table 1 funcref)".repeat(5));
    let pool = || Wasmtime::builder().pooling(1);
    if pool().build().unwrap().allocation() == (Allocation::Pool { instances: 1 }) {
        let first = uses(&home.cache(), pool(), &tables);
        assert_eq!(first, COMPILED);
        assert_eq!(uses(&home.cache(), pool(), &tables), LOADED);
    }
}

#[test]
fn a_file_that_has_changed_is_compiled_again_and_replaced() {
    let home = Home::new();
    assert_eq!(echo(&home.cache()), COMPILED);
    let whole = fs::read(home.file()).unwrap();
    let places = [0, 31, 32, 33, 100, whole.len() / 2, whole.len() - 1];
    let mut damaged: Vec<Vec<u8>> = places
        .iter()
        .map(|&place| {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            bytes
        })
        .collect();
    damaged.extend([0, 10, 32, whole.len() - 1].map(|end| whole[..end].to_vec()));
    damaged.push([&whole[..], b"x"].concat());
    for bytes in damaged {
        fs::write(home.file(), &bytes).unwrap();
        let cache = home.cache();
        let refused = cache.verify(&cache.list().unwrap()[0]);
        assert!(
            matches!(refused, Err(CacheError::NotOurs { .. })),
            "{refused:?}"
        );
        assert_eq!(echo(&cache), COMPILED);
        cache.verify(&cache.list().unwrap()[0]).unwrap();
        assert_eq!(echo(&home.cache()), LOADED);
    }
}

#[test]
fn a_file_of_another_key_or_with_the_name_of_another_is_not_loaded() {
    let home = Home::new();
    let cache = home.cache();
    assert_eq!(echo(&cache), COMPILED);
    let first = home.file();
    assert_eq!(uses(&cache, Wasmtime::builder(), &other("x")), COMPILED);
    let names = cache.list().unwrap();
    let mut files = names.iter().map(|code| home.folder().join(code.name()));
    let second = files.find(|file| *file != first).unwrap();
    fs::copy(&second, &first).unwrap();
    assert_eq!(echo(&cache), COMPILED);
    assert_eq!(echo(&cache), LOADED);

    let stranger = CacheKey::read_or_create(&home.0.path().join("other.key")).unwrap();
    let stranger = CodeCache::open(home.folder(), stranger).unwrap();
    assert_eq!(echo(&stranger), COMPILED);
}

#[test]
fn when_there_is_too_much_the_files_that_were_not_used_for_longest_go() {
    let home = Home::new();
    assert_eq!(echo(&home.cache()), COMPILED);
    let bytes = fs::metadata(home.file()).unwrap().len();
    let cache = home.cache().with_max_bytes(bytes * 5 / 2);
    let run = |text: &str| uses(&cache, Wasmtime::builder(), &other(text));
    assert_eq!(run("x"), COMPILED);
    // The echo is used later than x.
    assert_eq!(echo(&cache), LOADED);
    assert_eq!(run("y"), COMPILED);
    assert_eq!(cache.list().unwrap().len(), 2);
    assert_eq!(echo(&cache), LOADED);
    assert_eq!(run("x"), COMPILED);
    assert_eq!(cache.prune(0).unwrap().files, 2);
    assert_eq!(cache.list().unwrap().len(), 0);

    let small = home.cache().with_max_bytes(bytes - 1);
    assert_eq!(echo(&small), COMPILED);
    assert_eq!(small.list().unwrap().len(), 0);
}

#[test]
fn what_interrupted_writers_left_is_removed_later() {
    let home = Home::new();
    let cache = home.cache();
    let [old, new] = ["old", "new"].map(|name| home.folder().join(format!(".part-{name}")));
    for file in [&old, &new] {
        fs::write(file, "half").unwrap();
    }
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    let opened = fs::File::options().write(true).open(&old).unwrap();
    opened.set_modified(long_ago).unwrap();
    assert_eq!(cache.prune(u64::MAX).unwrap().files, 1);
    assert!(!old.exists() && new.exists());
}

#[test]
fn threads_that_need_the_same_module_compile_it_once() {
    let home = Home::new();
    let cache = home.cache();
    let engine = Wasmtime::builder().code_cache(cache.clone());
    let engine = engine.build().unwrap();
    let wasm = wat::parse_str(ECHO).unwrap();
    let modules: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| engine.compile(&wasm).unwrap()))
            .collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(cache.uses().compiled, 1);
    assert_eq!(cache.uses().loaded, 0);
    drop(modules);
    // Nobody uses the module any more, so it comes from the folder.
    engine.compile(&wasm).unwrap();
    assert_eq!(cache.uses().loaded, 1);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn allow(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn folder_files_and_key_are_for_their_owner_only() {
        let home = Home::new();
        assert_eq!(echo(&home.cache()), COMPILED);
        let key = home.0.path().join("keys/cache.key");
        assert_eq!(mode(&home.folder()), 0o700);
        assert_eq!(mode(&home.file()), 0o600);
        assert_eq!((mode(&key), fs::read(&key).unwrap().len()), (0o600, 64));

        allow(&home.folder(), 0o770);
        let refused = CodeCache::open(home.folder(), CacheKey::read_or_create(&key).unwrap());
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("can be changed by other users"),
            "{refused}"
        );
        allow(&key, 0o640);
        let refused = CacheKey::read_or_create(&key).unwrap_err().to_string();
        assert!(refused.contains("can be read by other users"), "{refused}");
        fs::write(&key, "short").unwrap();
        allow(&key, 0o600);
        let refused = CacheKey::read_or_create(&key).unwrap_err().to_string();
        assert!(refused.contains("no key of 64 bytes"), "{refused}");
    }

    #[test]
    fn links_pipes_and_folders_are_not_followed() {
        let home = Home::new();
        assert_eq!(echo(&home.cache()), COMPILED);
        let file = home.file();
        let elsewhere = home.0.path().join("elsewhere");
        fs::rename(&file, &elsewhere).unwrap();
        symlink(&elsewhere, &file).unwrap();
        assert_eq!(echo(&home.cache()), COMPILED);
        // The link was replaced, and what it names was not written to.
        assert!(fs::symlink_metadata(&file).unwrap().is_file());

        fs::remove_file(&file).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &file, rustix::fs::Mode::RWXU).unwrap();
        assert_eq!(echo(&home.cache()), COMPILED);
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        // Nothing can be written there, so each process compiles.
        for _ in 0..2 {
            assert_eq!(echo(&home.cache()), COMPILED);
        }
        let linked = home.0.path().join("linked");
        symlink(home.folder(), &linked).unwrap();
        let key = CacheKey::read_or_create(&home.0.path().join("cache.key")).unwrap();
        CodeCache::open(linked, key).unwrap_err();
    }

    #[test]
    fn without_its_folder_the_engine_goes_on() {
        let home = Home::new();
        let cache = home.cache();
        assert_eq!(echo(&cache), COMPILED);
        fs::remove_dir_all(home.folder()).unwrap();
        assert_eq!(echo(&cache), COMPILED);
    }
}

#[test]
fn the_example_runs() {
    capwire_scaffold::run_example("cache");
}
