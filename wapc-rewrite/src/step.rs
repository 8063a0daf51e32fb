//! An operator as passes see it, and the blocks around it.

use wasmparser::{
    BinaryReader, BlockType, FrameKind, FuncValidator, ModuleArity, ValidatorResources,
};

/// An operator that is valid where it stands.
pub(crate) struct Step<'s, 'a> {
    /// Its first byte.
    pub(crate) opcode: u8,
    /// The first byte of the operator before it in the function, and where that is.
    pub(crate) previous: Option<(u8, usize)>,
    /// Where it begins in the function's body, and where the next one does.
    pub(crate) place: usize,
    pub(crate) end: usize,
    /// The function's body.
    pub(crate) body: &'a [u8],
    /// The state behind the operator, and what the module declares.
    pub(crate) validator: &'s FuncValidator<ValidatorResources>,
}

impl<'a> Step<'_, 'a> {
    /// True for the `end` of the function.
    pub(crate) fn is_last(&self) -> bool {
        self.end == self.body.len()
    }

    /// Reads what follows the opcode.
    pub(crate) fn immediates(&self) -> BinaryReader<'a> {
        self.immediates_at(self.place)
    }

    /// Reads what follows the opcode at `place`.
    pub(crate) fn immediates_at(&self, place: usize) -> BinaryReader<'a> {
        BinaryReader::new(self.body.get(place + 1..).unwrap_or_default(), 0)
    }

    /// The first immediate: an index, a depth, or what a prefix selects.
    pub(crate) fn number(&self) -> u32 {
        // A valid operator has it.
        self.immediates().read_var_u32().unwrap_or(u32::MAX)
    }

    /// The targets of a `br_table`: the list, then the default.
    pub(crate) fn targets(&self) -> impl Iterator<Item = u32> {
        let mut targets = self.immediates();
        let listed = targets.read_var_u32().unwrap_or_default();
        (0..=listed).map_while(move |_| targets.read_var_u32().ok())
    }

    /// The number of values that this function takes and returns.
    pub(crate) fn function_values(&self, function: u32) -> u64 {
        let ty = self.validator.type_index_of_function(function);
        ty.map_or(0, |ty| self.type_values(ty))
    }

    /// The number of values that functions of this type take and return.
    pub(crate) fn type_values(&self, ty: u32) -> u64 {
        let arity = self.validator.block_type_arity(BlockType::FuncType(ty));
        arity.map_or(0, |(parameters, results)| u64::from(parameters + results))
    }

    /// The block that is `depth` blocks further out than the innermost one behind the operator.
    pub(crate) fn block(&self, depth: u32) -> Block {
        block(self.validator, depth)
    }
}

/// The values of an open block, or of the function itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Block {
    pub(crate) is_loop: bool,
    pub(crate) parameters: u64,
    pub(crate) results: u64,
}

impl Block {
    /// The number of values that a branch to the block carries.
    pub(crate) fn carried(self) -> u64 {
        match self.is_loop {
            true => self.parameters,
            false => self.results,
        }
    }
}

/// The open block at this depth. A valid branch has it.
pub(crate) fn block(validator: &FuncValidator<ValidatorResources>, depth: u32) -> Block {
    let Some((ty, kind)) = validator.label_block(depth) else {
        return Block::default();
    };
    let (parameters, results) = validator.block_type_arity(ty).unwrap_or_default();
    Block {
        is_loop: kind == FrameKind::Loop,
        parameters: parameters.into(),
        results: results.into(),
    }
}
