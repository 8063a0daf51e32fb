//! Builds a tree of nodes with positions from the events of a YAML parser.
//!
//! Manifests are small and simple. Other features of YAML are refused before they take time or
//! memory.

use crate::error::{ManifestError, Problem};
use crate::model::Position;
use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use std::collections::HashMap;
use std::rc::Rc;

/// The largest text in bytes: room for thousands of bindings.
const MAX_BYTES: usize = 1 << 20;
const MAX_DEPTH: usize = 8;
const MAX_EVENTS: usize = 100_000;
/// The maximum number of nodes that all aliases together may repeat.
const MAX_REPEATED: usize = 10_000;

/// A value and its place. A repeated value has the position of its alias.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) position: Position,
    pub(crate) content: Rc<Content>,
}

pub(crate) enum Content {
    /// No value: no text at all, `~` or `null`.
    Nothing,
    /// A scalar as it is written, without interpretation of its type.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// Returns the only document in `text`, or `None` if `text` has none.
pub(crate) fn read(text: &str) -> Result<Option<Node>, ManifestError> {
    if text.len() > MAX_BYTES {
        return Err(ManifestError::whole(Problem::TooLarge {
            bytes: text.len(),
            limit: MAX_BYTES,
        }));
    }
    let mut builder = Builder::default();
    for (count, event) in Parser::new_from_str(text).enumerate() {
        let (event, span) = event.map_err(|error| malformed(&error))?;
        let position = position_of(&span.start);
        let taken = match count {
            MAX_EVENTS.. => Err(Problem::TooComplex),
            _ => builder.take(event, position),
        };
        let place = span.tag_start().map_or(position, |tag| position_of(&tag));
        taken.map_err(|problem| ManifestError::at(place, problem))?;
    }
    Ok(builder.root)
}

fn position_of(marker: &Marker) -> Position {
    Position {
        line: marker.line() as u64,
        column: marker.col() as u64 + 1,
    }
}

fn malformed(error: &ScanError) -> ManifestError {
    let problem = Problem::Malformed(error.info());
    ManifestError::at(position_of(error.marker()), problem)
}

/// Builds nodes from events.
#[derive(Default)]
struct Builder {
    root: Option<Node>,
    documents: usize,
    open: Vec<Open>,
    /// The nodes that aliases can repeat, and how many nodes are in each.
    anchors: HashMap<usize, (Node, usize)>,
    repeated: usize,
}

/// A list or mapping whose end has not been read yet.
struct Open {
    position: Position,
    anchor: usize,
    is_map: bool,
    parts: Vec<Node>,
    /// The number of nodes in it.
    size: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, position: Position) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(..) => self.documents += 1,
            Event::Scalar(text, style, anchor, tag) => {
                refuse_tag(tag.as_deref())?;
                let node = Node::new(position, scalar(text.into_owned(), style, tag.as_deref()));
                self.finish(node, anchor, 1);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(position, anchor, false, tag.as_deref())?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(position, anchor, true, tag.as_deref())?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.repeat(position, anchor)?,
            _ => {}
        }
        match self.documents {
            0 | 1 => Ok(()),
            _ => Err(Problem::SecondDocument),
        }
    }

    fn begin(
        &mut self,
        position: Position,
        anchor: usize,
        is_map: bool,
        tag: Option<&Tag>,
    ) -> Result<(), Problem> {
        refuse_tag(tag)?;
        if self.open.len() == MAX_DEPTH {
            return Err(Problem::TooComplex);
        }
        self.open.push(Open {
            position,
            anchor,
            is_map,
            parts: Vec::new(),
            size: 1,
        });
        Ok(())
    }

    fn end(&mut self) {
        if let Some(open) = self.open.pop() {
            let (anchor, size) = (open.anchor, open.size);
            self.finish(open.into(), anchor, size);
        }
    }

    fn repeat(&mut self, position: Position, anchor: usize) -> Result<(), Problem> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            return Err(Problem::Malformed(
                "an alias cannot stand inside its own anchor".into(),
            ));
        };
        self.repeated = self.repeated.saturating_add(size);
        if self.repeated > MAX_REPEATED {
            return Err(Problem::TooComplex);
        }
        self.finish(Node { position, ..node }, 0, size);
        Ok(())
    }

    /// Adds a complete node to the list or mapping that is open. Anchors count from 1.
    fn finish(&mut self, node: Node, anchor: usize, size: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut() {
            Some(open) => {
                open.size = open.size.saturating_add(size);
                open.parts.push(node);
            }
            None => self.root = Some(node),
        }
    }
}

impl From<Open> for Node {
    fn from(open: Open) -> Self {
        if !open.is_map {
            return Self::new(open.position, Content::List(open.parts));
        }
        let mut pairs = Vec::with_capacity(open.parts.len() / 2);
        let mut parts = open.parts.into_iter();
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            pairs.push((key, value));
        }
        Self::new(open.position, Content::Map(pairs))
    }
}

impl Node {
    fn new(position: Position, content: Content) -> Self {
        Self {
            position,
            content: Rc::new(content),
        }
    }
}

fn scalar(text: String, style: ScalarStyle, tag: Option<&Tag>) -> Content {
    let nothing = ["", "~", "null", "Null", "NULL"].contains(&text.as_str());
    match (style, tag) {
        (ScalarStyle::Plain, None) if nothing => Content::Nothing,
        _ => Content::Text(text),
    }
}

/// Refuses tags other than those of YAML itself, because they would have no effect.
fn refuse_tag(tag: Option<&Tag>) -> Result<(), Problem> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() => Err(Problem::Malformed(format!(
            "the tag `{}` is not supported",
            tag.original()
        ))),
        _ => Ok(()),
    }
}
