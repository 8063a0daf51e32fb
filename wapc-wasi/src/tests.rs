//! Calls each function as a guest with a memory of one page.

mod poll;

use super::*;
use std::sync::Mutex;

const PREVIEW_1: &str = NAMESPACES[0];
const UNSTABLE: &str = NAMESPACES[1];
const SIZE: usize = 65_536;

/// A world with fixed clocks and bytes that stores its console lines.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl World for Recorder {
    fn console(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }

    fn realtime(&self) -> Duration {
        Duration::new(1_600_000_000, 5)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(7)
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        buffer.fill(4);
        Ok(())
    }
}

struct Guest {
    wasi: Wasi,
    memory: Vec<u8>,
    world: Recorder,
}

impl Guest {
    /// Fills memory with ones, so that unwritten bytes are visible.
    fn new() -> Self {
        Self {
            wasi: Wasi::default(),
            memory: vec![0xff; SIZE],
            world: Recorder::default(),
        }
    }

    fn call_of(&mut self, namespace: &str, name: &str, arguments: &[u64]) -> Outcome {
        let function = find(namespace, name).unwrap();
        assert_eq!(function.parameters.len(), arguments.len(), "{name}");
        self.wasi
            .call(function, arguments, &mut self.memory, &self.world)
    }

    fn call(&mut self, name: &str, arguments: &[u64]) -> i32 {
        match self.call_of(PREVIEW_1, name, arguments) {
            Outcome::Errno(errno) => errno,
            Outcome::Sleep(time) => panic!("sleeps for {time:?}"),
            Outcome::Exit(code) => panic!("{name} exited with {code}"),
        }
    }

    fn put(&mut self, at: usize, data: &[u8]) {
        self.memory[at..at + data.len()].copy_from_slice(data);
    }

    fn put_words(&mut self, at: usize, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(at, &bytes);
    }

    fn word(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.memory[at..at + 4].try_into().unwrap())
    }

    fn double(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.memory[at..at + 8].try_into().unwrap())
    }

    /// Prints `text` from one buffer and returns the number of bytes written.
    fn print(&mut self, descriptor: u64, text: &[u8]) -> u32 {
        self.put(1_024, text);
        self.put_words(0, &[1_024, u32::try_from(text.len()).unwrap()]);
        assert_eq!(self.call("fd_write", &[descriptor, 0, 1, 16]), 0);
        self.word(16)
    }
}

#[test]
fn no_function_takes_more_arguments_than_engines_have_room_for() {
    let most = functions().map(|function| function.parameters.len()).max();
    assert_eq!(most, Some(MOST_ARGUMENTS));
}

#[test]
fn there_are_no_arguments_and_no_environment() {
    for kind in ["args", "environ"] {
        let mut guest = Guest::new();
        assert_eq!(guest.call(&format!("{kind}_sizes_get"), &[0, 4]), 0);
        assert_eq!((guest.word(0), guest.word(4)), (0, 0));
        assert_eq!(guest.call(&format!("{kind}_get"), &[0, 4]), 0);
    }
}

#[test]
fn what_a_call_uses_of_memory_is_counted() {
    let mut guest = Guest::new();
    guest.call("random_get", &[0, 60_000]);
    assert_eq!(guest.wasi.bytes_used(), 60_000 * RANDOM_BYTE);
    guest.print(1, b"one");
    assert_eq!(guest.wasi.bytes_used(), 8 + 3 + 4); // the buffer, its text, how much was written
    guest.print(1, b"\n");
    assert_eq!(guest.wasi.bytes_used(), 8 + 1 + 4 + stdio::LINE);
    guest.call("sched_yield", &[]);
    assert_eq!(guest.wasi.bytes_used(), 0);
}

#[test]
fn there_are_no_files() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("fd_prestat_get", &[3, 0]), 8);
    assert_eq!(guest.call("path_open", &[3, 0, 0, 1, 0, 0, 0, 0, 8]), 8);
    assert_eq!(guest.call("path_open", &[0, 0, 0, 1, 0, 0, 0, 0, 8]), 54);
    assert_eq!(guest.call("fd_close", &[3]), 8);
    assert_eq!(guest.call("fd_close", &[2]), 0);
    assert_eq!(guest.call("fd_seek", &[1, 0, 0, 0]), 70);
}

#[test]
fn outputs_are_console_lines() {
    let mut guest = Guest::new();
    assert_eq!(guest.print(1, b"one\ntwo\n\nthr"), 12);
    assert_eq!(guest.world.lines(), ["one", "two", ""]);
    guest.print(2, b"error\n");
    assert_eq!(guest.world.lines(), ["error"]);
    guest.print(1, b"ee\n");
    assert_eq!(guest.world.lines(), ["three"]);
}

#[test]
fn an_unfinished_line_is_printed_at_the_end_of_the_call() {
    let mut guest = Guest::new();
    guest.print(2, b"half");
    assert!(guest.world.lines().is_empty());
    guest.wasi.flush(&guest.world);
    guest.wasi.flush(&guest.world);
    assert_eq!(guest.world.lines(), ["half"]);
}

#[test]
fn a_line_that_never_ends_is_cut_between_characters() {
    let mut guest = Guest::new();
    let text = format!("x{}", "é".repeat(console::MAX_LINE));
    guest.print(1, text.as_bytes());
    guest.wasi.flush(&guest.world);
    let lines = guest.world.lines();
    assert!(lines.iter().all(|line| line.len() <= console::MAX_LINE));
    assert_eq!(lines.concat(), text);
}

#[test]
fn what_is_not_text_is_printed_with_replacements() {
    let mut guest = Guest::new();
    guest.print(1, b"a\xffb\n");
    assert_eq!(guest.world.lines(), ["a\u{fffd}b"]);
}

#[test]
fn a_write_gathers_its_buffers_in_order() {
    let mut guest = Guest::new();
    guest.put(100, b"worldhello \n");
    guest.put_words(0, &[105, 6, 0, 0, 100, 5, 111, 1]);
    assert_eq!(guest.call("fd_write", &[1, 0, 4, 64]), 0);
    assert_eq!(guest.word(64), 12);
    assert_eq!(guest.world.lines(), ["hello world"]);
}

#[test]
fn a_write_of_the_same_bytes_again_and_again_is_cut_short() {
    let mut guest = Guest::new();
    guest.memory.fill(0);
    for buffer in 0..1_024 {
        guest.put_words(buffer * 8, &[8_192, 57_344]);
    }
    assert_eq!(guest.call("fd_write", &[1, 0, 1_024, 60_000]), 0);
    assert_eq!(guest.word(60_000) as usize, MAX_TRANSFER);
    assert_eq!(guest.call("fd_write", &[1, 0, 1_025, 60_000]), 28);
}

#[test]
fn a_write_of_too_many_lines_is_cut_short_and_each_line_is_counted() {
    let mut guest = Guest::new();
    let most = u32::try_from(stdio::MAX_LINES).unwrap();
    assert_eq!(guest.print(1, &b"\n".repeat(stdio::MAX_LINES + 1)), most);
    assert_eq!(guest.world.lines(), vec![""; stdio::MAX_LINES]);
    assert!(guest.wasi.bytes_used() >= u64::from(most) * stdio::LINE);
    let exactly = b"a\n".repeat(stdio::MAX_LINES);
    assert_eq!(guest.print(2, &exactly), 2 * most);
    assert_eq!(guest.print(2, b"rest\n"), 5);
}

#[test]
fn a_write_that_fails_prints_nothing() {
    let mut guest = Guest::new();
    guest.put(100, b"line\n");
    guest.put_words(0, &[100, 5, 65_530, 7]);
    assert_eq!(guest.call("fd_write", &[1, 0, 2, 64]), 21);
    guest.put_words(0, &[100, 5]);
    assert_eq!(guest.call("fd_write", &[1, 0, 1, 65_533]), 21);
    assert_eq!(guest.call("fd_write", &[0, 0, 1, 64]), 8);
    assert!(guest.world.lines().is_empty());
}

#[test]
fn standard_input_is_empty() {
    let mut guest = Guest::new();
    guest.put_words(0, &[100, 10]);
    assert_eq!(guest.call("fd_read", &[0, 0, 1, 64]), 0);
    assert_eq!(guest.word(64), 0);
    assert_eq!(guest.call("fd_read", &[1, 0, 1, 64]), 8);
}

#[test]
fn standard_descriptors_are_character_devices() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("fd_fdstat_get", &[0, 0]), 0);
    assert_eq!((guest.memory[0], guest.double(8)), (2, 1 << 1));
    assert_eq!(guest.call("fd_fdstat_get", &[2, 0]), 0);
    assert_eq!((guest.memory[0], guest.double(8)), (2, 1 << 6));
    assert_eq!((guest.double(16), guest.memory[24]), (0, 0xff));
    assert_eq!(guest.call("fd_fdstat_get", &[3, 0]), 8);
}

#[test]
fn file_status_is_as_long_as_its_version_says() {
    for (namespace, size) in [(PREVIEW_1, 64), (UNSTABLE, 56)] {
        let mut guest = Guest::new();
        let outcome = guest.call_of(namespace, "fd_filestat_get", &[1, 0]);
        assert_eq!(outcome, Outcome::Errno(0));
        assert_eq!((guest.memory[16], guest.memory[size - 1]), (2, 0));
        assert_eq!(guest.memory[size], 0xff);
    }
}

#[test]
fn clocks_and_randomness_are_the_worlds() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("clock_time_get", &[0, 1, 8]), 0);
    assert_eq!(guest.double(8), 1_600_000_000_000_000_005);
    assert_eq!(guest.call("clock_time_get", &[1, 1, 8]), 0);
    assert_eq!(guest.double(8), 7);
    assert_eq!(guest.call("clock_time_get", &[2, 1, 8]), 28);
    assert_eq!(guest.call("clock_res_get", &[1, 8]), 0);
    assert_eq!(guest.double(8), 1_000);
    assert_eq!(guest.call("random_get", &[100, 2]), 0);
    assert_eq!(guest.memory[99..103], [0xff, 4, 4, 0xff]);
}

#[test]
fn a_world_without_entropy_is_an_error_of_the_guest() {
    struct Exhausted;

    impl World for Exhausted {
        fn console(&self, _line: &str) {}

        fn realtime(&self) -> Duration {
            Duration::ZERO
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }

        fn random(&self, _buffer: &mut [u8]) -> Result<(), NoEntropy> {
            Err(NoEntropy)
        }
    }

    let mut memory = [0xff; 8];
    let function = find(PREVIEW_1, "random_get").unwrap();
    let outcome = Wasi::default().call(function, &[0, 8], &mut memory, &Exhausted);
    assert_eq!(
        outcome,
        Outcome::Errno(29),
        "EIO, and no zeros that look like success"
    );
}

#[test]
fn more_randomness_than_one_call_may_move_is_refused() {
    let mut guest = Guest::new();
    guest.memory = vec![0xff; MAX_TRANSFER + 1];
    let length = MAX_TRANSFER as u64;
    assert_eq!(guest.call("random_get", &[0, length + 1]), 28);
    assert_eq!(guest.memory[0], 0xff);
    assert_eq!(guest.call("random_get", &[0, length]), 0);
}

#[test]
fn exit_ends_the_guest_with_its_code() {
    let outcome = Guest::new().call_of(PREVIEW_1, "proc_exit", &[3]);
    assert_eq!(outcome, Outcome::Exit(3));
}

#[test]
fn signatures_are_those_of_the_specification() {
    use ValueType::{I32, I64};
    let path_open = find(UNSTABLE, "path_open").unwrap();
    let expected = [I32, I32, I32, I32, I32, I64, I64, I32, I32];
    assert_eq!(path_open.parameters, expected);
    assert!(functions().all(|function| function.returns == (function.name != "proc_exit")));
    assert!(find("wasi_snapshot_preview2", "fd_write").is_none());
    assert!(find(PREVIEW_1, "fd_fly").is_none());
}

/// Calls every function with every combination of a few difficult values, with memory and without.
/// Miri is a thousand times slower, so it uses fewer values.
#[test]
fn nothing_that_a_guest_passes_panics() {
    let step = if cfg!(miri) { 509 } else { 1 };
    let nasty = [0, 1, 8, 65_528, 65_535, 65_536, 0x7fff_ffff, 0xffff_ffff];
    for function in functions() {
        let count = function.parameters.len();
        for seed in (0..4_096_usize).step_by(step) {
            let arguments: Vec<u64> = (0..count)
                .map(|index| nasty[(seed >> (3 * (index % 4))) & 7])
                .collect();
            let mut guest = Guest::new();
            guest
                .wasi
                .call(function, &arguments, &mut guest.memory, &guest.world);
            let mut nowhere = [];
            guest
                .wasi
                .call(function, &arguments, &mut nowhere, &guest.world);
        }
    }
}
