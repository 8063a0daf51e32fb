//! Decimal numbers of any length, as texts.

use std::fmt::Write;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const NEGATIVE_INFINITY: u16 = 0xf000;

/// The most decimal digits on one side of the point that the server's numbers have.
const MOST_DIGITS: usize = 140_000;

/// Returns the text of a number that the server sends: groups of four digits, the number of groups before the point,
/// the sign, and the number of digits after the point. Returns `None` if it is malformed.
pub(crate) fn text(raw: &[u8]) -> Option<String> {
    let mut words = raw.chunks(2).map(|word| {
        let word: [u8; 2] = word.try_into().ok()?;
        Some(u16::from_be_bytes(word))
    });
    let mut next = || words.next().flatten();
    let (count, weight, sign, scale) = (next()?, next()?, next()?, next()?);
    let weight = i32::from(weight.cast_signed());
    let groups: Option<Vec<u16>> = words.collect();
    let groups = groups?;
    match sign {
        NAN => return Some("NaN".to_owned()),
        INFINITY => return Some("Infinity".to_owned()),
        NEGATIVE_INFINITY => return Some("-Infinity".to_owned()),
        0 | NEGATIVE => {}
        _ => return None,
    }
    let is_group = |group: &u16| *group < 10_000;
    if groups.len() != usize::from(count) || !groups.iter().all(is_group) {
        return None;
    }
    let number = Number {
        groups,
        weight,
        scale: usize::from(scale).min(MOST_DIGITS),
        is_negative: sign == NEGATIVE,
    };
    number.text().ok()
}

/// A number in groups of four digits.
struct Number {
    groups: Vec<u16>,
    /// The place of the first group: 0 is just before the point.
    weight: i32,
    /// The digits after the point.
    scale: usize,
    is_negative: bool,
}

impl Number {
    /// Returns the group at a place.
    fn at(&self, place: i32) -> u16 {
        let index = usize::try_from(self.weight - place).ok();
        let group = index.and_then(|index| self.groups.get(index));
        group.copied().unwrap_or(0)
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        if self.is_negative {
            text.push('-');
        }
        write!(text, "{}", self.at(self.weight.max(0)))?;
        for place in (0..self.weight).rev() {
            write!(text, "{:04}", self.at(place))?;
        }
        if self.scale > 0 {
            text.push('.');
            let end = text.len() + self.scale;
            let mut place = -1;
            while text.len() < end {
                write!(text, "{:04}", self.at(place))?;
                place -= 1;
            }
            text.truncate(end);
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    fn number(words: &[u16]) -> Option<String> {
        let bytes: Vec<_> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        text(&bytes)
    }

    #[test]
    fn numbers_have_all_their_digits() {
        for (words, expected) in [
            (&[0, 0, 0, 0][..], "0"),
            (&[0, 0, 0, 2], "0.00"),
            (&[1, 0, 0, 0, 7], "7"),
            (&[2, 1, 0, 0, 1, 2], "10002"),
            (&[1, 1, 0, 0, 3], "30000"),
            (&[2, 0, 0x4000, 2, 12, 3400], "-12.34"),
            (&[1, 0xffff, 0, 3, 50], "0.005"),
            (&[1, 0xfffe, 0, 8, 1], "0.00000001"),
            (&[0, 0, 0xc000, 0], "NaN"),
            (&[0, 0, 0xf000, 0], "-Infinity"),
        ] {
            assert_eq!(number(words).as_deref(), Some(expected));
        }
    }

    #[test]
    fn malformed_numbers_are_none() {
        for wrong in [
            &[][..],
            &[1, 0, 0],
            &[1, 0, 0, 0],
            &[1, 0, 0, 0, 10_000],
            &[0, 0, 1, 0],
        ] {
            assert_eq!(number(wrong), None, "{wrong:?}");
        }
        assert_eq!(text(&[0; 9]), None);
    }
}
