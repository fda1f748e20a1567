-- +goose Up
-- What staff write down about a patient, and what a patient wants to reach. Both are only
-- ever added to: what is put right or withdrawn stays readable beside what became of it.

-- kind: written; corrected or withdrawn, of the entry about_id, which happens once to each:
-- of two who do it at the same time one is told so. note_enc: the words, or why it was
-- withdrawn. form_key: of the form that was sent, so that sending it twice writes once.
CREATE TABLE patient_note (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  patient_id uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('written', 'corrected', 'withdrawn')),
  about_id   uuid,
  form_key   uuid NOT NULL,
  by_id      uuid NOT NULL,
  note_enc   bytea NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, patient_id, id),
  UNIQUE (org_id, form_key),
  UNIQUE (org_id, about_id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, patient_id, about_id) REFERENCES patient_note (org_id, patient_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id),
  CHECK ((kind = 'written') = (about_id IS NULL))
);
SELECT fence('patient_note', 'SELECT', 'INSERT');
GRANT UPDATE (note_enc) ON patient_note TO howareyou_app;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON patient_note FOR EACH ROW EXECUTE FUNCTION refuse_change_but_resealing_of('note_enc');
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON patient_note FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- goal_id: the entry that agreed the goal first. after_id: the entry that was the newest
-- when this one was written. words_enc: of an agreed or changed goal the goal itself, in
-- the patient's words; of the others what was said of it. review_day: when it is looked at
-- next; NULL once it is reached or dropped.
CREATE TABLE goal_entry (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  patient_id uuid NOT NULL,
  goal_id    uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('agreed', 'going', 'changed', 'reached', 'dropped')),
  after_id   uuid,
  form_key   uuid NOT NULL,
  by_id      uuid NOT NULL,
  words_enc  bytea,
  review_day int,
  at         timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, patient_id, goal_id, id),
  UNIQUE (org_id, form_key),
  UNIQUE (org_id, after_id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, patient_id, goal_id, after_id) REFERENCES goal_entry (org_id, patient_id, goal_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id),
  CHECK (words_enc IS NOT NULL OR kind NOT IN ('agreed', 'changed')),
  CHECK ((kind = 'agreed') = (after_id IS NULL)),
  CHECK ((kind = 'agreed') = (goal_id = id)),
  CHECK ((kind IN ('reached', 'dropped')) = (review_day IS NULL))
);
SELECT fence('goal_entry', 'SELECT', 'INSERT');
GRANT UPDATE (words_enc) ON goal_entry TO howareyou_app;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON goal_entry FOR EACH ROW EXECUTE FUNCTION refuse_change_but_resealing_of('words_enc');
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON goal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
