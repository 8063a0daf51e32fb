//! Converts standard output and standard error into console lines.

use capwire_wapc::World;

/// The maximum length of a line in bytes. It bounds the memory that a guest without line breaks can
/// use.
pub(crate) const MAX_LINE: usize = 8 * 1024;

/// One of a guest's two output streams.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Output,
    Error,
}

/// The incomplete line of each output stream.
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

    /// Prints the line except an incomplete character at its end.
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
