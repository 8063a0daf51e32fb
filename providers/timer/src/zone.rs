//! Time zones by their IANA names.

use jiff::tz::TimeZone;

const LONGEST_NAME: usize = 64;

/// A time zone and its name.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) rules: TimeZone,
}

impl Zone {
    /// Returns UTC.
    pub(crate) fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            rules: TimeZone::UTC,
        }
    }

    /// Returns the time zone of this name, from the database of the operating system, or else from
    /// the one in this binary. `None` if there is none.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
        let is_name = name.len() <= LONGEST_NAME && name.chars().all(is_plain);
        if name == "UTC" {
            return Some(Self::utc());
        }
        // The database would look for other names among files.
        if !is_name || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let rules = jiff::tz::db().get(name).ok()?;
        let name = rules.iana_name().unwrap_or(name).to_owned();
        Some(Self { name, rules })
    }
}

#[cfg(test)]
mod tests {
    use super::Zone;

    #[test]
    fn zones_have_iana_names_and_no_other_ones() {
        for name in [
            "UTC",
            "Europe/Berlin",
            "Australia/Lord_Howe",
            "America/Argentina/Ushuaia",
            "Etc/GMT+5",
        ] {
            assert_eq!(Zone::named(name).unwrap().name, name);
        }
        let long = "A".repeat(65);
        for name in ["", "Mars/Base", "../etc/passwd", "/etc/passwd", ".", &long] {
            assert!(Zone::named(name).is_none(), "{name}");
        }
    }
}
