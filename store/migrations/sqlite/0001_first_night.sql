-- Written twice, once for each database, with the same tables, columns, nullability, keys and names: a test
-- compares the two. Instants are whole milliseconds since the epoch, bound by the program; nothing here reads
-- a clock. JSON stands in TEXT: a signed document keeps its bytes, and \u0000 in a patient's words is no
-- error.

-- The tenant: a district medical association. Children point back with (association_id, id), so that a row of
-- one association can never refer to a row of another.
CREATE TABLE associations (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE TABLE institutions (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    code TEXT NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE UNIQUE INDEX institutions_tenant ON institutions (association_id, id);
CREATE UNIQUE INDEX institutions_code ON institutions (association_id, code);

CREATE TABLE people (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    institution_id BLOB CHECK (length(institution_id) = 16),
    role TEXT NOT NULL,
    retired_ms INTEGER,
    body TEXT NOT NULL CHECK (json_valid(body)),
    FOREIGN KEY (association_id, institution_id) REFERENCES institutions (association_id, id)
) STRICT;
CREATE UNIQUE INDEX people_tenant ON people (association_id, id);

CREATE TABLE patients (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE UNIQUE INDEX patients_tenant ON patients (association_id, id);

-- A tablet is lent to a patient, a phone belongs to a member of staff, a desk browser to neither.
CREATE TABLE devices (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    kind TEXT NOT NULL,
    patient_id BLOB CHECK (length(patient_id) = 16),
    person_id BLOB CHECK (length(person_id) = 16),
    retired_ms INTEGER,
    body TEXT NOT NULL CHECK (json_valid(body)),
    CONSTRAINT devices_one_bearer CHECK (patient_id IS NULL OR person_id IS NULL),
    FOREIGN KEY (association_id, patient_id) REFERENCES patients (association_id, id),
    FOREIGN KEY (association_id, person_id) REFERENCES people (association_id, id)
) STRICT;
CREATE UNIQUE INDEX devices_tenant ON devices (association_id, id);
CREATE INDEX devices_patient ON devices (patient_id);
CREATE INDEX devices_person ON devices (person_id);

CREATE TABLE shifts (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    line TEXT NOT NULL,
    person_id BLOB NOT NULL CHECK (length(person_id) = 16),
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    CONSTRAINT shifts_span CHECK (from_ms < until_ms),
    FOREIGN KEY (association_id, person_id) REFERENCES people (association_id, id)
) STRICT;
CREATE INDEX shifts_line ON shifts (association_id, line, until_ms);

-- One night problem. Until it is closed it has exactly one owner (a line or a person) and a next deadline.
-- last_seq is the number of its newest fact; taking it with an UPDATE makes fact numbers gapless without a
-- race.
CREATE TABLE cases (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    patient_id BLOB CHECK (length(patient_id) = 16),
    state TEXT NOT NULL,
    owner_line TEXT,
    owner_person_id BLOB CHECK (length(owner_person_id) = 16),
    deadline_ms INTEGER,
    opened_ms INTEGER NOT NULL,
    closed_ms INTEGER,
    last_seq INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    CONSTRAINT cases_owned CHECK (
        (owner_line IS NULL OR owner_person_id IS NULL)
        AND (closed_ms IS NOT NULL OR owner_line IS NOT NULL OR owner_person_id IS NOT NULL)
    ),
    CONSTRAINT cases_deadline CHECK (closed_ms IS NOT NULL OR deadline_ms IS NOT NULL),
    FOREIGN KEY (association_id, patient_id) REFERENCES patients (association_id, id),
    FOREIGN KEY (association_id, owner_person_id) REFERENCES people (association_id, id)
) STRICT;
CREATE UNIQUE INDEX cases_tenant ON cases (association_id, id);
CREATE INDEX cases_opened ON cases (association_id, opened_ms);
CREATE INDEX cases_open ON cases (association_id, deadline_ms) WHERE closed_ms IS NULL;

-- One consultation inside a case. Live means ended_ms IS NULL. A patient, a device and an examining doctor
-- are each in at most one live session; exam_doctor_id is set while the doctor's leg is an online
-- examination.
CREATE TABLE sessions (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    patient_id BLOB NOT NULL CHECK (length(patient_id) = 16),
    device_id BLOB CHECK (length(device_id) = 16),
    exam_doctor_id BLOB CHECK (length(exam_doctor_id) = 16),
    state TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    version INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    FOREIGN KEY (association_id, case_id) REFERENCES cases (association_id, id),
    FOREIGN KEY (association_id, patient_id) REFERENCES patients (association_id, id),
    FOREIGN KEY (association_id, device_id) REFERENCES devices (association_id, id),
    FOREIGN KEY (association_id, exam_doctor_id) REFERENCES people (association_id, id)
) STRICT;
CREATE UNIQUE INDEX sessions_tenant ON sessions (association_id, id);
CREATE UNIQUE INDEX sessions_live_patient ON sessions (patient_id) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX sessions_live_device ON sessions (device_id) WHERE ended_ms IS NULL
AND device_id IS NOT NULL;
CREATE UNIQUE INDEX sessions_exam_doctor ON sessions (exam_doctor_id)
WHERE ended_ms IS NULL AND exam_doctor_id IS NOT NULL;
CREATE INDEX sessions_case ON sessions (case_id, started_ms);

-- Who is rung by, or taking part in, which session: written with the session, so that "who is busy" is one
-- query.
CREATE TABLE engagements (
    session_id BLOB NOT NULL CHECK (length(session_id) = 16),
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    person_id BLOB NOT NULL CHECK (length(person_id) = 16),
    state TEXT NOT NULL,
    PRIMARY KEY (session_id, person_id),
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id),
    FOREIGN KEY (association_id, person_id) REFERENCES people (association_id, id)
) STRICT;
CREATE INDEX engagements_person ON engagements (person_id);

-- The log of the night.
CREATE TABLE facts (
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    seq INTEGER NOT NULL,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (case_id, seq),
    CONSTRAINT facts_seq CHECK (seq >= 1),
    FOREIGN KEY (association_id, case_id) REFERENCES cases (association_id, id)
) STRICT;

-- Every deadline that matters. epoch counts the changes of due_ms; with the id, which is never used again, it
-- is the fence that makes a timer that fires late or twice change nothing.
CREATE TABLE timers (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    reason TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until_ms INTEGER,
    CONSTRAINT timers_lease CHECK ((lease_owner IS NULL) = (lease_until_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX timers_subject ON timers (subject_id, reason);
CREATE INDEX timers_due ON timers (due_ms, id);

-- What must be said to the world, stored with the change that caused it.
CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    association_id BLOB CHECK (length(association_id) = 16) REFERENCES associations (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    attempts INTEGER NOT NULL,
    put_ms INTEGER NOT NULL,
    not_before_ms INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until_ms INTEGER,
    done_ms INTEGER,
    CONSTRAINT outbox_lease CHECK ((lease_owner IS NULL) = (lease_until_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX outbox_key ON outbox (key);
CREATE INDEX outbox_waiting ON outbox (not_before_ms, id) WHERE done_ms IS NULL;

CREATE TABLE readings (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    case_id BLOB CHECK (length(case_id) = 16),
    session_id BLOB CHECK (length(session_id) = 16),
    patient_id BLOB NOT NULL CHECK (length(patient_id) = 16),
    device_id BLOB NOT NULL CHECK (length(device_id) = 16),
    source TEXT NOT NULL,
    device_seq INTEGER NOT NULL,
    taken_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    FOREIGN KEY (association_id, case_id) REFERENCES cases (association_id, id),
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id),
    FOREIGN KEY (association_id, patient_id) REFERENCES patients (association_id, id),
    FOREIGN KEY (association_id, device_id) REFERENCES devices (association_id, id)
) STRICT;
CREATE UNIQUE INDEX readings_sent ON readings (device_id, source, device_seq);
CREATE INDEX readings_case ON readings (case_id, taken_ms);
CREATE INDEX readings_patient ON readings (patient_id, taken_ms);

-- Signed records: a correction is a new version.
CREATE TABLE encounter_versions (
    session_id BLOB NOT NULL CHECK (length(session_id) = 16),
    version INTEGER NOT NULL,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    body TEXT NOT NULL CHECK (json_valid(body)),
    digest BLOB NOT NULL,
    signed_by BLOB NOT NULL CHECK (length(signed_by) = 16),
    signed_ms INTEGER NOT NULL,
    PRIMARY KEY (session_id, version),
    CONSTRAINT encounter_versions_version CHECK (version >= 1),
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id),
    FOREIGN KEY (association_id, signed_by) REFERENCES people (association_id, id)
) STRICT;

CREATE TABLE recordings (
    id BLOB NOT NULL CHECK (length(id) = 16) PRIMARY KEY,
    association_id BLOB NOT NULL CHECK (length(association_id) = 16) REFERENCES associations (id),
    session_id BLOB NOT NULL CHECK (length(session_id) = 16),
    version INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id)
) STRICT;
CREATE INDEX recordings_session ON recordings (session_id);

-- Answers of POST requests, so that sending one twice does the thing once. No status yet means: still being
-- answered.
CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    status INTEGER,
    response TEXT,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (actor, route, key)
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_ms);

-- One-time codes; only their hash is kept. The first administrator's code belongs to no association yet.
CREATE TABLE sign_in_codes (
    code_hash BLOB NOT NULL PRIMARY KEY,
    association_id BLOB CHECK (length(association_id) = 16) REFERENCES associations (id),
    person_id BLOB CHECK (length(person_id) = 16),
    device_id BLOB CHECK (length(device_id) = 16),
    purpose TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms INTEGER,
    FOREIGN KEY (association_id, person_id) REFERENCES people (association_id, id),
    FOREIGN KEY (association_id, device_id) REFERENCES devices (association_id, id)
) STRICT;

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

-- Append-only: nobody rewrites the night. The insert guard stops INSERT OR REPLACE, whose hidden delete fires
-- no trigger.
CREATE TRIGGER facts_no_update BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER facts_no_replace BEFORE INSERT ON facts
WHEN EXISTS (SELECT 1 FROM facts WHERE case_id = NEW.case_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'append_only'); END;

CREATE TRIGGER encounter_versions_no_update BEFORE UPDATE ON encounter_versions
BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER encounter_versions_no_delete BEFORE DELETE ON encounter_versions
BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER encounter_versions_no_replace BEFORE INSERT ON encounter_versions
WHEN EXISTS (SELECT 1 FROM encounter_versions WHERE session_id = NEW.session_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'append_only'); END;
