//! The characters that are always escaped.

/// Returns `true` if `character` could control a terminal, begin a line, change the direction of
/// writing or be invisible: control characters, line and paragraph separators, and every character
/// that Unicode allows programs to draw as nothing (the property `Default_Ignorable_Code_Point`).
///
/// Invisible characters have their uses: they join letters in Persian and people in emoji. However,
/// a name with such a character looks the same as one without, so these characters are escaped,
/// too.
///
/// ```
/// use capwire_text::is_deceptive;
///
/// assert!(is_deceptive('\n') && is_deceptive('\x1b') && is_deceptive('\u{202e}') && is_deceptive('\u{200b}'));
/// assert!(!is_deceptive('ß') && !is_deceptive('世') && !is_deceptive('🦀'));
/// ```
#[must_use]
pub fn is_deceptive(character: char) -> bool {
    match character {
        ' '..='~' => false,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_deceptive;

    #[test]
    fn every_kind_of_deceptive_character_is_known() {
        let controls = '\0'..='\x1f';
        let more_controls = '\x7f'..='\u{9f}';
        let bidirectional = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        let separators = "\u{2028}\u{2029}";
        let invisible = "\u{ad}\u{200b}\u{200c}\u{200d}\u{2060}\u{2064}\u{3164}\u{fe0f}\u{feff}\u{e0041}\u{e007f}";
        let all = controls.chain(more_controls);
        let all = all.chain(bidirectional.chars());
        let all = all.chain(separators.chars()).chain(invisible.chars());
        for character in all {
            assert!(is_deceptive(character), "{character:?}");
        }
    }

    #[test]
    fn letters_digits_signs_and_spaces_of_all_scripts_are_not_deceptive() {
        for character in
            " ~Grüße, 世界 مرحبا שלום สวัสดี नमस्ते 한국어 ½€→…🦀\u{a0}\u{3000}\u{fffd}".chars()
        {
            assert!(!is_deceptive(character), "{character:?}");
        }
    }
}
