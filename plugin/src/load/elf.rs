//! Reads what a library says about itself, before any of its code can run.
//!
//! The format is the System V ABI, "Object Files" (gABI 4.3). Only the program headers count, as for the system's loader.

use crate::abi::{NOTE_NAME, NOTE_TYPE, VERSION};
use crate::error::PluginError;
use object::Endianness;
use object::elf::{
    DT_AUDIT, DT_AUXILIARY, DT_DEPAUDIT, DT_FILTER, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_STRSZ,
    DT_STRTAB, Dyn64, EM_AARCH64, EM_X86_64, ET_DYN, FileHeader64,
};
use object::read::StringTable;
use object::read::elf::{Dyn as _, FileHeader as _, ProgramHeader as _};

type Header = FileHeader64<Endianness>;

/// The parts of the C library, and of the compiler's runtime that belongs to it.
const SYSTEM: &[&str] = &[
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "libgcc_s.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// Checks that this host can load `library`: its target, its version of the interface, and that it brings no others.
pub(crate) fn check(library: &[u8]) -> Result<(), PluginError> {
    let elf = |error: object::Error| PluginError::NotElf(error.to_string());
    let header = Header::parse(library).map_err(elf)?;
    let endian = header.endian().map_err(elf)?;
    if header.e_type.get(endian) != ET_DYN {
        return Err(PluginError::NotElf(
            "it is a program or an object file".to_owned(),
        ));
    }
    architecture(header.e_machine.get(endian))?;
    let headers = header.program_headers(endian, library).map_err(elf)?;
    let mut version = None;
    for header in headers {
        // The system maps what a header says, and a page beyond the end of the file would end the process.
        header
            .data(endian, library)
            .map_err(|()| PluginError::NotElf("it was cut off".to_owned()))?;
        let Some(mut notes) = header.notes(endian, library).map_err(elf)? else {
            continue;
        };
        while let Some(note) = notes.next().map_err(elf)? {
            let is_ours = note.name_bytes() == NOTE_NAME && note.n_type(endian) == NOTE_TYPE;
            if let (true, Ok(content)) = (is_ours, note.desc().try_into()) {
                version = Some(u32::from_le_bytes(content));
            }
        }
    }
    match version {
        Some(VERSION) => {}
        Some(found) => {
            let wanted = VERSION;
            return Err(PluginError::Version { found, wanted });
        }
        None => return Err(PluginError::NoNote),
    }
    let dynamic = headers
        .iter()
        .find_map(|header| header.dynamic(endian, library).transpose());
    match dynamic.transpose().map_err(elf)? {
        Some(entries) => dependencies(entries, headers, endian, library),
        None => Err(PluginError::NotElf("it is not dynamic".to_owned())),
    }
}

fn architecture(machine: u16) -> Result<(), PluginError> {
    let found = match machine {
        EM_X86_64 => "x86_64".to_owned(),
        EM_AARCH64 => "aarch64".to_owned(),
        other => format!("the machine {other}"),
    };
    let wanted = std::env::consts::ARCH;
    match found == wanted {
        true => Ok(()),
        false => Err(PluginError::Architecture { found, wanted }),
    }
}

fn dependencies(
    entries: &[Dyn64<Endianness>],
    headers: &[<Header as object::read::elf::FileHeader>::ProgramHeader],
    endian: Endianness,
    library: &[u8],
) -> Result<(), PluginError> {
    let value = |tag: i64| {
        let entry = entries.iter().find(|entry| entry.tag(endian) == tag);
        entry.map_or(0, |entry| entry.d_val(endian))
    };
    let (address, size) = (value(DT_STRTAB), value(DT_STRSZ));
    let texts = headers.iter().find_map(|header| {
        let range = header.data_range(endian, library, address, size);
        range.ok().flatten()
    });
    let texts = StringTable::new(texts.unwrap_or_default(), 0, size);
    for entry in entries {
        match entry.tag(endian) {
            DT_NEEDED => {
                let name = entry.string(endian, texts);
                let name = name.map_err(|error| PluginError::NotElf(error.to_string()))?;
                let name = String::from_utf8_lossy(name);
                if !SYSTEM.contains(&&*name) {
                    let name = name.into_owned();
                    return Err(PluginError::Needs { name });
                }
            }
            DT_RPATH | DT_RUNPATH | DT_AUDIT | DT_DEPAUDIT | DT_AUXILIARY | DT_FILTER => {
                return Err(PluginError::SearchPath);
            }
            _ => {}
        }
    }
    Ok(())
}
