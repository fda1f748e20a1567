-- +goose Up
-- The ground: organisations, people, circles, consent and conversations.
-- Rules that every table here keeps (a catalogue test holds them):
--   org_id on every row, row level security forced, composite (org_id, id) keys;
--   *_enc is AEAD ciphertext bound to organisation, table, column and row;
--   *_idx / *_idx_next are keyed blind indexes (two live during a rotation);
--   every time and id comes from the application's clock: no defaults.

-- +goose StatementBegin
CREATE FUNCTION fence(tbl regclass, VARIADIC grants text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tbl);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tbl);
  -- The inner SELECT makes the setting an init plan: read once a statement, not once a row.
  EXECUTE format($p$CREATE POLICY of_organisation ON %s FOR ALL TO howareyou_app
    USING (org_id = ANY ((SELECT nullif(current_setting('app.orgs', true), '')::uuid[])::uuid[]))
    WITH CHECK (org_id = ANY ((SELECT nullif(current_setting('app.orgs', true), '')::uuid[])::uuid[]))$p$, tbl);
  EXECUTE format('CREATE POLICY migrating ON %s FOR ALL TO howareyou_migrate USING (true) WITH CHECK (true)', tbl);
  EXECUTE format('CREATE POLICY backing_up ON %s FOR SELECT TO howareyou_backup USING (true)', tbl);
  EXECUTE format('GRANT SELECT ON %s TO howareyou_backup', tbl);
  EXECUTE format('GRANT %s ON %s TO howareyou_app', array_to_string(grants, ', '), tbl);
END $$;
-- +goose StatementEnd

GRANT SELECT ON goose_db_version TO howareyou_backup, howareyou_app;

CREATE TABLE organisation (
  org_id            uuid PRIMARY KEY,
  name              text NOT NULL CHECK (name <> ''),
  zone              text NOT NULL,
  language          text NOT NULL CHECK (language IN ('en', 'es', 'ar')),
  region            text NOT NULL CHECK (region ~ '^[A-Z]{2}$'),
  emergency_number  text NOT NULL,
  clinic_number     text NOT NULL DEFAULT '',
  staffed_hours     text NOT NULL DEFAULT '',
  next_alert_number int  NOT NULL DEFAULT 1,
  retention_days    int  NOT NULL DEFAULT 3650 CHECK (retention_days > 0),
  held_at           timestamptz,
  created_at        timestamptz NOT NULL
);
SELECT fence('organisation', 'SELECT', 'INSERT', 'UPDATE');

-- A number or messaging service of ours. It is public, so it is kept as it is;
-- (To, From) of a text finds the organisation and its people.
CREATE TABLE sender (
  org_id                uuid NOT NULL REFERENCES organisation,
  id                    uuid NOT NULL,
  number                text NOT NULL DEFAULT '',
  messaging_service_sid text NOT NULL DEFAULT '',
  carrier_keywords      text NOT NULL CHECK (carrier_keywords IN ('twilio', 'ours')),
  position              int  NOT NULL,
  created_at            timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CHECK (number <> '' OR messaging_service_sid <> '')
);
CREATE UNIQUE INDEX sender_number ON sender (number) WHERE number <> '';
CREATE UNIQUE INDEX sender_service ON sender (messaging_service_sid) WHERE messaging_service_sid <> '';
SELECT fence('sender', 'SELECT', 'INSERT', 'UPDATE');

CREATE TABLE person (
  org_id     uuid NOT NULL REFERENCES organisation,
  id         uuid NOT NULL,
  name_enc   bytea NOT NULL,
  language   text NOT NULL CHECK (language IN ('en', 'es', 'ar')),
  zone       text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id)
);
SELECT fence('person', 'SELECT', 'INSERT', 'UPDATE');

-- One row a word of a name, so that a search by any part of it works on ciphertext.
CREATE TABLE person_name_word (
  org_id        uuid  NOT NULL,
  id            uuid  NOT NULL,
  person_id     uuid  NOT NULL,
  word_idx      bytea NOT NULL,
  word_idx_next bytea,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, person_id) REFERENCES person (org_id, id)
);
CREATE INDEX person_name_word_idx ON person_name_word (org_id, word_idx);
CREATE INDEX person_name_word_idx_next ON person_name_word (org_id, word_idx_next) WHERE word_idx_next IS NOT NULL;
CREATE INDEX person_name_word_person ON person_name_word (org_id, person_id);
SELECT fence('person_name_word', 'SELECT', 'INSERT', 'UPDATE', 'DELETE');

-- All that we exchange with one number. Locked by whoever reads a text from it
-- or claims a text to it, so that STOP and a send have an order (INV-8).
-- unsettled: the attempt whose outcome is not known yet; no other may start.
CREATE TABLE conversation (
  org_id          uuid  NOT NULL REFERENCES organisation,
  id              uuid  NOT NULL,
  number_enc      bytea NOT NULL,
  number_idx      bytea NOT NULL,
  number_idx_next bytea,
  opted_out_at    timestamptz,
  opted_out_by    text CHECK (opted_out_by IN ('text', 'carrier', 'wrong_number')),
  wrong_number_at timestamptz,
  unknown_told_at timestamptz,
  last_in_at      timestamptz,
  last_out_at     timestamptz,
  unsettled       uuid,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX conversation_idx ON conversation (org_id, number_idx);
CREATE UNIQUE INDEX conversation_idx_next ON conversation (org_id, number_idx_next) WHERE number_idx_next IS NOT NULL;
SELECT fence('conversation', 'SELECT', 'INSERT', 'UPDATE');

-- conversation_id: the number's conversation, for phones. People who share a
-- phone share its conversation.
CREATE TABLE contact_point (
  org_id         uuid  NOT NULL,
  id             uuid  NOT NULL,
  person_id      uuid  NOT NULL,
  kind           text  NOT NULL CHECK (kind IN ('phone', 'email')),
  value_enc      bytea NOT NULL,
  value_idx      bytea NOT NULL,
  value_idx_next bytea,
  conversation_id uuid,
  position       int   NOT NULL,
  verified_at    timestamptz,
  removed_at     timestamptz,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, person_id) REFERENCES person (org_id, id),
  FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id),
  CHECK ((kind = 'phone') = (conversation_id IS NOT NULL))
);
CREATE INDEX contact_point_conversation ON contact_point (org_id, conversation_id) WHERE removed_at IS NULL;
CREATE INDEX contact_point_idx ON contact_point (org_id, value_idx) WHERE removed_at IS NULL;
CREATE INDEX contact_point_idx_next ON contact_point (org_id, value_idx_next) WHERE value_idx_next IS NOT NULL AND removed_at IS NULL;
CREATE INDEX contact_point_person ON contact_point (org_id, person_id);
SELECT fence('contact_point', 'SELECT', 'INSERT', 'UPDATE');

-- A person who is asked. The id is the person's.
-- usual_*: the baseline as the rules last learned it, for the pages.
CREATE TABLE patient (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  state        text NOT NULL CHECK (state IN ('invited', 'active', 'left', 'in_hospital', 'died')),
  paused_at    timestamptz,
  paused_until timestamptz,
  usual_mean   double precision,
  usual_spread double precision,
  usual_days   int,
  enrolled_at  timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, id) REFERENCES person (org_id, id)
);
SELECT fence('patient', 'SELECT', 'INSERT', 'UPDATE');

-- Staff. The id is the person's. Who is told at which step of an escalation goes by role.
CREATE TABLE clinician (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  roles      text[] NOT NULL CHECK (roles <@ ARRAY['admin', 'coordinator', 'responder'] AND cardinality(roles) > 0),
  left_at    timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, id) REFERENCES person (org_id, id)
);
SELECT fence('clinician', 'SELECT', 'INSERT', 'UPDATE');

-- One person's place in one patient's circle. scope is what the standing
-- consent allows; the history is in consent.
CREATE TABLE follower (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  patient_id   uuid NOT NULL,
  person_id    uuid NOT NULL,
  state        text NOT NULL CHECK (state IN ('invited', 'active', 'dropped', 'left')),
  scope        text[] NOT NULL CHECK (scope <@ ARRAY['answered', 'score', 'words', 'trend', 'alerts']),
  consent_id   uuid,
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, patient_id, person_id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, person_id) REFERENCES person (org_id, id),
  CHECK (patient_id <> person_id)
);
CREATE INDEX follower_person ON follower (org_id, person_id);
SELECT fence('follower', 'SELECT', 'INSERT', 'UPDATE');

-- What was agreed, by whom, in which words, when: append-only.
CREATE TABLE consent (
  org_id        uuid NOT NULL,
  id            uuid NOT NULL,
  patient_id    uuid NOT NULL,
  follower_id   uuid,
  kind          text NOT NULL CHECK (kind IN ('enrol', 'share', 'withdraw', 'follow')),
  scope         text[] NOT NULL,
  words_version text NOT NULL,
  given_by      uuid NOT NULL,
  actor_kind    text NOT NULL,
  at            timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, follower_id) REFERENCES follower (org_id, id)
);
CREATE INDEX consent_patient ON consent (org_id, patient_id, id);
SELECT fence('consent', 'SELECT', 'INSERT');
