//! The table of all functions of WASI preview 1: name, signature and behaviour.

use crate::errno::Errno;

/// The import modules of these functions: the released version and the previous one.
pub const NAMESPACES: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// The maximum number of arguments of any function.
pub const MOST_ARGUMENTS: usize = 9;

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
}

/// One function that a guest may import.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The import module.
    pub namespace: &'static str,
    /// The function's name.
    pub name: &'static str,
    /// The types of the parameters.
    pub parameters: &'static [ValueType],
    /// True if the function returns an `i32`; false for `proc_exit` only.
    pub returns: bool,
    pub(crate) operation: Operation,
}

impl Function {
    /// Returns true if the guest can sleep in this function, see [`Outcome::Sleep`](crate::Outcome::Sleep).
    #[must_use]
    pub fn sleeps(&self) -> bool {
        matches!(self.operation, Operation::Poll { .. })
    }
}

/// Returns all functions of both namespaces.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    PREVIEW_1.iter().chain(&UNSTABLE)
}

/// Returns the function `name` of the module `namespace`, or `None` if there is none.
#[must_use]
pub fn find(namespace: &str, name: &str) -> Option<&'static Function> {
    functions().find(|function| function.namespace == namespace && function.name == name)
}

/// The behaviour of a function, grouped by what its result depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Succeed,
    Fail(Errno),
    /// Fails with this error on the descriptors 0 to 2, and with `EBADF` on any other.
    OnStdio(Errno),
    Close,
    EmptyListSizes,
    ClockResolution,
    ClockTime,
    Random,
    Read,
    Write,
    DescriptorStatus,
    FileStatus {
        size: u32,
    },
    Poll {
        subscription: u32,
    },
    Exit,
}

/// The sizes of structures in bytes, in which the two versions differ.
struct Layout {
    file_status: u32,
    subscription: u32,
}

const COUNT: usize = 46;

static PREVIEW_1: [Function; COUNT] = table(
    NAMESPACES[0],
    &Layout {
        file_status: 64,
        subscription: 48,
    },
);

static UNSTABLE: [Function; COUNT] = table(
    NAMESPACES[1],
    &Layout {
        file_status: 56,
        subscription: 56,
    },
);

type Row = (&'static str, &'static [ValueType], Operation);

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which checks the indices"
)]
const fn table(namespace: &'static str, layout: &Layout) -> [Function; COUNT] {
    let rows = rows(layout);
    let mut functions = [function(namespace, rows[0]); COUNT];
    let mut index = 1;
    while index < COUNT {
        functions[index] = function(namespace, rows[index]);
        index += 1;
    }
    functions
}

const fn function(namespace: &'static str, (name, parameters, operation): Row) -> Function {
    Function {
        namespace,
        name,
        parameters,
        returns: !matches!(operation, Operation::Exit),
        operation,
    }
}

#[rustfmt::skip]
const fn rows(layout: &Layout) -> [Row; COUNT] {
    use Operation::*;
    use ValueType::{I32, I64};
    [
        ("args_get", &[I32, I32], Succeed),
        ("args_sizes_get", &[I32, I32], EmptyListSizes),
        ("environ_get", &[I32, I32], Succeed),
        ("environ_sizes_get", &[I32, I32], EmptyListSizes),
        ("clock_res_get", &[I32, I32], ClockResolution),
        ("clock_time_get", &[I32, I64, I32], ClockTime),
        ("fd_advise", &[I32, I64, I64, I32], OnStdio(Errno::NotSeekable)),
        ("fd_allocate", &[I32, I64, I64], OnStdio(Errno::NotSeekable)),
        ("fd_close", &[I32], Close),
        ("fd_datasync", &[I32], OnStdio(Errno::Invalid)),
        ("fd_fdstat_get", &[I32, I32], DescriptorStatus),
        ("fd_fdstat_set_flags", &[I32, I32], OnStdio(Errno::NotSupported)),
        ("fd_fdstat_set_rights", &[I32, I64, I64], OnStdio(Errno::NotSupported)),
        ("fd_filestat_get", &[I32, I32], FileStatus { size: layout.file_status }),
        ("fd_filestat_set_size", &[I32, I64], OnStdio(Errno::Invalid)),
        ("fd_filestat_set_times", &[I32, I64, I64, I32], OnStdio(Errno::NotSupported)),
        ("fd_pread", &[I32, I32, I32, I64, I32], OnStdio(Errno::NotSeekable)),
        ("fd_prestat_get", &[I32, I32], Fail(Errno::BadDescriptor)),
        ("fd_prestat_dir_name", &[I32, I32, I32], Fail(Errno::BadDescriptor)),
        ("fd_pwrite", &[I32, I32, I32, I64, I32], OnStdio(Errno::NotSeekable)),
        ("fd_read", &[I32, I32, I32, I32], Read),
        ("fd_readdir", &[I32, I32, I32, I64, I32], OnStdio(Errno::NotDirectory)),
        ("fd_renumber", &[I32, I32], OnStdio(Errno::NotSupported)),
        ("fd_seek", &[I32, I64, I32, I32], OnStdio(Errno::NotSeekable)),
        ("fd_sync", &[I32], OnStdio(Errno::Invalid)),
        ("fd_tell", &[I32, I32], OnStdio(Errno::NotSeekable)),
        ("fd_write", &[I32, I32, I32, I32], Write),
        ("path_create_directory", &[I32, I32, I32], OnStdio(Errno::NotDirectory)),
        ("path_filestat_get", &[I32, I32, I32, I32, I32], OnStdio(Errno::NotDirectory)),
        ("path_filestat_set_times", &[I32, I32, I32, I32, I64, I64, I32], OnStdio(Errno::NotDirectory)),
        ("path_link", &[I32, I32, I32, I32, I32, I32, I32], OnStdio(Errno::NotDirectory)),
        ("path_open", &[I32, I32, I32, I32, I32, I64, I64, I32, I32], OnStdio(Errno::NotDirectory)),
        ("path_readlink", &[I32, I32, I32, I32, I32, I32], OnStdio(Errno::NotDirectory)),
        ("path_remove_directory", &[I32, I32, I32], OnStdio(Errno::NotDirectory)),
        ("path_rename", &[I32, I32, I32, I32, I32, I32], OnStdio(Errno::NotDirectory)),
        ("path_symlink", &[I32, I32, I32, I32, I32], Fail(Errno::BadDescriptor)),
        ("path_unlink_file", &[I32, I32, I32], OnStdio(Errno::NotDirectory)),
        ("poll_oneoff", &[I32, I32, I32, I32], Poll { subscription: layout.subscription }),
        ("proc_exit", &[I32], Exit),
        ("proc_raise", &[I32], Fail(Errno::NoSuchFunction)),
        ("random_get", &[I32, I32], Random),
        ("sched_yield", &[], Succeed),
        ("sock_accept", &[I32, I32, I32], OnStdio(Errno::NotSocket)),
        ("sock_recv", &[I32, I32, I32, I32, I32, I32], OnStdio(Errno::NotSocket)),
        ("sock_send", &[I32, I32, I32, I32, I32], OnStdio(Errno::NotSocket)),
        ("sock_shutdown", &[I32, I32], OnStdio(Errno::NotSocket)),
    ]
}
