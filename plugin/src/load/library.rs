//! A loaded library, which stays loaded until the process ends.

use crate::abi::{BLOCKING, EXCLUSIVE, ProviderTable, RawDescription, SYMBOL, VERSION};
use crate::error::PluginError;
use crate::load::elf;
use crate::load::memory::SealedFile;
use crate::load::provider::Facts;
use capwire_contracts::core::{CapabilityDescriptor, Direction, OperationDescriptor};
use libloading::os::unix::{Library as Dynamic, RTLD_LOCAL, RTLD_NOW};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::ffi::{CStr, c_char};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The most operations of a provider.
const MOST_OPERATIONS: usize = 1024;

type Loaded = LazyLock<Mutex<HashMap<[u8; 32], Arc<Library>>>>;

/// The libraries of this process, each once. They are never unloaded, since nobody knows whether one of their
/// threads still runs.
static LOADED: Loaded = LazyLock::new(Mutex::default);

/// A library with a provider.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) functions: Functions,
    pub(crate) facts: Facts,
    /// Owns the code, and the descriptor whose name the system's loader knows the library by.
    _code: (Dynamic, SealedFile),
}

/// The functions of a provider, all of them present that must be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Functions {
    pub(crate) open: unsafe extern "C" fn(*const crate::abi::HostTable) -> *mut std::ffi::c_void,
    pub(crate) close: unsafe extern "C" fn(*mut std::ffi::c_void),
    pub(crate) bind:
        unsafe extern "C" fn(*mut std::ffi::c_void, u64, *const crate::abi::RawBinding),
    pub(crate) unbind: unsafe extern "C" fn(*mut std::ffi::c_void, u64, u64),
    pub(crate) call: unsafe extern "C" fn(*mut std::ffi::c_void, *const crate::abi::RawCall),
    pub(crate) optional: ProviderTable,
}

impl Library {
    /// Loads `library`, unless it is loaded already. Runs its constructors.
    ///
    /// Call this with verified bytes only: the library becomes a part of this process.
    pub(crate) fn load(library: &[u8]) -> Result<Arc<Self>, PluginError> {
        let hash: [u8; 32] = Sha256::digest(library).into();
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = loaded.get(&hash) {
            return Ok(Arc::clone(library));
        }
        elf::check(library)?;
        let file = SealedFile::of(library).map_err(PluginError::Memory)?;
        let new = Arc::new(Self::open(file)?);
        loaded.insert(hash, Arc::clone(&new));
        Ok(new)
    }

    #[allow(unsafe_code)]
    fn open(file: SealedFile) -> Result<Self, PluginError> {
        // SAFETY: running the library's constructors is what the caller asked for, who trusts its signer. The file is
        // sealed, so the bytes are those that were checked.
        let code = unsafe { Dynamic::open(Some(file.path()), RTLD_NOW | RTLD_LOCAL) };
        let code = code.map_err(|error| PluginError::Load(error.into()))?;
        // SAFETY: the note in the library says that the symbol is a table of this version, and `load` has checked it.
        let table = unsafe { code.get::<*const ProviderTable>(SYMBOL.as_bytes()) };
        let table = table.map_err(|_| PluginError::NoSymbol)?.as_raw_ptr();
        let table = table.cast::<ProviderTable>();
        if table.is_null() || !table.is_aligned() {
            return Err(PluginError::NoSymbol);
        }
        // SAFETY: as above. The object is constant, and the library is never unloaded after this function succeeds.
        let table = unsafe { *table };
        let functions = Functions::of(table)?;
        let describe = table
            .describe
            .ok_or(PluginError::Incomplete("it has no `describe`"))?;
        // SAFETY: `describe` has this type in a table of this version, and returns null or a description that stays.
        let description = unsafe { describe().as_ref() };
        let description = description.ok_or(PluginError::Incomplete("`describe` returned null"))?;
        Ok(Self {
            functions,
            facts: Facts {
                descriptor: descriptor(description)?,
                exclusive: description.flags & EXCLUSIVE != 0,
                blocking: description.flags & BLOCKING != 0,
            },
            _code: (code, file),
        })
    }
}

impl Functions {
    fn of(table: ProviderTable) -> Result<Self, PluginError> {
        if table.version != VERSION {
            let (found, wanted) = (table.version, VERSION);
            return Err(PluginError::Version { found, wanted });
        }
        if usize::try_from(table.size) != Ok(size_of::<ProviderTable>()) {
            return Err(PluginError::Incomplete("its table has the wrong size"));
        }
        let missing = PluginError::Incomplete;
        Ok(Self {
            open: table.open.ok_or(missing("it has no `open`"))?,
            close: table.close.ok_or(missing("it has no `close`"))?,
            bind: table.bind.ok_or(missing("it has no `bind`"))?,
            unbind: table.unbind.ok_or(missing("it has no `unbind`"))?,
            call: table.call.ok_or(missing("it has no `call`"))?,
            optional: table,
        })
    }
}

#[allow(unsafe_code)]
fn descriptor(raw: &RawDescription) -> Result<CapabilityDescriptor, PluginError> {
    let count = raw.operation_count;
    if count > MOST_OPERATIONS
        || (count > 0 && (raw.operations.is_null() || !raw.operations.is_aligned()))
    {
        return Err(PluginError::Incomplete("its list of operations is wrong"));
    }
    let operations = match count {
        0 => &[],
        // SAFETY: the pointer is aligned and not null, and the library says that so many operations are there, for as
        // long as it is loaded.
        _ => unsafe { std::slice::from_raw_parts(raw.operations, count) },
    };
    let operations = operations.iter().map(|operation| {
        Ok(OperationDescriptor {
            name: text(operation.name)?
                .ok_or(PluginError::Incomplete("an operation has no name"))?,
            doctext: text(operation.about)?.unwrap_or_default(),
            direction: match operation.direction {
                0 => Direction::ToActor,
                1 => Direction::ToProvider,
                _ => Direction::Both,
            },
            ..OperationDescriptor::default()
        })
    });
    let contract = text(raw.contract)?.ok_or(PluginError::Incomplete("it has no contract"))?;
    Ok(CapabilityDescriptor {
        name: text(raw.name)?.unwrap_or_else(|| contract.clone()),
        id: contract,
        version: text(raw.version)?.unwrap_or_default(),
        revision: raw.revision,
        supported_operations: operations.collect::<Result<_, PluginError>>()?,
        ..CapabilityDescriptor::default()
    })
}

#[allow(unsafe_code)]
fn text(raw: *const c_char) -> Result<Option<String>, PluginError> {
    if raw.is_null() {
        return Ok(None);
    }
    // SAFETY: texts of a description end with a zero and stay valid, by the contract of the interface.
    let text = unsafe { CStr::from_ptr(raw) };
    let text = text
        .to_str()
        .map_err(|_| PluginError::Incomplete("a text is not UTF-8"))?;
    Ok(Some(text.to_owned()))
}
