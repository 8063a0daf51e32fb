//! What follows each opcode.

/// What an operator consists of beside its opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Immediates {
    None,
    Number,
    TwoNumbers,
    /// An alignment and an offset.
    Address,
    /// The type of a block.
    Type,
    FourBytes,
    EightBytes,
    /// Anything else, or the opcode is a prefix, or there is no such opcode.
    Others,
}

/// What follows `opcode`.
#[inline]
pub(crate) fn immediates(opcode: u8) -> Immediates {
    TABLE
        .get(usize::from(opcode))
        .copied()
        .unwrap_or(Immediates::Others)
}

static TABLE: [Immediates; 256] = table();

const fn table() -> [Immediates; 256] {
    let mut table = [Immediates::Others; 256];
    let mut opcode = 0;
    #[expect(clippy::indexing_slicing, reason = "known when this is compiled")]
    while opcode < table.len() {
        table[opcode] = of(opcode);
        opcode += 1;
    }
    table
}

const fn of(opcode: usize) -> Immediates {
    match opcode {
        // `unreachable` and `nop`, `else`, `end`, `return`, `drop` and `select`
        0x00 | 0x01 | 0x05 | 0x0B | 0x0F | 0x1A | 0x1B => Immediates::None,
        // comparisons, arithmetic and conversions; `ref.is_null`
        0x45..=0xC4 | 0xD1 => Immediates::None,
        // `block`, `loop` and `if`
        0x02..=0x04 => Immediates::Type,
        // branches, calls, and what has to do with variables and elements of tables
        0x0C | 0x0D | 0x10 | 0x20..=0x26 | 0xD2 => Immediates::Number,
        // `call_indirect`
        0x11 => Immediates::TwoNumbers,
        // loads and stores
        0x28..=0x3E => Immediates::Address,
        // `memory.size` and `memory.grow`, integer constants
        0x3F..=0x42 => Immediates::Number,
        0x43 => Immediates::FourBytes,
        0x44 => Immediates::EightBytes,
        _ => Immediates::Others,
    }
}
