//! What operators mean to the way around wasmi's fault.

use wasmparser::VisitOperator;

/// What an operator means to a `select`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is one.
    Select,
    /// wasmi translates one rightly that directly follows: the operator's value is constant, a
    /// local, or of an instruction that is for sure no comparison of an `i32` with 0.
    SafeCondition,
    /// Anything else.
    Other,
}

/// Finds roles without making a value of each operator, which takes three times as long.
pub(super) struct Roles;

macro_rules! visits {
    ($(@$proposal:ident $operator:ident $({ $($argument:ident: $ty:ty),* })?
        => $visit:ident $annotations:tt)*) => {
        $(
            #[inline]
            fn $visit(&mut self $($(, _: $ty)*)?) -> Role {
                role(stringify!($operator))
            }
        )*
    };
}

impl<'a> VisitOperator<'a> for Roles {
    type Output = Role;

    wasmparser::for_each_visit_operator!(visits);
}

/// `I64Eqz` is not safe, since wasmi may turn an earlier comparison around instead.
#[inline(always)] // each call is with a constant, and becomes one
fn role(operator: &str) -> Role {
    match operator {
        "Select" | "TypedSelect" => Role::Select,
        "LocalGet" | "LocalTee" | "GlobalGet" | "I32Const" | "I32Load" | "I32Load8S"
        | "I32Load8U" | "I32Load16S" | "I32Load16U" | "Call" | "CallIndirect" | "I32And"
        | "I32Or" | "I32LtS" | "I32LtU" | "I32GtS" | "I32GtU" | "I32LeS" | "I32LeU" | "I32GeS"
        | "I32GeU" | "I64LtS" | "I64LtU" | "I64GtS" | "I64GtU" | "I64LeS" | "I64LeU" | "I64GeS"
        | "I64GeU" | "F32Eq" | "F32Ne" | "F32Lt" | "F32Gt" | "F32Le" | "F32Ge" | "F64Eq"
        | "F64Ne" | "F64Lt" | "F64Gt" | "F64Le" | "F64Ge" => Role::SafeCondition,
        _ => Role::Other,
    }
}
