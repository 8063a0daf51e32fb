//! Standard output and error as lines of the console.

use capwire_wapc::World;

/// A guest that never ends its line must not fill the host's memory.
pub(crate) const MAX_LINE: usize = 8 * 1024;

/// Which of a guest's two outputs.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Output,
    Error,
}

/// Lines that were begun, per output.
#[derive(Debug, Default)]
pub(crate) struct Console {
    output: Line,
    error: Line,
}

impl Console {
    pub(crate) fn write(&mut self, stream: Stream, text: &[u8], world: &dyn World) {
        match stream {
            Stream::Output => self.output.write(text, world),
            Stream::Error => self.error.write(text, world),
        }
    }

    pub(crate) fn flush(&mut self, world: &dyn World) {
        for line in [&mut self.output, &mut self.error] {
            if !line.0.is_empty() {
                line.print(world);
            }
        }
    }
}

#[derive(Debug, Default)]
struct Line(Vec<u8>);

impl Line {
    fn write(&mut self, text: &[u8], world: &dyn World) {
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(end) => {
                    self.append(end, world);
                    self.print(world);
                }
                None => self.append(piece, world),
            }
        }
    }

    fn append(&mut self, mut text: &[u8], world: &dyn World) {
        while self.0.len() + text.len() > MAX_LINE {
            let (fits, rest) = text.split_at(MAX_LINE - self.0.len());
            self.0.extend_from_slice(fits);
            self.print_full(world);
            text = rest;
        }
        self.0.extend_from_slice(text);
    }

    fn print(&mut self, world: &dyn World) {
        world.console(&String::from_utf8_lossy(&self.0));
        self.0.clear();
    }

    /// Prints all but a character that is cut in the middle.
    fn print_full(&mut self, world: &dyn World) {
        let end = match std::str::from_utf8(&self.0) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.0.len(),
        };
        let cut = self.0.split_off(end);
        self.print(world);
        self.0 = cut;
    }
}
