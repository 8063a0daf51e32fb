//! The types of images, by their first bytes.

/// The bytes that tell the type of an image.
pub(crate) const HEAD: u64 = 12;

/// Returns the type of an image that begins with `head`, or `None` if it is no image that browsers show.
pub(crate) fn of(head: &[u8]) -> Option<&'static str> {
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn images_are_known_by_their_first_bytes() {
        for (head, expected) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF87a", Some("image/gif")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\x24\0\0\0WEBP", Some("image/webp")),
            (b"", None),
            (b"\x89PNG\n\x1a\n", None),
            (b"GIF88a", None),
            (b"RIFF\x24\0\0\0WAVE", None),
            (b"<svg xmlns=", None),
            (b"<html>", None),
        ] {
            assert_eq!(of(head), expected, "{head:?}");
        }
    }
}
