ALTER TABLE made_rooms ADD COLUMN lobby    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE made_rooms ADD COLUMN locked   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE made_rooms ADD COLUMN password TEXT    NOT NULL DEFAULT ''; -- argon2id in the PHC string format
ALTER TABLE made_rooms ADD COLUMN salt     BLOB    NOT NULL DEFAULT x'00000000000000000000000000000000'; -- of the addresses in bans
ALTER TABLE made_rooms ADD COLUMN guarded  INTEGER; -- Unix milliseconds
ALTER TABLE made_rooms ADD COLUMN bans     TEXT    NOT NULL DEFAULT '[]'; -- JSON, the oldest first

-- Rooms whose messages are being dropped. Nobody finds them by their name any more.
CREATE TABLE erased (
    room INTEGER PRIMARY KEY
) STRICT;
