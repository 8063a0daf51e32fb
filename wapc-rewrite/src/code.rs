//! The one pass over a module: validates each section and operator, and shows operators to the passes.

use crate::additions::Additions;
use crate::editor::Editor;
use crate::module::{FEATURES, Module};
use crate::passes::growth::MOST_PAGES;
use crate::passes::{Costs, Passes, shadow_stack};
use crate::plan::Plan;
use crate::step::Step;
use capwire_wapc::Source;
use capwire_wapc::exports::START_SECTION;
use wasm_encoder::ExportKind;
use wasmparser::{
    BinaryReaderError, ExportSectionReader, FuncToValidate, FuncValidatorAllocations, FunctionBody,
    Payload, Validator, ValidatorResources,
};

/// The changes that a plan makes to a module.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) additions: Additions,
    /// Each function that is not imported: its new body, or none if it stays.
    pub(crate) bodies: Vec<Option<Vec<u8>>>,
    pub(crate) costs: Costs,
}

/// Validates a module and collects what the plan changes in it.
pub(crate) fn rewrite(module: &Module<'_>, plan: &Plan) -> Result<Changes, Source> {
    let mut validator = Validator::new_with_features(FEATURES);
    let mut changes = Changes::default();
    if let Some(version) = &module.version {
        validator.payload(version)?;
    }
    for section in &module.sections {
        validator.payload(&section.payload)?;
        match &section.payload {
            Payload::StartSection { func, .. } => {
                changes
                    .additions
                    .export(START_SECTION, ExportKind::Func, *func);
            }
            Payload::ExportSection(exports) => check_names(exports.clone())?,
            Payload::CodeSectionStart { .. } => changes.read_code(module, plan, &mut validator)?,
            _ => {}
        }
    }
    validator.end(module.end)?;
    Ok(changes)
}

impl Changes {
    /// Bytes of code of each function as it will be.
    pub(crate) fn lengths(&self, module: &Module<'_>) -> impl Iterator<Item = u64> {
        let bodies = module.bodies.iter().zip(&self.bodies);
        bodies.map(|(own, changed)| match changed {
            Some(body) => body.len() as u64,
            None => own.as_bytes().len() as u64,
        })
    }

    /// True if the module stays as it is.
    pub(crate) fn are_none(&self) -> bool {
        self.additions.is_empty() && self.bodies.iter().all(Option::is_none)
    }

    fn read_code(
        &mut self,
        module: &Module<'_>,
        plan: &Plan,
        validator: &mut Validator,
    ) -> Result<(), BinaryReaderError> {
        if let Some(types) = validator.types(0) {
            self.additions.follow(types);
        }
        let mut passes = Passes::new(plan, &mut self.additions, module.bodies.len());
        let mut allocations = FuncValidatorAllocations::default();
        for body in &module.bodies {
            let function = validator.code_section_entry(body)?;
            let body = read_function(function, body, &mut passes, &mut allocations)?;
            self.bodies.push(body);
        }
        self.costs = passes.costs();
        Ok(())
    }
}

/// Refuses exports that passes may add: the host would take them for its own.
fn check_names(exports: ExportSectionReader<'_>) -> Result<(), Source> {
    for export in exports {
        let name = export?.name;
        if [MOST_PAGES, shadow_stack::MEMORY, shadow_stack::POINTER].contains(&name) {
            return Err(format!(
                "the module exports `{name}`, a name that is reserved for the host"
            )
            .into());
        }
    }
    Ok(())
}

/// Reads a function, and returns its body if a pass changes it.
fn read_function(
    function: FuncToValidate<ValidatorResources>,
    body: &FunctionBody<'_>,
    passes: &mut Passes<'_>,
    allocations: &mut FuncValidatorAllocations,
) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let mut validator = function.into_validator(std::mem::take(allocations));
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let begin = body.range().start;
    let start = reader.original_position() - begin;
    let mut editor = Editor::new(body.as_bytes(), start, validator.len_locals());
    passes.begin(&validator, &mut editor);
    let mut previous = None;
    while !reader.eof() {
        let offset = reader.original_position();
        reader.visit_operator(&mut validator.visitor(offset))??;
        let place = offset - begin;
        let opcode = body.as_bytes().get(place).copied().unwrap_or_default();
        if passes.concerns(opcode) {
            let step = Step {
                opcode,
                previous,
                place,
                end: reader.original_position() - begin,
                body: body.as_bytes(),
                validator: &validator,
            };
            passes.step(&step, &mut editor);
        }
        previous = Some((opcode, place));
    }
    let end = reader.original_position();
    reader.finish_expression(&validator.visitor(end))?;
    *allocations = validator.into_allocations();
    editor.finish()
}
