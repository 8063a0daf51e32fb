//! A `__guest_call` for a random module, which calls its random function and the imports of waPC.
//! Without it, a random module hardly ever passes a meaningful pointer to an import.

use arbitrary::{Arbitrary, Unstructured};
use capwire_wapc::abi;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink, MemArg,
    Module, TypeSection, ValType,
};
use wasmparser::{
    CodeSectionReader, ExportSectionReader, ExternalKind, FunctionSectionReader, Import, TypeRef,
    TypeSectionReader,
};

/// The export name of the random function.
pub(crate) const WORK: &str = "work";

/// The parameters of both functions: two `i32`.
const PARAMETERS: [ValType; 2] = [ValType::I32; 2];

#[derive(Arbitrary, Debug)]
enum Step {
    /// Calls the random function and stores its result in memory.
    Work { place: u8 },
    /// Calls an import, if the module has it. The pointers and lengths are within the first bytes
    /// of memory, except for one arbitrary argument.
    Import {
        index: u8,
        arguments: [u8; 8],
        wild: (u8, u32),
    },
}

/// Returns the module with another `__guest_call`.
pub(crate) fn add(wasm: &[u8], bytes: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let mut driver = Driver {
        steps: Vec::arbitrary(bytes)?,
        returned: i32::from(bytes.ratio(7, 8)?),
        ..Driver::default()
    };
    let mut module = Module::new();
    driver
        .parse_core_module(&mut module, wasmparser::Parser::new(0), wasm)
        .map_err(|_| arbitrary::Error::IncorrectFormat)?;
    Ok(module.finish())
}

#[derive(Default)]
struct Driver {
    steps: Vec<Step>,
    returned: i32,
    /// The names of the imported functions.
    imports: Vec<String>,
    types: u32,
    functions: u32,
    work: u32,
}

type Encoded = Result<(), Error<Infallible>>;

/// Adds a type, a function, a body and their export.
impl Reencode for Driver {
    type Error = Infallible;

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: TypeSectionReader<'_>,
    ) -> Encoded {
        wasm_encoder::reencode::utils::parse_type_section(self, types, section)?;
        self.types = types.len();
        types.ty().function(PARAMETERS, [ValType::I32]);
        Ok(())
    }

    fn parse_imports(
        &mut self,
        imports: &mut wasm_encoder::ImportSection,
        several: wasmparser::Imports<'_>,
    ) -> Encoded {
        if let wasmparser::Imports::Single(
            _,
            Import {
                name,
                ty: TypeRef::Func(_),
                ..
            },
        ) = several
        {
            self.imports.push(name.to_owned());
        }
        wasm_encoder::reencode::utils::parse_imports(self, imports, several)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Encoded {
        wasm_encoder::reencode::utils::parse_function_section(self, functions, section)?;
        self.functions = functions.len();
        functions.function(self.types);
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Encoded {
        for export in section.clone() {
            let export = export?;
            if export.name == WORK && export.kind == ExternalKind::Func {
                self.work = export.index;
            }
        }
        wasm_encoder::reencode::utils::parse_export_section(self, exports, section)?;
        let imported = u32::try_from(self.imports.len()).unwrap_or(u32::MAX);
        exports.export(abi::GUEST_CALL, ExportKind::Func, imported + self.functions);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Encoded {
        wasm_encoder::reencode::utils::parse_code_section(self, code, section)?;
        code.function(&self.body());
        Ok(())
    }
}

impl Driver {
    fn body(&self) -> Function {
        let mut function = Function::new([]);
        let mut code = function.instructions();
        for step in &self.steps {
            match step {
                Step::Work { place } => {
                    code.i32_const(i32::from(*place))
                        .local_get(0)
                        .local_get(1)
                        .call(self.work)
                        .i32_store(MEMORY);
                }
                Step::Import {
                    index,
                    arguments,
                    wild,
                } => {
                    let mut arguments = arguments.map(i32::from);
                    if let Some(argument) = arguments.get_mut(usize::from(wild.0)) {
                        *argument = wild.1.cast_signed();
                    }
                    self.import(*index, arguments, &mut code);
                }
            }
        }
        code.i32_const(self.returned).end();
        function
    }

    fn import(&self, index: u8, arguments: [i32; 8], code: &mut InstructionSink<'_>) {
        let import = abi::IMPORTS.get(usize::from(index) % abi::IMPORTS.len());
        let found = import.and_then(|import| {
            let function = self.imports.iter().position(|name| name == import.name)?;
            Some((import, u32::try_from(function).ok()?))
        });
        let Some((import, function)) = found else {
            return;
        };
        for argument in arguments.into_iter().take(import.parameters) {
            code.i32_const(argument);
        }
        code.call(function);
        if import.returns {
            code.drop();
        }
    }
}

const MEMORY: MemArg = MemArg {
    offset: 0,
    align: 0,
    memory_index: 0,
};
