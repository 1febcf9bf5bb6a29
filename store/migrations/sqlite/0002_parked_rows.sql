-- A deadline or delivery whose handling fails each time waits longer each time, and is parked in the end: out of the way of
-- the others, counted for those who run the server, and tried again at the next start.
ALTER TABLE timers ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE timers ADD COLUMN parked_ms INTEGER;
ALTER TABLE outbox ADD COLUMN parked_ms INTEGER;
DROP INDEX timers_due;
CREATE INDEX timers_due ON timers (due_ms, id) WHERE parked_ms IS NULL;
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (not_before_ms, id) WHERE done_ms IS NULL AND parked_ms IS NULL;

-- A reading is known by its own id alone.
DROP INDEX readings_sent;
ALTER TABLE readings DROP COLUMN source;
ALTER TABLE readings DROP COLUMN device_seq;

-- Which node carries the media of which leg: after a node's start its own are gone, and no other's.
CREATE TABLE media_legs (
    leg_id BLOB NOT NULL CHECK (length(leg_id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    session_id BLOB NOT NULL CHECK (length(session_id) = 16),
    node TEXT NOT NULL,
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id)
) STRICT;
CREATE INDEX media_legs_association ON media_legs (association_id);
