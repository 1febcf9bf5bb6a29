-- Written twice, once for each database, with the same tables, columns, nullability, keys and names: a test
-- compares the two. Instants are whole milliseconds since the epoch, bound by the program; nothing here reads
-- a clock. JSON stands in TEXT: a signed document keeps its bytes, and \u0000 in a patient's words is no
-- error.

-- The tenant: a district medical association. Children point back with (association_id, id), so that a row of
-- one association can never refer to a row of another.
CREATE TABLE associations (
    id UUID NOT NULL PRIMARY KEY,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL)
);

CREATE TABLE institutions (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    code TEXT NOT NULL,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL)
);
CREATE UNIQUE INDEX institutions_tenant ON institutions (association_id, id);
CREATE UNIQUE INDEX institutions_code ON institutions (association_id, code);

CREATE TABLE people (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    institution_id UUID,
    role TEXT NOT NULL,
    retired_ms BIGINT,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    FOREIGN KEY (association_id, institution_id) REFERENCES institutions (association_id, id)
);
CREATE UNIQUE INDEX people_tenant ON people (association_id, id);

CREATE TABLE patients (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    body TEXT NOT NULL CHECK (body::json IS NOT NULL)
);
CREATE UNIQUE INDEX patients_tenant ON patients (association_id, id);

-- A tablet is lent to a patient, a phone belongs to a member of staff, a desk browser to neither.
CREATE TABLE devices (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    kind TEXT NOT NULL,
    patient_id UUID,
    person_id UUID,
    retired_ms BIGINT,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    CONSTRAINT devices_one_bearer CHECK (patient_id IS NULL OR person_id IS NULL),
    FOREIGN KEY (association_id, patient_id) REFERENCES patients (association_id, id),
    FOREIGN KEY (association_id, person_id) REFERENCES people (association_id, id)
);
CREATE UNIQUE INDEX devices_tenant ON devices (association_id, id);
CREATE INDEX devices_patient ON devices (patient_id);
CREATE INDEX devices_person ON devices (person_id);

CREATE TABLE shifts (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    line TEXT NOT NULL,
    person_id UUID NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    CONSTRAINT shifts_span CHECK (from_ms < until_ms),
    FOREIGN KEY (association_id, person_id) REFERENCES people (association_id, id)
);
CREATE INDEX shifts_line ON shifts (association_id, line, until_ms);

-- One night problem. Until it is closed it has exactly one owner (a line or a person) and a next deadline.
-- last_seq is the number of its newest fact; taking it with an UPDATE makes fact numbers gapless without a
-- race.
CREATE TABLE cases (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    patient_id UUID,
    state TEXT NOT NULL,
    owner_line TEXT,
    owner_person_id UUID,
    deadline_ms BIGINT,
    opened_ms BIGINT NOT NULL,
    closed_ms BIGINT,
    last_seq BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    CONSTRAINT cases_owned CHECK (
        (owner_line IS NULL OR owner_person_id IS NULL)
        AND (closed_ms IS NOT NULL OR owner_line IS NOT NULL OR owner_person_id IS NOT NULL)
    ),
    CONSTRAINT cases_deadline CHECK (closed_ms IS NOT NULL OR deadline_ms IS NOT NULL),
    FOREIGN KEY (association_id, patient_id) REFERENCES patients (association_id, id),
    FOREIGN KEY (association_id, owner_person_id) REFERENCES people (association_id, id)
);
CREATE UNIQUE INDEX cases_tenant ON cases (association_id, id);
CREATE INDEX cases_opened ON cases (association_id, opened_ms);
CREATE INDEX cases_open ON cases (association_id, deadline_ms) WHERE closed_ms IS NULL;

-- One consultation inside a case. Live means ended_ms IS NULL. A patient, a device and an examining doctor
-- are each in at most one live session; exam_doctor_id is set while the doctor's leg is an online
-- examination.
CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    case_id UUID NOT NULL,
    patient_id UUID NOT NULL,
    device_id UUID,
    exam_doctor_id UUID,
    state TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    version BIGINT NOT NULL,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    FOREIGN KEY (association_id, case_id) REFERENCES cases (association_id, id),
    FOREIGN KEY (association_id, patient_id) REFERENCES patients (association_id, id),
    FOREIGN KEY (association_id, device_id) REFERENCES devices (association_id, id),
    FOREIGN KEY (association_id, exam_doctor_id) REFERENCES people (association_id, id)
);
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
    session_id UUID NOT NULL,
    association_id UUID NOT NULL REFERENCES associations (id),
    person_id UUID NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (session_id, person_id),
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id),
    FOREIGN KEY (association_id, person_id) REFERENCES people (association_id, id)
);
CREATE INDEX engagements_person ON engagements (person_id);

-- The log of the night.
CREATE TABLE facts (
    case_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    association_id UUID NOT NULL REFERENCES associations (id),
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    PRIMARY KEY (case_id, seq),
    CONSTRAINT facts_seq CHECK (seq >= 1),
    FOREIGN KEY (association_id, case_id) REFERENCES cases (association_id, id)
);

-- Every deadline that matters. epoch counts the changes of due_ms; with the id, which is never used again, it
-- is the fence that makes a timer that fires late or twice change nothing.
CREATE TABLE timers (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    subject_kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    reason TEXT NOT NULL,
    due_ms BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until_ms BIGINT,
    CONSTRAINT timers_lease CHECK ((lease_owner IS NULL) = (lease_until_ms IS NULL))
);
CREATE UNIQUE INDEX timers_subject ON timers (subject_id, reason);
CREATE INDEX timers_due ON timers (due_ms, id);

-- What must be said to the world, stored with the change that caused it.
CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    association_id UUID REFERENCES associations (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    attempts BIGINT NOT NULL,
    put_ms BIGINT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until_ms BIGINT,
    done_ms BIGINT,
    CONSTRAINT outbox_lease CHECK ((lease_owner IS NULL) = (lease_until_ms IS NULL))
);
CREATE UNIQUE INDEX outbox_key ON outbox (key);
CREATE INDEX outbox_waiting ON outbox (not_before_ms, id) WHERE done_ms IS NULL;

CREATE TABLE readings (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    case_id UUID,
    session_id UUID,
    patient_id UUID NOT NULL,
    device_id UUID NOT NULL,
    source TEXT NOT NULL,
    device_seq BIGINT NOT NULL,
    taken_ms BIGINT NOT NULL,
    received_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    FOREIGN KEY (association_id, case_id) REFERENCES cases (association_id, id),
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id),
    FOREIGN KEY (association_id, patient_id) REFERENCES patients (association_id, id),
    FOREIGN KEY (association_id, device_id) REFERENCES devices (association_id, id)
);
CREATE UNIQUE INDEX readings_sent ON readings (device_id, source, device_seq);
CREATE INDEX readings_case ON readings (case_id, taken_ms);
CREATE INDEX readings_patient ON readings (patient_id, taken_ms);

-- Signed records: a correction is a new version.
CREATE TABLE encounter_versions (
    session_id UUID NOT NULL,
    version BIGINT NOT NULL,
    association_id UUID NOT NULL REFERENCES associations (id),
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    digest BYTEA NOT NULL,
    signed_by UUID NOT NULL,
    signed_ms BIGINT NOT NULL,
    PRIMARY KEY (session_id, version),
    CONSTRAINT encounter_versions_version CHECK (version >= 1),
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id),
    FOREIGN KEY (association_id, signed_by) REFERENCES people (association_id, id)
);

CREATE TABLE recordings (
    id UUID NOT NULL PRIMARY KEY,
    association_id UUID NOT NULL REFERENCES associations (id),
    session_id UUID NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    FOREIGN KEY (association_id, session_id) REFERENCES sessions (association_id, id)
);
CREATE INDEX recordings_session ON recordings (session_id);

-- Answers of POST requests, so that sending one twice does the thing once. No status yet means: still being
-- answered.
CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BYTEA NOT NULL,
    status BIGINT,
    response TEXT,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (actor, route, key)
);
CREATE INDEX idempotency_created ON idempotency (created_ms);

-- One-time codes; only their hash is kept. The first administrator's code belongs to no association yet.
CREATE TABLE sign_in_codes (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    association_id UUID REFERENCES associations (id),
    person_id UUID,
    device_id UUID,
    purpose TEXT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_ms BIGINT,
    FOREIGN KEY (association_id, person_id) REFERENCES people (association_id, id),
    FOREIGN KEY (association_id, device_id) REFERENCES devices (association_id, id)
);

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL CHECK (value::json IS NOT NULL)
);

-- Append-only: nobody rewrites the night. TRUNCATE has its own trigger because it fires no row trigger.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append_only' USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
END
$$;

CREATE TRIGGER facts_no_update BEFORE UPDATE ON facts FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER facts_no_truncate BEFORE TRUNCATE ON facts EXECUTE FUNCTION append_only();

CREATE TRIGGER encounter_versions_no_update BEFORE UPDATE ON encounter_versions
FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER encounter_versions_no_delete BEFORE DELETE ON encounter_versions
FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER encounter_versions_no_truncate BEFORE TRUNCATE ON encounter_versions
EXECUTE FUNCTION append_only();
