//! A module's sections, and the functions in its code.

use std::ops::Range;
use wasmparser::{BinaryReader, BinaryReaderError, Chunk, FuncType, Parser, Payload, TypeRef};

/// The sections of a module, the one of code in one piece.
#[derive(Debug)]
pub struct Sections<'a> {
    wasm: &'a [u8],
    parser: Parser,
    /// Where the next one begins, unless there is none.
    next: Option<usize>,
}

/// A section of a module.
#[derive(Debug)]
pub struct Section<'a> {
    /// Where it begins in the module, with the byte that identifies it.
    pub start: usize,
    /// Where its content is in the module.
    pub range: Range<usize>,
    /// Without identifier and length.
    pub content: &'a [u8],
    /// The content as `wasmparser` reads it.
    pub payload: Payload<'a>,
}

/// The functions in a section of code.
#[derive(Debug)]
pub struct Functions<'a> {
    reader: BinaryReader<'a>,
    left: u32,
}

/// A function that is not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function<'a> {
    /// Where it is in the module, its length included.
    pub range: Range<usize>,
    /// Its locals and operators.
    pub body: &'a [u8],
}

impl<'a> Sections<'a> {
    /// The sections of a module.
    #[must_use]
    pub fn of(wasm: &'a [u8]) -> Self {
        Self {
            wasm,
            parser: Parser::new(0),
            next: Some(0),
        }
    }

    fn read(&mut self) -> Result<Option<Section<'a>>, BinaryReaderError> {
        while let Some(start) = self.next.take() {
            let rest = self.wasm.get(start..).unwrap_or_default();
            // It is all there, so the parser does not ask for more.
            let Chunk::Parsed { consumed, payload } = self.parser.parse(rest, true)? else {
                break;
            };
            if let Payload::CodeSectionStart { .. } = payload {
                self.parser.skip_section();
            }
            let Some((_, range)) = payload.as_section() else {
                let ended = matches!(payload, Payload::End(_));
                self.next = (!ended).then_some(start + consumed);
                continue;
            };
            let rest = self.wasm.get(range.start..).unwrap_or_default();
            let content = BinaryReader::new(rest, range.start).read_bytes(range.len())?;
            self.next = Some(range.end);
            return Ok(Some(Section {
                start,
                range,
                content,
                payload,
            }));
        }
        Ok(None)
    }
}

impl<'a> Iterator for Sections<'a> {
    type Item = Result<Section<'a>, BinaryReaderError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl<'a> Section<'a> {
    /// Its functions if it is the section of code, and none otherwise.
    #[must_use]
    pub fn functions(&self) -> Functions<'a> {
        let mut reader = BinaryReader::new(self.content, self.range.start);
        let left = match self.payload {
            Payload::CodeSectionStart { .. } => reader.read_var_u32().unwrap_or_default(),
            _ => 0,
        };
        Functions { reader, left }
    }

    /// How many functions it imports if it is the section of imports, and none otherwise.
    ///
    /// # Errors
    /// If an import cannot be read.
    pub fn imported_functions(&self) -> Result<u32, BinaryReaderError> {
        let Payload::ImportSection(imports) = &self.payload else {
            return Ok(0);
        };
        imports
            .clone()
            .into_iter()
            .try_fold(0, |functions, import| {
                Ok(functions + u32::from(matches!(import?.ty, TypeRef::Func(_))))
            })
    }

    /// How many parameters each type has if it is the section of types, and none otherwise.
    ///
    /// # Errors
    /// If a type cannot be read, or is not one of functions.
    pub fn parameters(&self) -> Result<Vec<u32>, BinaryReaderError> {
        let Payload::TypeSection(types) = &self.payload else {
            return Ok(Vec::new());
        };
        let types = types.clone().into_iter_err_on_gc_types();
        types.map(|ty| ty.map(|ty| parameters(&ty))).collect()
    }
}

impl<'a> Functions<'a> {
    fn read(&mut self) -> Result<Function<'a>, BinaryReaderError> {
        let start = self.reader.original_position();
        let length = self.reader.read_var_u32()?;
        let body = self.reader.read_bytes(length as usize)?;
        let range = start..self.reader.original_position();
        Ok(Function { range, body })
    }
}

impl<'a> Iterator for Functions<'a> {
    type Item = Result<Function<'a>, BinaryReaderError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let function = self.read();
        if function.is_err() {
            self.left = 0;
        }
        Some(function)
    }
}

fn parameters(ty: &FuncType) -> u32 {
    u32::try_from(ty.params().len()).unwrap_or(u32::MAX)
}
