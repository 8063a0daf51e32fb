//! `capwire schema`

use crate::error::Error;
use crate::output;

pub(super) fn run() -> Result<(), Error> {
    output::line(capwire_manifest::schema().trim_end())
}
