//! `wascc:blobstore`: containers of blobs, which travel in chunks.

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:blobstore";

/// Makes a container: [`Container`] to [`Container`].
pub const OP_CREATE_CONTAINER: &str = "CreateContainer";
/// Removes a container: [`Container`] to nothing.
pub const OP_REMOVE_CONTAINER: &str = "RemoveContainer";
/// Removes a blob: [`Blob`] to nothing.
pub const OP_REMOVE_OBJECT: &str = "RemoveObject";
/// Lists the blobs of a container: [`Container`] to [`BlobList`].
pub const OP_LIST_OBJECTS: &str = "ListObjects";
/// Describes a blob: [`Blob`] to [`Blob`], with an empty id if there is none.
pub const OP_GET_OBJECT_INFO: &str = "GetObjectInfo";
/// Begins an upload: [`FileChunk`] without bytes to nothing.
pub const OP_START_UPLOAD: &str = "StartUpload";
/// Uploads a chunk: [`FileChunk`] to nothing.
pub const OP_UPLOAD_CHUNK: &str = "UploadChunk";
/// Begins a download: [`StreamRequest`] to nothing; chunks follow as [`OP_RECEIVE_CHUNK`].
pub const OP_START_DOWNLOAD: &str = "StartDownload";
/// Provider to actor: a downloaded [`FileChunk`]; the answer is ignored.
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
    Operation::to_actor(OP_RECEIVE_CHUNK, "Takes a downloaded chunk"),
];

message! {
    /// A place for blobs.
    Container {
        /// Its name.
        id: String = "id",
    }
}

message! {
    /// Several containers.
    ContainerList {
        /// The containers.
        containers: Vec<Container> = "containers",
    }
}

message! {
    /// A blob, without its content.
    Blob {
        /// Its name.
        id: String = "id",
        /// The container it lies in.
        container: String = "container",
        /// Its size in bytes.
        byte_size: u64 = "byteSize",
    }
}

message! {
    /// Several blobs.
    BlobList {
        /// The blobs.
        blobs: Vec<Blob> = "blobs",
    }
}

message! {
    /// A part of a blob that is on its way.
    FileChunk {
        /// Which part, from 0.
        sequence_no: u64 = "sequenceNo",
        /// The container.
        container: String = "container",
        /// The blob.
        id: String = "id",
        /// The size of the whole blob in bytes.
        total_bytes: u64 = "totalBytes",
        /// The size of each chunk but the last in bytes.
        chunk_size: u64 = "chunkSize",
        /// Whatever the one who asked for the transfer wants to see again.
        context: Option<String> = "context" or omitted,
        /// The content of this part.
        chunk_bytes: Vec<u8> = "chunkBytes",
    }
}

message! {
    /// Asks for a blob's content.
    StreamRequest {
        /// The blob.
        id: String = "id",
        /// The container.
        container: String = "container",
        /// How large chunks should be, in bytes.
        chunk_size: u64 = "chunkSize",
        /// Comes back with each chunk.
        context: Option<String> = "context" or omitted,
    }
}

plain_fields!(Container, Blob);
