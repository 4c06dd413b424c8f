-- A message's id is room * 2^32 + n, so that the messages of a room lie together.
CREATE TABLE rooms (
    id   INTEGER PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE,
    n    INTEGER NOT NULL, -- of its newest message
    seq  INTEGER NOT NULL, -- its newest change number
    said INTEGER NOT NULL  -- when, Unix milliseconds
) STRICT;

CREATE TABLE messages (
    id        INTEGER PRIMARY KEY,
    said      INTEGER NOT NULL, -- its first change number
    seq       INTEGER NOT NULL, -- its last
    at        INTEGER NOT NULL, -- Unix milliseconds, as are edited and deleted
    sender    TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    recipient TEXT,             -- NULL: everyone
    reply     INTEGER,
    edited    INTEGER,
    deleted   INTEGER
) STRICT;

CREATE UNIQUE INDEX messages_by_key ON messages (sender, key, id >> 32);
CREATE INDEX messages_by_change ON messages (id >> 32, seq) WHERE seq <> said;
CREATE INDEX messages_by_age ON messages (at);

-- The words of messages, made by the program; see words.go.
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', columnsize = 0, tokenize = 'ascii');
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

-- Messages whose words are still to be dropped from the index; those of their
-- text at present are not in it meanwhile.
CREATE TABLE erasing (
    message INTEGER PRIMARY KEY,
    text    TEXT    NOT NULL, -- whose words they are
    done    INTEGER NOT NULL  -- how many of them are dropped
) STRICT;

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE made_rooms (
    id       TEXT    PRIMARY KEY,
    name     TEXT    NOT NULL,
    topic    TEXT    NOT NULL,
    public   INTEGER NOT NULL,
    host_key BLOB    NOT NULL,
    created  INTEGER NOT NULL
) STRICT;
