//! Modules without code: the header of WebAssembly and a custom section that names a script.

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const SECTION: &[u8] = b"fake";
const CUSTOM: u8 = 0;

/// The module whose guests run the script `name`.
///
/// # Panics
/// If the name is longer than 100 bytes.
#[must_use]
pub fn module(name: &str) -> Vec<u8> {
    assert!(
        name.len() <= 100,
        "the name of a script is longer than 100 bytes"
    );
    let body = [&[SECTION.len() as u8], SECTION, name.as_bytes()].concat();
    [HEADER, &[CUSTOM, body.len() as u8], &body].concat()
}

/// The script that a module names, whatever sections others have added.
pub(crate) fn script_name(wasm: &[u8]) -> Result<&str, &'static str> {
    let mut rest = wasm.strip_prefix(HEADER).ok_or("not WebAssembly")?;
    while let Some((&id, after)) = rest.split_first() {
        let (body, after) = sized(after).ok_or("a section is longer than its module")?;
        if let Some(name) = named(id, body) {
            return std::str::from_utf8(name).map_err(|_| "the script's name is not UTF-8");
        }
        rest = after;
    }
    Err("no custom section `fake` names a script: make modules by `module`")
}

fn named(id: u8, body: &[u8]) -> Option<&[u8]> {
    let (name, content) = sized(body)?;
    (id == CUSTOM && name == SECTION).then_some(content)
}

/// Bytes with their length before them, and what follows.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = leb128(bytes)?;
    rest.split_at_checked(length)
}

fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f).checked_shl(7 * index as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_names_its_script() {
        assert_eq!(script_name(&module("echo")), Ok("echo"));
    }

    #[test]
    fn other_sections_are_ignored() {
        let long = [&[3][..], b"jwt", &[b'x'; 300]].concat();
        let jwt = [&[CUSTOM, 0xb0, 0x02], &long[..]].concat();
        let echo = module("echo");
        let (header, section) = echo.split_at(HEADER.len());
        assert_eq!(
            script_name(&[header, &jwt, section, &jwt].concat()),
            Ok("echo")
        );
    }

    #[test]
    fn bytes_that_are_no_module_are_refused() {
        assert!(script_name(b"").is_err());
        assert!(script_name(HEADER).is_err());
        let echo = module("echo");
        for end in 0..echo.len() {
            assert!(script_name(&echo[..end]).is_err());
        }
    }
}
