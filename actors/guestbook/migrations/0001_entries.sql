-- The entries of the guest book. These types exist in SQLite and in PostgreSQL.
CREATE TABLE guests (
    name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 100),
    entries BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE entries (
    id UUID PRIMARY KEY,
    guest TEXT NOT NULL REFERENCES guests (name),
    words TEXT NOT NULL CHECK (length(words) BETWEEN 1 AND 2000),
    at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX entries_by_time ON entries (at);
