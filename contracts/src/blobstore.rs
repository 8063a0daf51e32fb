//! `wascc:blobstore`: containers of blobs, which are transferred in chunks.

mod class;

pub use class::ErrorClass;

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:blobstore";

/// Creates a container: takes a [`Container`] and returns a [`Container`].
pub const OP_CREATE_CONTAINER: &str = "CreateContainer";
/// Removes a container: takes a [`Container`] and returns nothing.
pub const OP_REMOVE_CONTAINER: &str = "RemoveContainer";
/// Removes a blob: takes a [`Blob`] and returns nothing.
pub const OP_REMOVE_OBJECT: &str = "RemoveObject";
/// Lists the blobs of a container: takes a [`Container`] and returns a [`BlobList`].
pub const OP_LIST_OBJECTS: &str = "ListObjects";
/// Describes a blob: takes a [`Blob`] and returns a [`Blob`], whose id is empty if there is no such
/// blob.
pub const OP_GET_OBJECT_INFO: &str = "GetObjectInfo";
/// Begins an upload: takes a [`FileChunk`] without bytes and returns nothing.
pub const OP_START_UPLOAD: &str = "StartUpload";
/// Uploads a chunk: takes a [`FileChunk`] and returns nothing.
pub const OP_UPLOAD_CHUNK: &str = "UploadChunk";
/// Begins a download: takes a [`StreamRequest`] and returns nothing. The chunks follow as
/// [`OP_RECEIVE_CHUNK`].
pub const OP_START_DOWNLOAD: &str = "StartDownload";
/// Reads a part of a blob: takes a [`ReadRequest`] and returns a [`ReadResponse`].
pub const OP_READ_RANGE: &str = "ReadRange";
/// Delivers a downloaded [`FileChunk`] to the actor; the answer is ignored.
pub const OP_RECEIVE_CHUNK: &str = "ReceiveChunk";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_CREATE_CONTAINER, "Makes a container"),
    Operation::to_provider(OP_REMOVE_CONTAINER, "Removes a container"),
    Operation::to_provider(OP_REMOVE_OBJECT, "Removes a blob"),
    Operation::to_provider(OP_LIST_OBJECTS, "Lists the blobs of a container"),
    Operation::to_provider(OP_GET_OBJECT_INFO, "Describes a blob"),
    Operation::to_provider(OP_START_UPLOAD, "Begins an upload"),
    Operation::to_provider(OP_UPLOAD_CHUNK, "Uploads a chunk"),
    Operation::to_provider(OP_START_DOWNLOAD, "Begins a download"),
    Operation::to_provider(OP_READ_RANGE, "Reads a part of a blob"),
    Operation::to_actor(OP_RECEIVE_CHUNK, "Takes a downloaded chunk"),
];

message! {
    /// A container of blobs.
    Container {
        /// The name.
        id: String = "id",
    }
}

message! {
    /// A list of containers.
    ContainerList {
        /// The containers.
        containers: Vec<Container> = "containers",
    }
}

message! {
    /// A blob's description, without its content.
    Blob {
        /// The name.
        id: String = "id",
        /// The name of its container.
        container: String = "container",
        /// The size in bytes.
        byte_size: u64 = "byteSize",
    }
}

message! {
    /// A list of blobs.
    BlobList {
        /// The blobs.
        blobs: Vec<Blob> = "blobs",
    }
}

message! {
    /// A part of a blob during a transfer.
    FileChunk {
        /// The index of the part, from 0.
        sequence_no: u64 = "sequenceNo",
        /// The name of the container.
        container: String = "container",
        /// The name of the blob.
        id: String = "id",
        /// The size of the whole blob in bytes.
        total_bytes: u64 = "totalBytes",
        /// The size in bytes of each chunk except the last.
        chunk_size: u64 = "chunkSize",
        /// A text that the requester chooses and gets back with each chunk.
        context: Option<String> = "context" or omitted,
        /// The content of this part.
        chunk_bytes: Vec<u8> = "chunkBytes",
    }
}

message! {
    /// A request for a blob's content.
    StreamRequest {
        /// The name of the blob.
        id: String = "id",
        /// The name of the container.
        container: String = "container",
        /// The preferred size of the chunks in bytes.
        chunk_size: u64 = "chunkSize",
        /// A text that comes back with each chunk.
        context: Option<String> = "context" or omitted,
    }
}

message! {
    /// A request for a part of a blob.
    ReadRequest {
        /// The name of the blob.
        id: String = "id",
        /// The name of the container.
        container: String = "container",
        /// The index of the first byte, from 0.
        offset: u64 = "offset",
        /// The maximum number of bytes.
        length: u64 = "length",
    }
}

message! {
    /// A part of a blob.
    ReadResponse {
        /// True if there is such a blob.
        exists: bool = "exists",
        /// The size of the whole blob in bytes.
        total_bytes: u64 = "totalBytes",
        /// A text that changes when the blob is replaced; empty if the store has none.
        version: String = "version" or default,
        /// The bytes from the offset on: at least one if the range has any, and perhaps fewer than
        /// it has.
        content: Vec<u8> = "content",
    }
}

plain_fields!(Container, Blob);
