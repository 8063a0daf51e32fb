//! First bytes of the operators that passes distinguish, and what follows a [`PREFIX`].

pub(crate) const UNREACHABLE: u8 = 0x00;
pub(crate) const BLOCK: u8 = 0x02;
pub(crate) const LOOP: u8 = 0x03;
pub(crate) const IF: u8 = 0x04;
pub(crate) const ELSE: u8 = 0x05;
pub(crate) const END: u8 = 0x0B;
pub(crate) const BR: u8 = 0x0C;
pub(crate) const BR_IF: u8 = 0x0D;
pub(crate) const BR_TABLE: u8 = 0x0E;
pub(crate) const RETURN: u8 = 0x0F;
pub(crate) const CALL: u8 = 0x10;
pub(crate) const CALL_INDIRECT: u8 = 0x11;
pub(crate) const SELECT: u8 = 0x1B;
pub(crate) const TYPED_SELECT: u8 = 0x1C;
pub(crate) const LOCAL_GET: u8 = 0x20;
pub(crate) const LOCAL_TEE: u8 = 0x22;
pub(crate) const TABLE_GET: u8 = 0x25;
/// `i32.load` and `i64.store32`. All opcodes between them access memory.
pub(crate) const FIRST_LOAD: u8 = 0x28;
pub(crate) const LAST_STORE: u8 = 0x3E;
pub(crate) const MEMORY_GROW: u8 = 0x40;
pub(crate) const I32_CONST: u8 = 0x41;
/// Begins bulk instructions and conversions of numbers.
pub(crate) const PREFIX: u8 = 0xFC;

/// The first number after [`PREFIX`] that is no conversion.
pub(crate) const FIRST_BULK: u32 = 8;
pub(crate) const MEMORY_COPY: u32 = 10;
pub(crate) const MEMORY_FILL: u32 = 11;

/// Returns true for the numbers after [`PREFIX`] of instructions that grow a table, or move memory or
/// elements of tables.
pub(crate) fn moves(number: u32) -> bool {
    // Not `data.drop`, `elem.drop` and `table.size`.
    matches!(number, FIRST_BULK | MEMORY_COPY..=12 | 14 | 15 | 17)
}
